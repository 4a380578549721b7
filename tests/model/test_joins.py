"""Which ends are one veth pair, where the same small numbers stand in every namespace."""

from dataclasses import replace

from collector.capture import HOST
from netsnap.model.disposition import Disposition, PairState
from netsnap.model.network import Network
from netsnap.model.pairs import pairs
from netsnap.model.space import Port
from parsers.records import Address, DriverStatistics, FilterRule, Interface, Route
from tests.model.cluster import (
    UP,
    World,
    address_of,
    cluster,
    facts,
    find,
    local,
    pod_of,
    route,
    rules,
    swap,
    veth_of,
)

HOST2 = ("k8s2", HOST)
POD = ("k8s2", pod_of("k8s2", 1))
SECOND = ("k8s2", pod_of("k8s2", 2))


def other_end(world: World, place: tuple[str, str], device: str) -> list[str]:
    segment = Network.of(facts(world)).segment(Port(*place, device))
    return [f"{port.netns} {port.device}" for port in segment.ends]


def test_both_ends_find_each_other_by_both_indices() -> None:
    world = cluster()
    assert other_end(world, HOST2, veth_of("k8s2", 1)) == [f"{POD[1]} eth0"]
    assert other_end(world, POD, "eth0") == [f"host {veth_of('k8s2', 1)}"]


def test_the_drivers_number_serves_where_ip_prints_none() -> None:
    world = cluster()
    eth0 = find(world, POD, Interface, "eth0")
    swap(world, POD, eth0, replace(eth0, peer_index=None))
    assert other_end(world, POD, "eth0") == []
    world[POD].append(DriverStatistics("eth0", peer_index=11))
    assert other_end(world, POD, "eth0") == [f"host {veth_of('k8s2', 1)}"]


def claimed_twice() -> World:
    """Two pods say that their other end is the host's interface 11, which can be of one only."""
    world = cluster()
    eth0 = find(world, SECOND, Interface, "eth0")
    swap(world, SECOND, eth0, replace(eth0, peer_index=11))
    return world


def test_where_two_namespaces_fit_the_route_decides() -> None:
    world = claimed_twice()
    assert other_end(world, HOST2, veth_of("k8s2", 1)) == [f"{POD[1]} eth0"]
    assert other_end(world, POD, "eth0") == [f"host {veth_of('k8s2', 1)}"]
    assert other_end(world, SECOND, "eth0") == []


def test_where_nothing_decides_the_other_end_is_unknown() -> None:
    world = claimed_twice()
    for pod in (1, 2):
        prefix = f"{address_of('k8s2', pod)}/32"
        swap(world, HOST2, find(world, HOST2, Route, 4, "main", prefix))
    world[HOST2].append(route("192.168.167.64/30", veth_of("k8s2", 1)))
    network = Network.of(facts(world))
    path = network.walk(POD, address_of("k8s3", 1))
    assert path.disposition is Disposition.UNKNOWN
    assert "several namespaces" in path.reason


def test_an_end_in_a_namespace_that_was_not_seen_is_unknown() -> None:
    world = cluster()
    del world[POD]
    path = Network.of(facts(world)).walk(HOST2, address_of("k8s2", 1))
    assert path.disposition is Disposition.UNKNOWN
    assert veth_of("k8s2", 1) in path.reason


def on_docker0(world: World, number: int) -> str:
    """Add a container on k8s2's docker0 and return its namespace's name."""
    name, own = f"box{number}", f"172.17.0.{number}"
    world["k8s2", name] = [
        *rules(),
        Interface("eth0", 3, UP, peer_index=20 + number, link_kind="veth", peer_netns="0"),
        Address("eth0", 4, f"{own}/16", scope="global"),
        local(own, "eth0"),
        route("0.0.0.0/0", "eth0", "172.17.0.1"),
        route("172.17.0.0/16", "eth0"),
    ]
    veth = Interface(f"veth{number}", 20 + number, UP, peer_index=3, link_kind="veth")
    world[HOST2].append(replace(veth, master="docker0", peer_netns=str(number)))
    return name


def bridged() -> World:
    world = cluster()
    world[HOST2] += [
        Interface("docker0", 8, UP, link_kind="bridge"),
        Address("docker0", 4, "172.17.0.1/16", scope="global"),
        local("172.17.0.1", "docker0"),
        route("172.17.0.0/16", "docker0"),
    ]
    on_docker0(world, 2)
    on_docker0(world, 3)
    return world


def test_containers_on_a_bridge_reach_each_other_and_the_host() -> None:
    network = Network.of(facts(bridged()))
    assert {each.name for each in network.endpoints} >= {"box2@k8s2", "box3@k8s2"}
    for address in ("172.17.0.3", "172.17.0.1"):
        assert network.walk(("k8s2", "box2"), address).disposition is Disposition.DELIVERED
    assert network.walk(HOST2, "172.17.0.2").disposition is Disposition.DELIVERED
    assert network.walk(POD, "172.17.0.2").disposition is Disposition.DELIVERED


def test_an_address_that_nobody_on_the_bridge_has_is_not_owned() -> None:
    network = Network.of(facts(bridged()))
    assert network.walk(HOST2, "172.17.0.9").disposition is Disposition.NOT_OWNED
    assert network.walk(("k8s2", "box2"), "172.17.0.9").disposition is Disposition.NOT_OWNED


def test_a_veth_that_is_off_the_bridge_is_cut_off() -> None:
    """Incident C10."""
    world = bridged()
    veth = find(world, HOST2, Interface, "veth3")
    swap(world, HOST2, veth, replace(veth, master=""))
    network = Network.of(facts(world))
    assert network.walk(HOST2, "172.17.0.3").disposition is Disposition.NOT_OWNED
    assert network.walk(HOST2, "172.17.0.2").disposition is Disposition.DELIVERED


def test_a_namespace_without_a_container_is_called_by_its_node() -> None:
    world = cluster()
    world["k8s2", "mount:red/1"] = list(world.pop(POD))
    names = [each.name for each in Network.of(facts(world)).endpoints]
    assert "mount:red/1@k8s2" in names


DOCKERS_RULE = FilterRule(
    "ip nat", "POSTROUTING", 'oifname != "docker0" ip saddr 172.17.0.0/16 counter masquerade'
)


def state_of(world: World, source: str, target: str) -> PairState:
    return next(
        each for each in pairs(Network.of(facts(world))) if (each.src, each.dst) == (source, target)
    )


def test_a_masqueraded_container_gets_its_answers() -> None:
    world = bridged()
    world[HOST2].append(DOCKERS_RULE)
    there = state_of(world, "box2@k8s2", pod_of("k8s3", 1))
    assert there.works is True
    assert any("masqueraded" in hop.note for hop in there.back.hops)
    assert state_of(world, pod_of("k8s3", 1), "box2@k8s2").works is False


def test_an_answer_does_not_find_a_container_that_lost_its_bridge() -> None:
    world = bridged()
    world[HOST2].append(DOCKERS_RULE)
    swap(world, HOST2, find(world, HOST2, Address, "docker0"))
    swap(world, HOST2, find(world, HOST2, Route, 4, "main", "172.17.0.0/16"))
    assert state_of(world, "box2@k8s2", pod_of("k8s3", 1)).works is False


def test_without_dockers_rule_the_answers_way_is_unknown_and_not_missing() -> None:
    assert state_of(bridged(), "box2@k8s2", pod_of("k8s3", 1)).works is None
