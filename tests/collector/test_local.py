"""``--local``: the kernel's own words, read to the same records as the text of ``ip``."""

import subprocess
from collections.abc import Iterable
from dataclasses import replace

import pytest

from collector.capture import HOST, Capture, Outcome, Question, Reach, Visit
from collector.local import REPLACED, collect_local
from parsers.catalogue import PROBES, entry
from parsers.read import read
from parsers.records import Interface, Neighbour
from parsers.roles import Record, Role, roles
from tests.collector.node import clock

pytestmark = pytest.mark.needs("ip")


@pytest.fixture(scope="module")
def visit() -> Visit:
    return collect_local(PROBES, clock=clock)


def _steady(records: Iterable[Record]) -> set[Record]:
    """Leave out what differs between two looks, and the peer's namespace, told in two ways."""
    found: set[Record] = set()
    for record in records:
        kind: type = type(record)
        drift = [name for name, role in roles(kind).items() if role is Role.DRIFT]
        blank = dict.fromkeys(drift)
        if isinstance(record, Interface):
            blank |= {"peer_netns": None, "kind_detail": None, "slave_detail": None}
        if isinstance(record, Neighbour):
            blank |= {"condition": None, "mac": None}
        found.add(replace(record, **blank))
    return found


def test_this_machine_is_reached_and_every_dump_is_whole(visit: Visit) -> None:
    assert visit.reach is Reach.REACHED
    dumps = [c for c in visit.captures if c.question.probe.startswith("netlink-")]
    assert {c.question.probe for c in dumps} >= {"netlink-addr", "netlink-route", "netlink-neigh"}
    for capture in dumps:
        if capture.outcome is Outcome.ANSWERED:
            reading = read(capture)
            assert (reading.blind, reading.ledger.unknown) == ("", ()), capture.question


@pytest.mark.parametrize("probe", sorted(REPLACED - {"ip-neigh"}))
def test_netlink_gives_the_records_that_the_text_gives(probe: str, visit: Visit) -> None:
    command = entry(probe).probe.command
    text = subprocess.run(["sh", "-c", command], check=True, capture_output=True).stdout
    shown = read(Capture("here", Question(probe), command, Outcome.ANSWERED, 0, text))
    assert shown.records
    dumped = (
        record
        for capture in visit.captures
        if capture.question.scope == HOST and capture.question.probe.startswith("netlink-")
        for record in read(capture).records
    )
    assert _steady(shown.records) <= _steady(dumped)
