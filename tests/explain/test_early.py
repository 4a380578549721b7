"""What takes packets before the packet filter is told, though the model cannot weigh it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.check import check
from netsnap.explain.checks.finding import Severity
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Verdict
from parsers.records import ConntrackTable, FilterRule, Interface, Route, Sysctl, TcFilter
from parsers.roles import Record
from tests.model.cluster import (
    NIC,
    NODES,
    World,
    cluster,
    facts,
    find,
    pod_of,
    route,
    swap,
    veth_of,
)

REDIRECT = (
    "match 00000000/00000000 at 0",
    "action order 1: mirred (Egress Redirect to device t0) stolen",
)


def _program(world: World, node: str = "k8s2") -> None:
    old = find(world, (node, HOST), Interface, NIC)
    swap(world, (node, HOST), old, replace(old, xdp="xdp"))


def _redirect(world: World) -> None:
    world["k8s2", HOST].append(TcFilter(NIC, "ingress", 49152, "ip", "u32", rule=REDIRECT))


def _classify(world: World) -> None:
    world["k8s2", HOST].append(TcFilter(NIC, "1:", 1, "ip", "u32", rule=("flowid 1:10",)))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (_program, f"an XDP program on {NIC}"),
        (_redirect, f"a tc filter on {NIC} (ingress) that sends packets to t0"),
    ],
)
def test_it_is_told_by_diff_and_by_check(fault: Callable[[World], None], told: str) -> None:
    before, world = cluster(), cluster()
    _classify(before)  # so that tc was asked at t1, too
    _classify(world)
    fault(world)
    t1, t2 = facts(before), facts(world)
    explained = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert f"k8s2 got {told}: what it drops the model cannot tell" in explained.witnesses
    assert explained.verdict is Verdict.CANNOT_TELL
    pods = {name for pair in explained.pairs.unknown for name in (pair.source, pair.target)}
    assert len(explained.pairs.unknown) == 16  # all of k8s2's two pods with the four others
    assert pods == {pod_of(node, pod) for node in NODES for pod in (1, 2)}
    assert "Cannot tell for 16 of 30 pairs" in explained.sentence
    assert explain(t2, t2, compare(t2, t2), lambda _: b"").verdict is Verdict.UNCHANGED
    (found,) = [each.finding for each in check(t2, lambda _: b"") if told in each.finding.sentence]
    assert found.severity is Severity.WARNING


def test_a_program_that_came_with_its_device_is_on_nobodys_way() -> None:
    before, world = cluster(), cluster()
    for each in (before, world):
        _classify(each)
    old = find(world, ("k8s2", HOST), Interface, NIC)
    world["k8s2", HOST] += [
        replace(old, name="cali99", index=99),
        TcFilter("cali99", "ingress", 49152, "ip", "u32", rule=REDIRECT),
    ]
    t1, t2 = facts(before), facts(world)
    explained = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert explained.verdict is Verdict.NOTHING_BROKE


def test_a_filter_that_only_chooses_a_class_takes_nothing() -> None:
    world = cluster()
    _classify(world)
    assert not [e for e in check(facts(world), lambda _: b"") if "tc filter" in e.finding.sentence]


def test_what_every_node_has_is_a_notice_only() -> None:
    world = cluster()
    for node in NODES:
        _program(world, node)
    found = [e.finding for e in check(facts(world), lambda _: b"") if "XDP" in e.finding.sentence]
    assert {finding.severity for finding in found} == {Severity.NOTICE}


BPF = "cls.o:[tc] direct-action not_in_hw tag {} jited"


def _bpf(world: World, tag: str, device: str = NIC, way: str = "ingress") -> None:
    rule = (BPF.format(tag),)
    world["k8s2", HOST].append(TcFilter(device, way, 49152, "all", "bpf", rule=rule))


def _untold(before: World, after: World) -> int:
    t1, t2 = facts(before), facts(after)
    explained = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert not explained.pairs.lost
    untold = bool(explained.pairs.unknown)
    assert (explained.verdict is Verdict.CANNOT_TELL) is untold
    return len(explained.pairs.unknown)


def test_another_program_in_the_place_of_one_leaves_its_pairs_untold() -> None:
    before, after = cluster(), cluster()
    _bpf(before, "57cd311f2e27366b")
    _bpf(after, "a04f5eef06a7f555")
    assert _untold(before, after) == 16


def test_a_program_that_stays_leaves_nothing_untold_when_something_else_changes() -> None:
    before, after = cluster(), cluster()
    for world in (before, after):
        _program(world)
        _bpf(world, "57cd311f2e27366b", veth_of("k8s2", 1))
    after["k8s2", HOST].append(Sysctl("net.ipv4.ip_default_ttl", "32"))
    assert _untold(before, after) == 0


@pytest.mark.parametrize(
    ("device", "way", "number"),
    [
        (veth_of("k8s2", 1), "ingress", 10),
        (veth_of("k8s2", 1), "egress", 10),
        (NIC, "egress", 16),
        ("lo", "ingress", 0),
    ],
)
def test_only_pairs_that_pass_the_device_are_untold(device: str, way: str, number: int) -> None:
    before, after = cluster(), cluster()
    _classify(before)
    _classify(after)
    _bpf(after, "57cd311f2e27366b", device, way)
    assert _untold(before, after) == number


def test_a_veth_that_was_made_anew_with_the_same_program_leaves_nothing_untold() -> None:
    before, after = cluster(), cluster()
    _bpf(before, "57cd311f2e27366b", veth_of("k8s2", 1))
    _bpf(after, "57cd311f2e27366b", "caliaaa")
    place = ("k8s2", HOST)
    for record in list(after[place]):
        text = repr(record)
        if veth_of("k8s2", 1) in text and not isinstance(record, TcFilter):
            swap(after, place, record, _renamed(record))
    assert _untold(before, after) == 0


def _renamed(record: Record) -> Record:
    old, new = veth_of("k8s2", 1), "caliaaa"
    if isinstance(record, Interface):
        return replace(record, name=new)
    if isinstance(record, Sysctl):
        return replace(record, name=record.name.replace(old, new))
    assert isinstance(record, Route)
    return route(record.prefix, new)


TRACKS = (
    FilterRule("ip f", "f", "type filter hook forward priority filter; policy accept"),
    FilterRule("ip f", "f", "ct state invalid drop"),
)


@pytest.mark.parametrize(
    ("counters", "lines", "number"),
    [
        ((("drop", 5),), TRACKS, 18),
        ((), TRACKS, 18),
        ((("drop", 0), ("early_drop", 5)), TRACKS, 0),
        ((("drop", 5),), TRACKS[:1], 0),
    ],
)
def test_a_table_of_connections_that_got_full_leaves_the_pairs_of_its_node_untold(
    counters: tuple[tuple[str, int], ...], lines: tuple[Record, ...], number: int
) -> None:
    before, after = cluster(), cluster()
    for world, count in ((before, 9), (after, 100)):
        world["k8s2", HOST] += [*lines, ConntrackTable(100, 100, count, counters)]
    assert _untold(before, after) == number
    assert _untold(after, after) == 0
