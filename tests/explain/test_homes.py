"""Workloads of no block that others know, addresses that were lent and nobody told of."""

from dataclasses import replace

from collector.capture import HOST
from netsnap.explain.check import check
from netsnap.explain.checks.homes import homes
from netsnap.explain.checks.shadows import shadows
from parsers.records import Address, Route
from tests.model.cluster import (
    BLOCKS,
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

K3 = ("k8s3", HOST)
LENT = "192.168.167.90"


def _sentences(world: World, hidden: tuple[tuple[str, str, str], ...] = ()) -> list[str]:
    found = check(facts(world, hidden=hidden), lambda _: b"a line", (homes,))
    return [each.finding.sentence for each in found]


def _without_its_block() -> World:
    world = cluster()
    for place in (node for node in world if node[1] == HOST):
        swap(world, place, find(world, place, Route, 4, "main", BLOCKS["k8s3"]))
    return world


def _lent(world: World) -> World:
    pod = ("k8s3", pod_of("k8s3", 1))
    own = f"{address_of('k8s3', 1)}/32"
    swap(world, pod, find(world, pod, Address, "eth0", 4, own), _single(LENT))
    return world


def _single(address: str) -> Address:
    return Address("eth0", 4, f"{address}/32", scope="global")


def test_workloads_of_a_block_that_nobody_knows_are_told_by_node() -> None:
    both = f"{address_of('k8s3', 1)}, {address_of('k8s3', 2)}"
    assert _sentences(cluster()) == []
    assert _sentences(_without_its_block()) == [
        (
            f"k8s3 has no block with {both}, which its workloads have, and no other node has a "
            "route to them"
        )
    ]


def test_a_block_that_some_other_node_leads_to_is_somebodys() -> None:
    world = _without_its_block()
    world["k8s1", HOST].append(route(BLOCKS["k8s3"], "enp1s0f0", "172.16.0.47"))
    assert _sentences(world) == []


def test_nothing_is_told_of_a_block_while_a_node_s_routes_were_not_read() -> None:
    assert _sentences(_without_its_block(), hidden=(("k8s1", HOST, "route"),)) == []


def test_an_address_of_another_nodes_block_is_told_where_its_owner_throws_it_away() -> None:
    assert _sentences(_lent(cluster())) == [
        (
            f"{pod_of('k8s3', 1)} on k8s3 has {LENT}, which is of k8s2's block {BLOCKS['k8s2']}, "
            "and k8s2 has no route to it: it throws away what is for it"
        )
    ]


def test_an_address_that_was_lent_and_announced_is_well() -> None:
    world = _lent(cluster())
    world["k8s2", HOST].append(route(f"{LENT}/32", "enp1s0f0", "172.16.0.47", protocol="bird"))
    assert _sentences(world) == []


def test_a_lent_address_is_not_taken_out_of_birds_block_by_the_route_to_its_workload() -> None:
    world = _lent(cluster())
    own = route(f"{LENT}/32", veth_of("k8s3", 1))
    world[K3].append(own)
    found = check(facts(world), lambda _: b"a line", (shadows,))
    assert found == ()
    swap(world, K3, own, route(f"{LENT}/32", veth_of("k8s3", 2)))
    assert len(check(facts(world), lambda _: b"a line", (shadows,))) == 1


def test_an_address_with_a_network_around_it_is_of_no_block() -> None:
    world = _without_its_block()
    for pod in (1, 2):
        place = ("k8s3", pod_of("k8s3", pod))
        old = find(world, place, Address, "eth0", 4, f"{address_of('k8s3', pod)}/32")
        bridged = old.address.replace("/32", "/24")
        swap(world, place, old, replace(old, address=bridged))
    assert _sentences(world) == []
