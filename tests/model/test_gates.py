"""What stops a packet at an interface, and how it is told."""

from collector.capture import HOST
from netsnap.model.disposition import Disposition
from netsnap.model.network import Network
from parsers.records import Address, Interface, Route, Sysctl
from tests.model.cluster import UP, address_of, cluster, facts, find, pod_of, route, swap, veth_of

AT_HOST = ("k8s2", HOST)
POD = ("k8s2", pod_of("k8s2", 1))


def test_a_bridge_without_an_address_is_nobodys_gateway() -> None:
    """A second interface on a bridge of its own: the node is not asked to answer there."""
    world = cluster()
    world[POD] += [
        Interface("net1", 9, UP, 1500, operstate="UP", peer_index=90, link_kind="veth"),
        Address("net1", 4, "10.200.0.9/24", scope="global"),
    ]
    swap(world, POD, find(world, POD, Route, 4, "main", "0.0.0.0/0"))
    world[POD].append(route("0.0.0.0/0", "net1", "10.200.0.1"))
    world[AT_HOST] += [
        Interface("second", 80, UP, link_kind="bridge"),
        Interface("second0", 90, UP, peer_index=9, link_kind="veth", master="second"),
        Sysctl("net.ipv4.conf.second.proxy_arp", "0"),
    ]
    path = Network.of(facts(world)).walk(POD, address_of("k8s3", 1))
    assert path.disposition is Disposition.NOT_OWNED
    assert path.reason == f"nobody behind net1 of {POD[1]} has 10.200.0.1"


def test_one_interface_that_does_not_forward_is_named() -> None:
    world = cluster()
    name = f"net.ipv4.conf.{veth_of('k8s2', 1)}.forwarding"
    swap(world, AT_HOST, Sysctl(name, "1"), Sysctl(name, "0"))
    path = Network.of(facts(world)).walk(POD, address_of("k8s3", 1))
    assert path.reason == f"k8s2 does not forward what comes in by {veth_of('k8s2', 1)}"
