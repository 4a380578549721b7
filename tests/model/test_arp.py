"""Who asks for hardware addresses, who answers for whom, and which address a pod speaks with."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.model.disposition import Disposition
from netsnap.model.network import Network
from netsnap.model.pairs import pair_state, way_out
from parsers.records import Address, Interface, Neighbour, Sysctl
from tests.model.cluster import (
    NIC,
    NODES,
    World,
    address_of,
    cluster,
    facts,
    find,
    pod_of,
    route,
    swap,
    veth_of,
)

HOST2, HOST3 = ("k8s2", HOST), ("k8s3", HOST)
POD, OTHER = pod_of("k8s2", 1), pod_of("k8s3", 1)
THERE = address_of("k8s3", 1)
ITS_MAC = "02:00:00:00:00:03"


def works(world: World, source: str = POD, target: str = OTHER) -> bool | None:
    network = Network.of(facts(world))
    ends = {each.name: each for each in network.endpoints}
    return pair_state(network, ends[source], ends[target]).works


def without_arp(world: World, place: tuple[str, str], device: str) -> None:
    old = find(world, place, Interface, device)
    swap(world, place, old, replace(old, flags=("BROADCAST", "LOWER_UP", "NOARP", "UP")))


def forgotten(world: World, node: str) -> None:
    """Take a node out of the neighbour caches of the others."""
    for other in NODES:
        if other != node:
            swap(world, (other, HOST), find(world, (other, HOST), Neighbour, 4, NODES[node]))


def a_veth_without_arp(world: World) -> None:
    without_arp(world, HOST2, veth_of("k8s2", 1))


def a_nic_without_arp(world: World) -> None:
    without_arp(world, HOST2, NIC)
    for each in [r for r in world[HOST2] if isinstance(r, Neighbour)]:
        swap(world, HOST2, each)


def a_node_that_answers_nobody(world: World) -> None:
    world[HOST3].append(Sysctl(f"net.ipv4.conf.{NIC}.arp_ignore", "8"))
    forgotten(world, "k8s3")


def a_pod_that_answers_no_ping(world: World) -> None:
    world["k8s3", OTHER].append(Sysctl("net.ipv4.icmp_echo_ignore_all", "1"))


def a_pod_that_speaks_with_a_stranger(world: World) -> None:
    """``ip route replace default … src 10.1.2.3``."""
    world["k8s2", POD].append(Address("eth0", 4, "10.1.2.3/32", scope="global"))
    old = next(r for r in world["k8s2", POD] if r == route("0.0.0.0/0", "eth0", "169.254.1.1"))
    swap(world, ("k8s2", POD), old, replace(old, source="10.1.2.3"))


@pytest.mark.parametrize(
    "fault",
    [
        a_veth_without_arp,
        a_nic_without_arp,
        a_node_that_answers_nobody,
        a_pod_that_answers_no_ping,
        a_pod_that_speaks_with_a_stranger,
    ],
)
def test_it_cuts_the_pair(fault: Callable[[World], None]) -> None:
    world = cluster()
    assert works(world) is True
    fault(world)
    assert works(world) is False


def test_who_is_in_the_cache_is_reached_without_being_asked() -> None:
    world = cluster()
    world[HOST3].append(Sysctl(f"net.ipv4.conf.{NIC}.arp_ignore", "8"))
    assert works(world) is True


def test_what_answers_only_for_its_interface_answers_for_its_own_address() -> None:
    world = cluster()
    world[HOST3].append(Sysctl("net.ipv4.conf.all.arp_ignore", "1"))
    forgotten(world, "k8s3")
    assert works(world) is True


def test_who_answers_no_ping_gets_answers_to_its_own() -> None:
    world = cluster()
    a_pod_that_answers_no_ping(world)
    assert works(world, OTHER, POD) is True


def test_a_pod_that_speaks_with_a_stranger_answers_all_the_same_and_has_no_way_out() -> None:
    world = cluster()
    a_pod_that_speaks_with_a_stranger(world)
    assert works(world, OTHER, POD) is True
    network = Network.of(facts(world))
    pod = next(each for each in network.endpoints if each.name == POD)
    assert way_out(network, pod).disposition is not Disposition.LEFT_CLUSTER


def test_a_second_address_that_no_route_names_changes_nothing() -> None:
    world = cluster()
    world["k8s2", POD].append(Address("eth0", 4, "10.1.2.3/32", scope="global"))
    assert works(world) is True


def on_the_link(world: World) -> None:
    """``ip route add POD dev NIC`` on k8s2: it asks the fabric for a pod's address."""
    world[HOST2].append(route(f"{THERE}/32", NIC))


def test_a_pods_address_that_nobody_on_the_fabric_answers_for_is_lost() -> None:
    world = cluster()
    on_the_link(world)
    assert works(world) is False


def test_a_node_that_answers_arp_for_its_pods_is_reached_in_their_place() -> None:
    world = cluster()
    on_the_link(world)
    world[HOST3].append(Sysctl(f"net.ipv4.conf.{NIC}.proxy_arp", "1"))
    assert works(world) is True


@pytest.mark.parametrize(("mac", "reached"), [(ITS_MAC, True), ("02:00:00:00:00:99", False)])
def test_a_cached_hardware_address_tells_which_node_gets_it(mac: str, reached: bool) -> None:
    world = cluster()
    nic = find(world, HOST3, Interface, NIC)
    swap(world, HOST3, nic, replace(nic, mac=ITS_MAC))
    on_the_link(world)
    world[HOST2].append(Neighbour(4, THERE, NIC, mac=mac, condition="resolved"))
    assert works(world) is reached
