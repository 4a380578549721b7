"""A bridge's own frames, where the host's packet filter is shown them, and where it is not."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.model.disposition import Disposition
from netsnap.model.network import Network
from netsnap.model.sieve import sift
from parsers.records import BridgeVlan, FilterRule, Interface, Sysctl, XfrmPolicy
from tests.model.cluster import facts, find, swap
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


OWN = ("PVID", "Egress Untagged")


@pytest.mark.parametrize("source", ["cache", HOST])
def test_what_a_bridge_that_filters_vlans_passes_is_a_doubt_that_changes_with_them(
    source: str,
) -> None:
    def doubts(switch: str, *vlans: BridgeVlan, hidden: bool = False) -> tuple[str, ...]:
        world = _world()
        old = find(world, NODE, Interface, BRIDGE)
        swap(world, NODE, old, replace(old, kind_detail=f"ageing_time 30000 {switch}"))
        world[NODE] += vlans
        network = Network.of(facts(world, hidden=[(*NODE, BridgeVlan.kind)] if hidden else []))
        way = network.walk(("k8s2", source), ADDRESSES["front"])
        assert way.disposition is Disposition.DELIVERED
        own = ADDRESSES.get(source, "10.44.0.1")
        return sift(network, way, own, ADDRESSES["front"], new=True).doubts

    vlans = [BridgeVlan(each, "1", OWN) for each in ("veth-cache", "veth-front", BRIDGE)]
    on = "vlan_filtering 1"
    assert not doubts("vlan_filtering 0", *vlans)
    (told,) = doubts(on, *vlans)
    assert told.endswith("filters VLANs (1 PVID Egress Untagged; 1 PVID Egress Untagged)")
    assert doubts(on, *vlans) == doubts(on, *vlans, BridgeVlan("veth-other", "7")) == (told,)
    for others in (
        doubts(on, *vlans, BridgeVlan("veth-front", "7", OWN)),
        doubts(on, vlans[0], vlans[2]),
        doubts(on, hidden=True),
    ):
        assert others != (told,)
        assert len(others) == 1
