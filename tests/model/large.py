"""The small cluster's shape with as many nodes and pods as wanted, for questions of cost."""

from dataclasses import replace
from functools import cache

from collector.capture import HOST
from parsers.answer import Answer
from parsers.facts import Facts
from parsers.records import Address, Container, Interface, Neighbour, Route, Sysctl
from parsers.roles import Record
from tests.model.cluster import NIC, UP, World, local, route, rules

GATEWAY = "10.0.255.254"
RULES = rules()
TO_THE_NODE = [route("0.0.0.0/0", "eth0", "169.254.1.1"), route("169.254.1.1/32", "eth0")]
"""The same text everywhere is read once, and its records are the same objects."""


def node_of(node: int) -> str:
    """Return a node's name; nodes count from 0."""
    return f"n{node}"


def node_address(node: int) -> str:
    """Return a node's address."""
    return f"10.0.{node // 250}.{node % 250 + 1}"


def block_of(node: int) -> str:
    """Return the block of a node's pods."""
    return f"10.{64 + node // 256}.{node % 256}.0/24"


def pod_address(node: int, pod: int) -> str:
    """Return a pod's address; pods count from 0."""
    return block_of(node).replace(".0/24", f".{pod + 1}")


def pod_name(node: int, pod: int) -> str:
    """Return a pod's name."""
    return f"default/p{node}-{pod}"


def large(nodes: int, pods: int) -> World:
    """Return a cluster of ``nodes`` with ``pods`` on each, all of which reach each other."""
    world: World = {}
    for node in range(nodes):
        place = (node_of(node), HOST)
        world[place] = _host(node, nodes)
        for pod in range(pods):
            world[place] += _host_end(node, pod)
            world[node_of(node), pod_name(node, pod)] = _pod(node, pod)
    return world


def _host(node: int, nodes: int) -> list[Record]:
    own = node_address(node)
    return [
        *RULES,
        Interface("lo", 1, ("LOOPBACK", "LOWER_UP", "UP"), link_type="loopback"),
        Interface(NIC, 2, UP, 1500, operstate="UP", link_type="ether"),
        Address(NIC, 4, f"{own}/16", scope="global"),
        local(own, NIC),
        route("0.0.0.0/0", NIC, GATEWAY),
        route("10.0.0.0/16", NIC, protocol="kernel"),
        Route(4, "main", block_of(node), type="blackhole", protocol="bird"),
        Sysctl("net.ipv4.ip_forward", "1"),
        Neighbour(4, GATEWAY, NIC, condition="resolved"),
        *(_to_block(other) for other in range(nodes) if other != node),
    ]


@cache
def _to_block(node: int) -> Route:
    return route(block_of(node), NIC, node_address(node), protocol="bird")


def _host_end(node: int, pod: int) -> list[Record]:
    veth, name = f"cali{node}x{pod}", pod_name(node, pod)
    return [
        Interface(
            veth, 10 + pod, UP, 1500, operstate="UP", link_type="ether", peer_index=3,
            peer_netns=str(pod), link_kind="veth",
        ),
        route(f"{pod_address(node, pod)}/32", veth),
        Sysctl(f"net.ipv4.conf.{veth}.proxy_arp", "1"),
        Sysctl(f"net.ipv4.conf.{veth}.rp_filter", "1"),
        Container(f"k8s_POD_{name}", workload=name, role="sandbox", status="running"),
    ]  # fmt: skip


def _pod(node: int, pod: int) -> list[Record]:
    own = pod_address(node, pod)
    return [
        *RULES,
        Interface(
            "eth0", 3, UP, 1500, operstate="UP", link_type="ether", peer_index=10 + pod,
            peer_netns="0", link_kind="veth",
        ),
        Address("eth0", 4, f"{own}/32", scope="global"),
        local(own, "eth0"),
        *TO_THE_NODE,
    ]  # fmt: skip


def shared(before: Facts, after: Facts) -> Facts:
    """Return ``after`` with the readings that are ``before``'s too as the same objects.

    So the history hands out two snapshots.
    """
    known = {
        (answer.node, answer.question): answer.reading
        for view in before.snapshot.nodes
        for answer in view.answers
    }

    def as_known(answer: Answer) -> Answer:
        reading = known.get((answer.node, answer.question))
        return replace(answer, reading=reading) if reading == answer.reading else answer

    views = tuple(
        replace(view, answers=tuple(map(as_known, view.answers))) for view in after.snapshot.nodes
    )
    return replace(after, snapshot=replace(after.snapshot, nodes=views))
