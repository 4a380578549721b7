"""What happens to names: pods called otherwise, devices and addresses that change hands."""

from collections.abc import Mapping
from dataclasses import replace
from random import Random

from collector.capture import HOST
from parsers.records import Address, Container, Interface, Route
from parsers.roles import Record
from tests.model.cluster import NODES, World, address_of, host_end, pod_of, pod_space, veth_of
from tests.networks.cast import MACS, STRANGERS, called, mac_of, pods_of, workloads_of


def renamed(world: World, random: Random) -> None:
    """Call a workload otherwise, or two by each other's name."""
    place = random.choice(workloads_of(world) or [("", "")])
    if place not in world:
        return
    node, old = place
    near = [each[1] for each in workloads_of(world) if each[0] == node and each != place]
    new = random.choice((f"{old}-new", *near))
    taken = world.pop((node, new), None)
    world[node, new] = world.pop(place)
    if taken is not None:
        world[place] = taken
    names = {old: new, new: old}
    for at, each in enumerate(world[node, HOST]):
        if isinstance(each, Container) and each.workload in names:
            world[node, HOST][at] = replace(each, workload=names[each.workload])


def swapped(world: World, random: Random) -> None:
    """Swap the devices, addresses or hardware addresses of two pods of a node, in some places."""
    node = random.choice(list(NODES))
    pods = pods_of(world, node)
    if len(pods) < 2:
        return
    one, other = random.sample(pods, 2)
    of = random.choice((veth_of, veth_of, address_of, address_of, mac_of))
    names = {of(node, one): of(node, other), of(node, other): of(node, one)}
    spaces = [world[node, pod_of(node, pod)] for pod in (one, other)]
    within = random.choice(
        ([world[node, HOST]], [world[node, HOST], *spaces], spaces, list(world.values()))
    )
    kinds = random.choice(((Interface,), (Record,), (Record,), (Route, Address)))
    for records in within:
        _call(records, names, kinds)


def _call(records: list[Record], names: Mapping[str, str], kinds: tuple[type, ...]) -> None:
    is_all = Record in kinds
    for at, each in enumerate(records):
        if is_all or isinstance(each, kinds):
            records[at] = called(each, names)


def handed_over(world: World, random: Random) -> None:
    """Give a pod's address to another pod, which may lose its own; its route may come after."""
    node = random.choice(list(NODES))
    pods = pods_of(world, node)
    if len(pods) < 2:
        return
    giver, taker = random.sample(pods, 2)
    old, new = address_of(node, taker), address_of(node, giver)
    _call(world[node, pod_of(node, taker)], {old: new}, (Record,))
    if random.random() < 0.7:
        _call(world[node, pod_of(node, giver)], {new: f"{new.rpartition('.')[0]}.9"}, (Record,))
    if random.random() < 0.5:
        ends = {veth_of(node, giver): veth_of(node, taker)}
        routes = [each for each in world[node, HOST] if isinstance(each, Route)]
        for each in routes:
            if each.prefix.startswith(f"{new}/"):
                world[node, HOST][world[node, HOST].index(each)] = called(each, ends)


def like_a_node(world: World, random: Random) -> None:
    """Give a pod the hardware address of a node, or of another pod."""
    place = random.choice(workloads_of(world) or [("", "")])
    for at, each in enumerate(world.get(place, ())):
        if isinstance(each, Interface) and each.name == "eth0":
            mac = random.choice((*MACS.values(), *STRANGERS))
            world[place][at] = replace(each, mac=mac)


def came(world: World, random: Random) -> None:
    """Start a pod."""
    node = random.choice(list(NODES))
    new = len(pods_of(world, node)) + 1
    place = (node, pod_of(node, new))
    if place not in world and new < 6:
        world[place] = pod_space(node, new)
        world[node, HOST] += host_end(node, new)


def ended(world: World, random: Random) -> None:
    """Take a pod away, and all that its node has of it."""
    places = [(node, pod) for node in NODES for pod in pods_of(world, node)]
    if places:
        node, pod = random.choice(places)
        del world[node, pod_of(node, pod)]
        gone = {each.identity for each in host_end(node, pod)}
        host = world[node, HOST]
        host[:] = [each for each in host if each.identity not in gone]
