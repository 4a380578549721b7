"""A bridge's own frames, where the host's packet filter is shown them, and where it is not."""

import pytest

from collector.capture import HOST
from netsnap.model.disposition import Disposition
from netsnap.model.network import Network
from netsnap.model.sieve import sift
from parsers.records import FilterRule, Sysctl, XfrmPolicy
from tests.model.cluster import facts
from tests.model.test_bridging import ADDRESSES, BRIDGE, NODE, _world

SWITCH = "net.bridge.bridge-nf-call-iptables"
BASE = "type filter hook forward priority filter; policy accept"
ICC = f'iifname "{BRIDGE}" oifname "{BRIDGE}" drop'


@pytest.mark.parametrize(
    ("switch", "rule", "end"),
    [
        (Sysctl(SWITCH, "1"), ICC, Disposition.FILTERED),
        (Sysctl(SWITCH, "0"), ICC, Disposition.DELIVERED),
        (None, ICC, Disposition.DELIVERED),
        (Sysctl("net.bridge.bridge-nf-call-ip6tables", "1"), ICC, Disposition.DELIVERED),
        (Sysctl(SWITCH, "1"), 'oifname "eth0" drop', Disposition.DELIVERED),
    ],
)
def test_only_with_the_switch_on_the_filter_sees_what_stays_on_a_bridge(
    switch: Sysctl | None, rule: str, end: Disposition
) -> None:
    world = _world()
    world[NODE] += [FilterRule("ip filter", "DOCKER", each) for each in (BASE, rule)]
    world[NODE] += [switch] if switch else []
    network = Network.of(facts(world))
    way = network.walk(("k8s2", "cache"), ADDRESSES["front"])
    found = sift(network, way, ADDRESSES["cache"], ADDRESSES["front"], new=True)
    assert found.disposition is end
    if end is Disposition.FILTERED:
        assert found.hops[-1].netns == HOST
        assert "k8s2 drops it" in found.reason


def test_where_the_switch_was_not_read_whether_the_filter_sees_it_is_a_doubt() -> None:
    world = _world()
    world[NODE] += [FilterRule("ip filter", "DOCKER", each) for each in (BASE, ICC)]
    network = Network.of(facts(world, hidden=[(*NODE, Sysctl.kind)]))
    way = network.walk(("k8s2", "cache"), ADDRESSES["front"])
    found = sift(network, way, ADDRESSES["cache"], ADDRESSES["front"], new=True)
    assert found.disposition is Disposition.DELIVERED
    assert [doubt for doubt in found.doubts if "bridge was not read" in doubt]


def test_ipsec_is_not_asked_of_what_stays_on_a_bridge() -> None:
    world = _world()
    ends = ("0.0.0.0/0", f"{ADDRESSES['front']}/32")
    blocks = [XfrmPolicy(*ends, "", each, action="block") for each in ("in", "out", "fwd")]
    world[NODE] += [Sysctl(SWITCH, "1"), *blocks]
    network = Network.of(facts(world))
    for source, end in (("cache", Disposition.DELIVERED), (HOST, Disposition.FILTERED)):
        way = network.walk(("k8s2", source), ADDRESSES["front"])
        own = ADDRESSES.get(source, "10.44.0.1")
        found = sift(network, way, own, ADDRESSES["front"], new=True)
        assert found.disposition is end
        assert not found.doubts
