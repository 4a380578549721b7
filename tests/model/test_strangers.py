"""Whose hardware address a node's packets go to: the owner's, another node's, nobody's."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.model.disposition import Disposition, PairState
from netsnap.model.network import Network
from netsnap.model.pairs import pair_state
from parsers.records import Address, Interface, Neighbour
from tests.model.cluster import GATEWAY, NIC, NODES, World, cluster, facts, find, pod_of, swap

OWN = NODES["k8s3"]
MACS = {node: f"0c:00:00:00:00:0{node[-1]}" for node in NODES}
STRANGER = "0c:00:00:00:00:99"
FORMER = MACS["k8s3"]


def _seen(mac: str, *more: tuple[str, str]) -> World:
    """Return the cluster in which k8s1 finds k8s3 at a hardware address."""
    world = cluster()
    for node in NODES:
        nic = find(world, (node, HOST), Interface, NIC)
        swap(world, (node, HOST), nic, replace(nic, mac=MACS[node]))
    k1 = ("k8s1", HOST)
    old = find(world, k1, Neighbour, 4, OWN, NIC)
    swap(world, k1, old, replace(old, mac=mac))
    world[k1] += [Neighbour(4, address, NIC, seen, "resolved") for address, seen in more]
    return world


def _state(now: World, formerly: World | None) -> PairState:
    network = Network.of(facts(now), assumed=facts(formerly) if formerly else None)
    ends = {each.name: each for each in network.endpoints}
    return pair_state(network, ends[pod_of("k8s1", 1)], ends[pod_of("k8s3", 1)])


def test_what_went_to_its_owner_and_goes_to_a_stranger_is_lost() -> None:
    way = _state(_seen(STRANGER), _seen(FORMER)).there
    assert way.disposition is Disposition.NEIGHBOUR_FAILED
    assert way.reason == f"k8s1 sends what is for k8s3 to {STRANGER}, which no node has"
    assert way.hops[-1].decided_by is not None


@pytest.mark.parametrize(
    ("now", "formerly"),
    [
        (_seen(STRANGER), None),
        (_seen(STRANGER), _seen(STRANGER)),
        (_seen(STRANGER), _seen("")),
        (_seen(STRANGER, (GATEWAY, STRANGER)), _seen(FORMER)),
        (_seen(""), _seen(FORMER)),
        (_seen(FORMER), _seen(STRANGER)),
    ],
    ids=["unknown", "ever so", "not cached", "a router", "no more cached", "mended"],
)
def test_a_hardware_address_alone_is_no_evidence(now: World, formerly: World | None) -> None:
    assert _state(now, formerly).works is True


def test_a_stranger_where_other_nodes_are_found_at_their_own_is_a_doubt() -> None:
    world = _seen(STRANGER)
    k1 = ("k8s1", HOST)
    other = find(world, k1, Neighbour, 4, NODES["k8s2"], NIC)
    swap(world, k1, other, replace(other, mac=MACS["k8s2"]))
    way = _state(world, None).there
    assert way.disposition is Disposition.UNKNOWN
    assert way.reason == f"k8s1 sends what is for k8s3 to {STRANGER}, which no node has"
    world[k1].append(Neighbour(4, GATEWAY, NIC, STRANGER, "resolved"))  # it stands in for others
    assert _state(world, None).works is True


def test_of_two_nodes_with_an_address_the_one_in_the_cache_gets_the_packets() -> None:
    for holder, works in (("k8s3", True), ("k8s2", False)):
        world = _seen(MACS[holder])
        world["k8s2", HOST].append(Address(NIC, 4, f"{OWN}/32", scope="global"))
        state = _state(world, None)
        assert state.there.disposition is not Disposition.UNKNOWN
        assert ("k8s2" in {hop.node for hop in state.there.hops}) is not works
    world = _seen("")
    world["k8s2", HOST].append(Address(NIC, 4, f"{OWN}/32", scope="global"))
    assert _state(world, None).there.disposition is Disposition.UNKNOWN
