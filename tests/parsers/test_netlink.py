"""The kernel's own answer through netlink and iproute2's text of it give the same records."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from collector.capture import Capture, Outcome, Question
from parsers.read import read, read_text
from parsers.reading import Reading
from parsers.records import Address, Interface, NextHop, Route
from parsers.roles import Record
from tests.parsers import ask_netlink
from tests.parsers.scene import ip, scene

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces: needs root")
ROOT = str(Path(__file__).resolve().parents[2])


@pytest.fixture(scope="module")
def told() -> dict[str, Reading]:
    """What both say of one namespace, by probe."""
    with scene() as netns:
        heard = subprocess.run(
            ["ip", "netns", "exec", netns, sys.executable, "-m", ask_netlink.__name__],
            capture_output=True,
            check=True,
            cwd=ROOT,
        )
        readings = {
            probe: read_text(probe, text.encode())
            for probe, text in json.loads(heard.stdout).items()
        }
        for probe, words in (
            ("ip-addr", "-d addr show"),
            ("ip-route", "-4 route show table all"),
            ("ip6-route", "-6 route show table all"),
            ("ip-rule", "-4 rule show"),
            ("ip6-rule", "-6 rule show"),
            ("ip-neigh", "neigh show"),
        ):
            readings[probe] = read_text(probe, ip("-n", netns, *words.split()).encode())
    return readings


def alike(record: Record) -> Record:
    """Leave out what the two do not tell in the same words or at the same second."""
    match record:
        case Interface():
            return replace(record, kind_detail="", slave_detail="", volatile=(), peer_netns="")
        case Address():
            return replace(record, valid_lifetime=None, preferred_lifetime=None)
        case Route():
            hops = tuple(replace(hop, encap=bool(hop.encap) * "some") for hop in record.next_hops)
            return replace(record, next_hops=hops, expires="", next_hop_id="")
    return record


@needs_root
@pytest.mark.parametrize(
    ("netlink", "texts"),
    [
        ("netlink-addr", ["ip-addr"]),
        ("netlink-route", ["ip-route", "ip6-route"]),
        ("netlink-rule", ["ip-rule", "ip6-rule"]),
        ("netlink-neigh", ["ip-neigh"]),
    ],
)
def test_both_ways_give_the_same_records(
    told: dict[str, Reading], netlink: str, texts: list[str]
) -> None:
    reading = told[netlink]
    assert reading.ledger.unknown == ()
    assert reading.blind == ""
    ours = sorted(str(alike(record)) for record in reading.records)
    theirs = sorted(str(alike(record)) for text in texts for record in told[text].records)
    assert ours == theirs


@needs_root
def test_a_kinds_timers_are_no_state(told: dict[str, Reading]) -> None:
    bridges = [
        each
        for each in told["netlink-addr"].records
        if isinstance(each, Interface) and each.link_kind == "bridge"
    ]
    assert bridges
    for bridge in bridges:
        assert "timer" not in bridge.kind_detail
        assert any(word.startswith("gc_timer ") for word in bridge.volatile)


ROUTE = (
    '{"attrs": [["RTA_DST", "10.1.0.0"], ["RTA_OIF", 7], ["RTA_TABLE", 254]], "family": 2,'
    ' "dst_len": 16, "src_len": 0, "tos": 0, "table": 254, "proto": 12, "scope": 253, "type": 1,'
    ' "flags": 0, "event": "RTM_NEWROUTE"}\n'
)
LINK = '{"attrs": [["IFLA_IFNAME", "eth7"]], "index": 7, "event": "RTM_NEWLINK"}\n'


def test_a_route_through_an_interface_without_a_name_is_blind() -> None:
    reading = read_text("netlink-route", ROUTE.encode())
    assert "interface 7" in reading.blind
    named = read_text("netlink-route", (LINK + ROUTE).encode())
    assert named.blind == ""
    assert named.ledger.noise == 1
    (route,) = named.records
    assert isinstance(route, Route)
    assert route.next_hops == (NextHop(device="eth7"),)


def test_an_entry_of_the_route_cache_is_noise() -> None:
    cached = ROUTE.replace('"flags": 0', '"flags": 512')
    reading = read_text("netlink-route", (LINK + cached).encode())
    assert reading.records == ()
    assert reading.ledger.noise == 2


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "null",
        '"RTM_NEWROUTE"',
        '{"event": "RTM_NEWROUTE"}',
        '{"event": "RTM_DELROUTE"}',
        '{"event": ["RTM_NEWROUTE"]}',
        ROUTE.replace('"family": 2', '"family": 99').strip(),
        ROUTE.replace('"10.1.0.0"', '["10.1.0.0"]').strip(),
        ROUTE.replace('"scope": 253', '"scope": [1]').strip(),
        ROUTE.replace('["RTA_DST", "10.1.0.0"]', '"RTA_DST"').strip(),
        LINK.replace("7,", "[7],").strip(),
        "[" * 100000,
    ],
)
@pytest.mark.parametrize(
    "probe", ["netlink-addr", "netlink-route", "netlink-rule", "netlink-neigh"]
)
def test_a_message_that_no_kernel_makes_is_unknown(probe: str, line: str) -> None:
    capture = Capture("k8s1", Question(probe), probe, Outcome.ANSWERED, 0, f"{line}\n".encode())
    ledger = read(capture).ledger
    assert (ledger.lines, ledger.parsed) == (1, 0)
    assert len(ledger.unknown) + ledger.noise == 1
