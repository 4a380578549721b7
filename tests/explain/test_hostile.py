"""Records that no node would tell: whatever they hold, something is said and nothing raised."""

import dataclasses
import io
import random
from itertools import permutations
from types import MappingProxyType
from typing import Any, TypeVar

import pytest
from rich.console import Console

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.check import check
from netsnap.explain.evidence import Witness
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Verdict
from netsnap.explain.trace import trace
from netsnap.model.disposition import Disposition
from netsnap.model.network import Network
from netsnap.report import as_json, findinglines, markdown, pathlines, terminal
from netsnap.report.escapes import json_text, printable
from parsers.records import (
    Address,
    FilterRule,
    IpSetMember,
    IptablesRule,
    Neighbour,
    NextHop,
    Route,
    Rule,
    XfrmPolicy,
)
from parsers.roles import Record
from tests.model.cluster import (
    NIC,
    NODES,
    World,
    address_of,
    cluster,
    facts,
    find,
    pod_of,
    swap,
)

ODD = (
    *("", " ", "x", "\0", "é", "\x1b[31mX", "%", "{x}", "(((", "-1", "1e9", "9" * 40, "a" * 3000),
    *("0.0.0.0/0", "::/0", "::1", "fe80::1%eth0", "10.0.0.0/33", "10.1.2.3/24", "1.2.3.4-", "all"),
    *("172.16.0.57", "172.16.0.57/24", "192.168.86.2/32", "default", "lo", NIC, "tunl0", "main"),
)
IDENTITY = {Route: (4, "main", "192.168.167.64/26"), Rule: (4, 0)}
T = TypeVar("T", bound=Record | NextHop)
NUMBERS = MappingProxyType({int: (0, -1, 4, 6, 99, 10**30), bool: (True, False)})
MORE: tuple[Record, ...] = (
    FilterRule("ip f", "f", "type filter hook forward priority filter; policy accept"),
    FilterRule("ip f", "f", "ip saddr 192.168.86.0/26 ct state new drop"),
    IptablesRule("legacy", "ip", "filter", "FORWARD", "-s 10.0.0.0/8 -m set --match-set s src"),
    IpSetMember("s", "10.0.0.0/8"),
    XfrmPolicy("10.0.0.0/8", "10.0.0.0/8", "", "fwd", action="block"),
    Neighbour(4, "172.16.0.47", NIC, mac="02:00:00:00:00:01", condition="resolved"),
)


def _odd(value: object, draw: random.Random) -> object:
    """Return another value of the same type."""
    if isinstance(value, str):
        return draw.choice(ODD)
    if isinstance(value, NextHop):
        return _mutated(value, draw)
    if isinstance(value, tuple):
        return tuple(_odd(each, draw) for each in value for _ in range(draw.randrange(3)))
    return draw.choice(NUMBERS.get(type(value), (value,)))


def _mutated(record: T, draw: random.Random) -> T:
    field = draw.choice(dataclasses.fields(record))
    odd: dict[str, Any] = {field.name: _odd(getattr(record, field.name), draw)}
    return dataclasses.replace(record, **odd)


def _world(draw: random.Random) -> World:
    world = cluster()
    world["k8s1", HOST] += MORE
    for _ in range(draw.randrange(6)):
        place = draw.choice(list(world))
        swap(world, place, old := draw.choice(world[place]), _mutated(old, draw))
    return world


def _all_said(before: World, after: World) -> str:
    """Ask everything of two snapshots, and return all that is said."""
    t1, t2 = facts(before), facts(after)
    told = explain(t1, t2, compare(t1, t2), lambda _: b"x\n")
    out = io.StringIO()
    console = Console(file=out, width=100, color_system=None)
    for details in (False, True):
        terminal.show(told, t1.snapshot, t2.snapshot, console, details=details)
    out.write(markdown.markdown(told, t1.snapshot, t2.snapshot))
    out.write(json_text(as_json.document(told, t1.snapshot, t2.snapshot, all_pairs=True)))
    found = tuple(check(t2, lambda _: b"x\n"))
    out.write(json_text(findinglines.document(found)))
    network = Network.of(t2)
    witness = Witness(t1, t2, lambda _: b"x\n", {})
    for source, target in permutations(network.endpoints[:3], 2):
        way = trace(network, source, target, witness, "t2")
        out.writelines(printable(line) for line in pathlines.path_lines(way, details=True))
        out.write(json_text(pathlines.as_json(way)))
    return out.getvalue()


@pytest.mark.parametrize("seed", range(12))
def test_nothing_that_a_record_holds_is_raised(seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 -- no secret is drawn
    for _ in range(3):
        assert "\x1b" not in _all_said(_world(draw), _world(draw))


@pytest.mark.parametrize(
    ("kind", "flaw"),
    [
        (Route, {"prefix": "192.168.167.64/99"}),
        (Route, {"next_hops": (NextHop("nowhere", NIC),)}),
        (Route, {"family": 5}),
        (Rule, {"family": 5}),
    ],
)
def test_a_route_that_is_none_leaves_the_routes_of_its_namespace_unknown(
    kind: type[Record], flaw: dict[str, object]
) -> None:
    before, after = cluster(), cluster()
    place = ("k8s1", HOST)
    old = find(after, place, kind, *IDENTITY[kind])
    swap(after, place, old, dataclasses.replace(old, **flaw))
    t1, t2 = facts(before), facts(after)
    assert not t2.sees(*place, kind.kind)
    way = Network.of(t2).walk(("k8s1", pod_of("k8s1", 1)), address_of("k8s2", 1))
    assert way.disposition is Disposition.UNKNOWN
    told = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert told.verdict is Verdict.CANNOT_TELL
    assert not told.pairs.lost
    assert len(told.pairs.unknown) >= len(NODES)


def test_a_pod_whose_address_is_none_is_lost_to_nobody() -> None:
    before, after = cluster(), cluster()
    place = ("k8s1", pod_of("k8s1", 1))
    old = find(after, place, Address, "eth0")
    swap(after, place, old, dataclasses.replace(old, address="192.168.86.2/x"))
    t1, t2 = facts(before), facts(after)
    told = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert not told.pairs.lost
    assert told.verdict is Verdict.CANNOT_TELL
    assert any("192.168.86.2/x" in line for spot in t2.blind for line in spot.unknown)
