"""Containers on a bridge: what a port that is down, disabled or isolated does to their frames."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.model.disposition import Disposition
from netsnap.model.network import Network
from parsers.records import Address, Interface, Neighbour
from tests.model.cluster import UP, World, facts, find, local, route, rules, swap

NODE = ("k8s2", HOST)
ADDRESSES = {"cache": "10.44.0.2", "front": "10.44.0.3"}
BRIDGE = "br-shop"
PORT = "state forwarding priority 32 isolated off"


def _world() -> World:
    host = [
        *rules(),
        Interface(BRIDGE, 5, UP, 1500, operstate="UP", link_kind="bridge"),
        Address(BRIDGE, 4, "10.44.0.1/24", scope="global"),
        local("10.44.0.1", BRIDGE),
        route("10.44.0.0/24", BRIDGE, protocol="kernel"),
    ]
    world: World = {NODE: host}
    for index, (name, address) in enumerate(ADDRESSES.items(), 10):
        host.append(
            Interface(
                f"veth-{name}", index, UP, 1500, operstate="UP", link_kind="veth", peer_index=7,
                peer_netns=str(index), master=BRIDGE, slave_detail=PORT,
            )
        )  # fmt: skip
        world["k8s2", name] = [
            *rules(),
            Interface("eth0", 7, UP, 1500, operstate="UP", link_kind="veth", peer_index=index,
                      peer_netns="0", mac=f"02:42:0a:2c:00:{index:02x}"),
            Address("eth0", 4, f"{address}/24", scope="global"),
            local(address, "eth0"),
            route("10.44.0.0/24", "eth0", protocol="kernel"),
            route("0.0.0.0/0", "eth0", "10.44.0.1"),
        ]  # fmt: skip
    return world


def _ways(world: World) -> dict[tuple[str, str], tuple[Disposition, str]]:
    """Walk from the node and from each container to each container and to the bridge."""
    network = Network.of(facts(world))
    targets = {**ADDRESSES, "node": "10.44.0.1"}
    places = {"node": HOST, "cache": "cache", "front": "front"}
    return {
        (source, target): ((path := network.walk(("k8s2", place), to)).disposition, path.reason)
        for source, place in places.items()
        for target, to in targets.items()
        if source != target
    }


def _set(world: World, *names: str, **fields: object) -> None:
    for name in names:
        old = find(world, NODE, Interface, name)
        swap(world, NODE, old, replace(old, **fields))  # type: ignore[arg-type]


def _failing(world: World) -> set[tuple[str, str]]:
    return {pair for pair, (end, _) in _ways(world).items() if end is not Disposition.DELIVERED}


def test_containers_on_a_bridge_reach_each_other_and_the_node() -> None:
    assert not _failing(_world())


def test_isolated_ports_reach_the_node_and_not_each_other() -> None:
    world = _world()
    _set(world, "veth-cache", slave_detail=PORT.replace("off", "on"))
    assert not _failing(world)
    _set(world, "veth-front", slave_detail=PORT.replace("off", "on"))
    assert _failing(world) == {("cache", "front"), ("front", "cache")}
    _, reason = _ways(world)["cache", "front"]
    assert reason == "veth-front and veth-cache are isolated from each other on br-shop of k8s2"


@pytest.mark.parametrize("state", ["disabled", "blocking", "learning"])
def test_a_port_that_does_not_forward_cuts_its_container_off(state: str) -> None:
    world = _world()
    _set(world, "veth-cache", slave_detail=PORT.replace("forwarding", state))
    assert _failing(world) == {pair for pair in _ways(world) if "cache" in pair}
    assert _ways(world)["front", "cache"] == (
        Disposition.LINK_DOWN, f"veth-cache is {state} on br-shop of k8s2",
    )  # fmt: skip


def test_a_bridge_that_is_down_passes_nothing_between_its_ports_either() -> None:
    world = _world()
    _set(world, BRIDGE, flags=("BROADCAST", "MULTICAST"), operstate="DOWN")
    assert _failing(world) == set(_ways(world))
    assert _ways(world)["cache", "front"][1] == "br-shop of k8s2 is down"


def test_a_port_of_which_nothing_is_told_passes() -> None:
    world = _world()
    _set(world, "veth-cache", "veth-front", slave_detail="")
    assert not _failing(world)


def test_the_node_does_not_take_one_container_for_another_that_its_cache_remembers() -> None:
    world = _world()
    _set(world, "veth-cache", master="", slave_detail="")
    world[NODE].append(
        Neighbour(4, "10.44.0.2", BRIDGE, mac="02:42:0a:2c:00:0a", condition="resolved")
    )
    end, reason = _ways(world)["node", "cache"]
    assert end is Disposition.NOT_OWNED
    assert reason == "nobody behind br-shop of k8s2 has 10.44.0.2"
