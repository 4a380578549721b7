"""What is wrong in one snapshot: each fault is found, and a whole cluster has none."""

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.explain.check import Found, check
from netsnap.explain.checks.finding import Severity
from parsers.records import Address, CalicoPeer, Interface, NextHop, Route, Sysctl
from tests.model.cluster import (
    BLOCKS,
    NIC,
    NODES,
    World,
    address_of,
    cluster,
    down,
    facts,
    find,
    pod_of,
    route,
    swap,
    veth_of,
)

Place = tuple[str, str, str]

K2, K3 = ("k8s2", HOST), ("k8s3", HOST)
POD = ("k8s2", pod_of("k8s2", 1))
OWN = address_of("k8s2", 1)


def _meshed() -> World:
    world = cluster()
    for node in NODES:
        for other, address in NODES.items():
            if other != node:
                peer = CalicoPeer(4, address, "node-to-node mesh", "up", "Established")
                world[node, HOST].append(peer)
    return world


def _found(world: World, hidden: Iterable[Place] = ()) -> tuple[Found, ...]:
    return check(facts(world, hidden=hidden), _raw)


def _raw(_: str) -> bytes:
    return b"a line"


def _sentences(world: World) -> list[str]:
    return [each.finding.sentence for each in _found(world)]


def test_a_whole_cluster_has_no_finding() -> None:
    assert _sentences(_meshed()) == []


def _session_down(world: World) -> None:
    for place, address in ((K2, NODES["k8s3"]), (K3, NODES["k8s2"])):
        old = find(world, place, CalicoPeer, 4, address)
        swap(world, place, old, replace(old, state="start", connection="Connect"))


def _one_sided(world: World) -> None:
    swap(world, K3, find(world, K3, CalicoPeer, 4, NODES["k8s2"]))


def _no_blackhole(world: World) -> None:
    swap(world, K2, find(world, K2, Route, 4, "main", BLOCKS["k8s2"]))


def _two_owners(world: World) -> None:
    world[K3].append(Route(4, "main", BLOCKS["k8s2"], type="blackhole", protocol="bird"))


def _sent_two_ways(world: World) -> None:
    old = find(world, ("k8s1", HOST), Route, 4, "main", BLOCKS["k8s2"])
    hops = (NextHop(NODES["k8s3"], NIC),)
    swap(world, ("k8s1", HOST), old, replace(old, next_hops=hops))


def _no_route_to_a_block(world: World) -> None:
    swap(world, K3, find(world, K3, Route, 4, "main", BLOCKS["k8s2"]))


def _no_host_route(world: World) -> None:
    swap(world, K2, find(world, K2, Route, 4, "main", f"{OWN}/32"))


def _wrong_device(world: World) -> None:
    old = find(world, K2, Route, 4, "main", f"{OWN}/32")
    swap(world, K2, old, route(f"{OWN}/32", veth_of("k8s2", 2)))


def _two_have_an_address(world: World) -> None:
    world["k8s3", pod_of("k8s3", 1)].append(Address("eth0", 4, f"{OWN}/32", scope="global"))


def _two_nodes_have_an_address(world: World) -> None:
    world[K3].append(Address(NIC, 4, f"{NODES['k8s2']}/24", scope="global"))


def _down(world: World) -> None:
    old = find(world, POD, Interface, "eth0")
    swap(world, POD, old, down(old))


def _veth_step(world: World) -> None:
    old = find(world, POD, Interface, "eth0")
    swap(world, POD, old, replace(old, mtu=1400))


def _fabric_step(world: World) -> None:
    old = find(world, K3, Interface, NIC)
    swap(world, K3, old, replace(old, mtu=9000))


def _same_mac(world: World) -> None:
    for place in (K2, K3):
        old = find(world, place, Interface, NIC)
        swap(world, place, old, replace(old, mac="0a:00:00:00:00:01"))


def _not_forwarding(world: World) -> None:
    swap(world, K2, Sysctl("net.ipv4.ip_forward", "1"), Sysctl("net.ipv4.ip_forward", "0"))
    old = Sysctl(f"net.ipv4.conf.{NIC}.forwarding", "1")
    swap(world, K2, old, replace(old, value="0"))


FAULTS: list[tuple[Callable[[World], None], Severity, str]] = [
    (_session_down, Severity.ERROR, "the BGP session k8s2–k8s3 is not established: Connect"),
    (_one_sided, Severity.WARNING, "k8s2 has a BGP session to k8s3, and k8s3 has none to k8s2"),
    (_no_blackhole, Severity.WARNING, "k8s2 has no blackhole for its block 192.168.167.64/26"),
    (_two_owners, Severity.ERROR, "k8s2 and k8s3 both own the block 192.168.167.64/26"),
    (_sent_two_ways, Severity.ERROR, "the nodes send 192.168.167.64/26 to different nodes: k8s3"),
    (_no_route_to_a_block, Severity.ERROR, "k8s3 has no route to 192.168.167.64/26, which k8s2"),
    (_no_host_route, Severity.ERROR, f"k8s2 has no route to default/web-21 ({OWN}): blackhole"),
    (_wrong_device, Severity.ERROR, f"k8s2 sends what is for default/web-21 ({OWN}) to cali22"),
    (_wrong_device, Severity.WARNING, f"k8s2 has a route to {OWN} by cali22, and default/web-22"),
    (_two_have_an_address, Severity.ERROR, "default/web-21 on k8s2 and default/web-31 on"),
    (_two_nodes_have_an_address, Severity.ERROR, "k8s2 and k8s3 both have 172.16.0.57"),
    (_down, Severity.ERROR, "eth0 of default/web-21, which has an address, is down"),
    (_veth_step, Severity.WARNING, "eth0 of default/web-21 has an MTU of 1400, and cali21 at its"),
    (_fabric_step, Severity.WARNING, "the nodes' MTUs differ on one network: k8s1 1500,"),
    (_same_mac, Severity.ERROR, "k8s2 and k8s3 have the same 0a:00:00:00:00:01"),
    (_not_forwarding, Severity.ERROR, "default/web-11, default/web-12 and 2 more cannot reach"),
]  # fmt: skip


@pytest.mark.parametrize(("fault", "severity", "sentence"), FAULTS)
def test_a_fault_is_found_with_its_line(
    fault: Callable[[World], None], severity: Severity, sentence: str
) -> None:
    world = _meshed()
    fault(world)
    found = [each for each in _found(world) if each.finding.sentence.startswith(sentence)]
    assert len(found) == 1, _sentences(world)
    assert found[0].finding.severity is severity
    assert found[0].evidence


def test_the_worst_is_told_first() -> None:
    world = _meshed()
    _veth_step(world)
    _no_host_route(world)
    severities = [each.finding.severity for each in _found(world)]
    assert severities == sorted(severities, key=list(Severity).index)
    assert len(set(severities)) == 2


@pytest.mark.parametrize("fault", [_no_blackhole, _no_route_to_a_block, _no_host_route])
def test_what_was_not_read_is_not_missing(fault: Callable[[World], None]) -> None:
    world = _meshed()
    fault(world)
    hidden = [(node, HOST, "route") for node in NODES]
    assert _found(world, hidden) == ()


def test_a_group_that_is_more_than_the_way_back_is_told() -> None:
    world = _meshed()
    for source, target in ((POD, ("k8s3", 1)), (("k8s3", pod_of("k8s3", 1)), ("k8s1", 1))):
        prefix = f"{address_of(*target)}/32"
        world[source].append(Route(4, "main", prefix, type="blackhole"))
    said = [each for each in _sentences(world) if "cannot reach" in each]
    for place in (("k8s2", 1), ("k8s3", 1), ("k8s1", 1)):
        assert any(pod_of(*place) in each for each in said), said
