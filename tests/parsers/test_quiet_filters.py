"""Traffic that packet filters count changes no state of theirs, and no question changes them."""

import os
from collections.abc import Iterator

import pytest

from parsers.catalogue import entry
from parsers.reading import Reading
from parsers.roles import Record, Role, fields_of
from parsers.text import Text, decode
from tests.parsers.make_filter_samples import FOLDER, Netns, namespace

pytestmark = [
    pytest.mark.needs("iptables-legacy", "iptables-nft", "nft", "ipset", "conntrack", "ping"),
    pytest.mark.skipif(os.geteuid() != 0, reason="only root makes network namespaces"),
]

SCENES = ("iptables-legacy", "nft-objects", "xfrm", "conntrack")
PROBES = ("nft-ruleset", "iptables-save", "ipset-list", "ip-xfrm", "conntrack")
TRAFFIC = """
ping -q -c 3 -i 0.2 -W 1 172.16.77.51
ipset add with-timeout 198.51.100.%d
nft add element inet objects paced '{ 198.51.100.%d }'
true
"""


@pytest.fixture(scope="module")
def netns() -> Iterator[Netns]:
    with namespace("", f"nspfilter{os.getpid()}") as made:
        made.run("ipset create with-timeout hash:ip timeout 600")
        for scene in SCENES:
            made.run((FOLDER / f"{scene}.sh").read_text("utf-8"))
        yield made


def asked(netns: Netns, probe: str) -> Reading:
    said = netns.run(entry(probe).probe.command)
    reading = entry(probe).reader(Text(decode(said), probe))
    assert reading.ledger.unknown == ()
    assert reading.blind == ""
    assert reading.records
    return reading


def states(record: Record) -> tuple[object, ...]:
    """Return all that a comparison of two snapshots goes by."""
    kind: type = type(record)
    names = (*fields_of(kind, Role.IDENTITY), *fields_of(kind, Role.STATE))
    return (record.kind, *(getattr(record, name) for name in names))


@pytest.mark.parametrize("probe", PROBES)
def test_traffic_alone_changes_no_state(netns: Netns, probe: str) -> None:
    before = asked(netns, probe)
    number = PROBES.index(probe) + 1
    netns.run(TRAFFIC % (number, number))
    after = asked(netns, probe)
    assert list(map(states, before.records)) == list(map(states, after.records))
    if probe != "ip-xfrm":
        assert before.records != after.records  # it did count
