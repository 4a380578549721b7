"""Clusters whose workloads are routed by what lies between the nodes, and is not seen."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.model.disposition import PairState
from netsnap.model.network import Network
from netsnap.model.pairs import pair_state
from parsers.records import Address, BirdProtocol, CalicoPeer, Route
from tests.model.cluster import (
    BLOCKS,
    GATEWAY,
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

POD, OTHER = pod_of("k8s2", 1), pod_of("k8s3", 1)


def _state(world: World) -> PairState:
    network = Network.of(facts(world))
    ends = {each.name: each for each in network.endpoints}
    return pair_state(network, ends[POD], ends[OTHER])


def _routed(world: World, *, via: str) -> World:
    """Have no node send to another by itself; with ``via``, to a router by a route of its own."""
    for node in NODES:
        for other, prefix in BLOCKS.items():
            if other != node:
                old = find(world, (node, HOST), Route, 4, "main", prefix)
                swap(world, (node, HOST), old, route(prefix, NIC, via) if via else None)
    return world


def _without_bgp(world: World) -> World:
    for node in NODES:
        own = find(world, (node, HOST), Route, 4, "main", BLOCKS[node])
        swap(world, (node, HOST), own, replace(own, protocol=""))
    return world


@pytest.mark.parametrize(
    "world",
    [_routed(cluster(), via=GATEWAY), _without_bgp(_routed(cluster(), via=""))],
    ids=("routes-to-a-router", "default-routes-of-a-cloud"),
)
def test_what_a_router_is_told_of_is_taken_to_arrive_with_a_doubt(world: World) -> None:
    state = _state(world)
    assert state.works is True
    assert f"whether {GATEWAY} takes it from k8s2 to k8s3 is not seen" in state.doubts


def test_what_its_own_node_drops_is_lost_whatever_a_router_does() -> None:
    world = _routed(cluster(), via=GATEWAY)
    there = ("k8s3", HOST)
    swap(world, there, route(f"{address_of('k8s3', 1)}/32", veth_of("k8s3", 1)))
    assert _state(world).works is False


def test_where_bgp_is_spoken_and_the_default_route_is_left_it_is_lost() -> None:
    assert _state(_routed(cluster(), via="")).works is False


def test_one_route_to_a_router_among_routes_to_nodes_is_a_mistake() -> None:
    world = cluster()
    world["k8s2", HOST].append(route(f"{address_of('k8s3', 1)}/32", NIC, GATEWAY))
    assert _state(world).works is False


def test_but_not_where_the_router_is_a_peer_of_bgp() -> None:
    world = cluster()
    world["k8s2", HOST] += [
        route(f"{address_of('k8s3', 1)}/32", NIC, GATEWAY, protocol="bird"),
        CalicoPeer(4, GATEWAY, "node specific", "up", "Established"),
    ]
    assert _state(world).works is True


@pytest.mark.parametrize("of_mesh", [True, False], ids=("mesh", "other-peer"))
def test_a_node_that_lost_its_address_is_no_router_though_its_session_still_stands(
    *, of_mesh: bool
) -> None:
    world, address = cluster(), NODES["k8s3"]
    swap(world, ("k8s3", HOST), find(world, ("k8s3", HOST), Address, NIC, 4, f"{address}/24"))
    session = BirdProtocol(
        "Mesh_x" if of_mesh else "Node_x", "BGP", neighbour=address, connection="Established"
    )
    world["k8s2", HOST].append(session)
    if not of_mesh:
        own = replace(session, neighbour=NODES["k8s2"], source=address)
        world["k8s3", HOST].append(own)
    assert _state(world).works is False
