"""Snapshots of a small Calico-like cluster, made of records, without any program being run.

Nodes, addresses, blocks and pods are the seed's: k8s1 172.16.0.55, k8s2 .57, k8s3 .47, two pods
each, wired as Calico wires them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import TypeVar
from zlib import crc32

from collector.capture import HOST, Outcome, Question, Reach
from parsers.answer import Answer, NodeView, Snapshot
from parsers.facts import BlindSpot, Fact, Facts, Key, hidden_at
from parsers.reading import Reading
from parsers.records import (
    Address,
    Container,
    Interface,
    Neighbour,
    NetworkNamespace,
    NextHop,
    Route,
    Rule,
    Sysctl,
)
from parsers.roles import Record
from parsers.sound import only_sound

NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
NIC = "enp1s0f0"
UP = ("BROADCAST", "LOWER_UP", "MULTICAST", "UP")
GATEWAY = "172.16.0.254"
NODES = {"k8s1": "172.16.0.55", "k8s2": "172.16.0.57", "k8s3": "172.16.0.47"}
BLOCKS = {"k8s1": "192.168.86.0/26", "k8s2": "192.168.167.64/26", "k8s3": "192.168.23.192/26"}

Place = tuple[str, str]
R = TypeVar("R", bound=Record)
Readings = dict[tuple[Record, ...], Reading]
World = dict[Place, list[Record]]
"""(node, netns) → its records. A test edits it, then calls ``facts``."""


def address_of(node: str, pod: int) -> str:
    """Return the address of a node's pod, counted from 1."""
    return str(ip_network(BLOCKS[node])[pod + 1])


def pod_of(node: str, pod: int) -> str:
    """Return a pod's name."""
    return f"default/web-{node[-1]}{pod}"


def veth_of(node: str, pod: int) -> str:
    """Return the host's end of a pod's veth pair."""
    return f"cali{node[-1]}{pod}"


def rules() -> list[Record]:
    """Return the rules that every kernel begins with."""
    standard = [(4, 0, "local"), (4, 32766, "main"), (4, 32767, "default")]
    standard += [(6, 0, "local"), (6, 32766, "main")]
    return [Rule(family, at, "from all", f"lookup {table}") for family, at, table in standard]


def route(
    prefix: str, device: str, via: str = "", *, table: str = "main", protocol: str = ""
) -> Route:
    """Return an IPv4 route with one next hop."""
    return Route(4, table, prefix, next_hops=(NextHop(via, device),), protocol=protocol)


def local(address: str, device: str) -> Route:
    """Return an address's entry in the local table."""
    return Route(4, "local", f"{address}/32", type="local", next_hops=(NextHop("", device),))


def host(node: str, pods: int) -> list[Record]:
    """Return a node's own namespace."""
    own = NODES[node]
    records: list[Record] = [
        *rules(),
        Interface("lo", 1, ("LOOPBACK", "LOWER_UP", "UP"), link_type="loopback"),
        Interface(NIC, 2, UP, 1500, operstate="UP", link_type="ether"),
        Address("lo", 4, "127.0.0.1/8", scope="host"),
        Address(NIC, 4, f"{own}/24", scope="global"),
        local("127.0.0.1", "lo"),
        local(own, NIC),
        route("0.0.0.0/0", NIC, GATEWAY),
        route("172.16.0.0/24", NIC, protocol="kernel"),
        Route(4, "main", BLOCKS[node], type="blackhole", protocol="bird"),
        Sysctl("net.ipv4.ip_forward", "1"),
        Sysctl("net.ipv4.conf.all.rp_filter", "0"),
        Sysctl(f"net.ipv4.conf.{NIC}.forwarding", "1"),
    ]
    for other, block in BLOCKS.items():
        if other != node:
            records.append(route(block, NIC, NODES[other], protocol="bird"))
            records.append(Neighbour(4, NODES[other], NIC, condition="resolved"))
    for pod in range(1, pods + 1):
        records += host_end(node, pod)
    return records


def host_end(node: str, pod: int) -> list[Record]:
    """Return what one pod adds to its node's own namespace."""
    veth, name = veth_of(node, pod), pod_of(node, pod)
    return [
        Interface(
            veth, 10 + pod, UP, 1500, operstate="UP", link_type="ether", mac="ee:ee:ee:ee:ee:ee",
            peer_index=3, peer_netns=str(pod - 1), link_kind="veth",
        ),
        route(f"{address_of(node, pod)}/32", veth),
        Sysctl(f"net.ipv4.conf.{veth}.proxy_arp", "1"),
        Sysctl(f"net.ipv4.conf.{veth}.forwarding", "1"),
        Sysctl(f"net.ipv4.conf.{veth}.rp_filter", "1"),
        Container(
            f"k8s_POD_{name.partition('/')[2]}", workload=name, role="sandbox", status="running",
            pid=1000 + pod,
        ),
    ]  # fmt: skip


def pod_space(node: str, pod: int) -> list[Record]:
    """Return a pod's namespace."""
    own = address_of(node, pod)
    return [
        *rules(),
        Interface("lo", 1, ("LOOPBACK", "LOWER_UP", "UP"), link_type="loopback"),
        Interface(
            "eth0", 3, UP, 1500, operstate="UP", link_type="ether", peer_index=10 + pod,
            peer_netns="0", link_kind="veth",
        ),
        Address("lo", 4, "127.0.0.1/8", scope="host"),
        Address("eth0", 4, f"{own}/32", scope="global"),
        local("127.0.0.1", "lo"),
        local(own, "eth0"),
        route("0.0.0.0/0", "eth0", "169.254.1.1"),
        route("169.254.1.1/32", "eth0"),
    ]  # fmt: skip


def cluster(pods: int = 2) -> World:
    """Return three nodes and their pods, all of which reach each other."""
    world: World = {}
    for node in NODES:
        world[node, HOST] = host(node, pods)
        for pod in range(1, pods + 1):
            world[node, pod_of(node, pod)] = pod_space(node, pod)
    return world


def swap(world: World, place: Place, old: Record, new: Record | None = None) -> None:
    """Put a record in the place of another, or take it away."""
    at = world[place].index(old)
    world[place][at : at + 1] = [] if new is None else [new]


def find(world: World, place: Place, kind: type[R], *identity: object) -> R:
    """Return the one record of a type whose identity fields begin with these values."""
    (found,) = (
        record
        for record in world[place]
        if isinstance(record, kind) and record.identity[: len(identity)] == identity
    )
    return found


def facts(
    world: World,
    *,
    unreached: Iterable[str] = (),
    hidden: Iterable[tuple[str, str, str]] = (),
    unknown: Mapping[tuple[str, str, str], tuple[str, ...]] | None = None,
    readings: Readings | None = None,
) -> Facts:
    """Assemble facts as the readers would, with one answer for each kind and namespace.

    ``unreached`` nodes were asked and did not answer. ``hidden`` places were not read, and
    ``unknown`` places hold these lines that no template knows. Equal ``readings`` are one object in
    all facts that are assembled with the same of them, as the history hands them out.
    """
    readings = {} if readings is None else readings
    dark = frozenset(unreached)
    unknown = unknown or {}
    spots = [_spot(place) for place in hidden] + [_spot(p, lines) for p, lines in unknown.items()]
    spots += [BlindSpot(node, "", "", "", frozenset(), "unreachable") for node in dark]
    by_key: dict[Key, Fact] = {}
    views = []
    netns: dict[tuple[str, str], str] = {}
    for node in sorted({node for node, _ in world}):
        spaces = [(name, records) for (at, name), records in world.items() if at == node]
        answers: list[Answer] = []
        for name, records in spaces if node not in dark else ():
            scope = HOST if name == HOST else f"net:[{crc32(name.encode())}]"
            netns[node, scope] = name
            for answer in _answers(node, scope, records, readings):
                answers.append(answer)
                by_key.update(_facts(node, name, answer))
        reach = Reach.UNREACHABLE if node in dark else Reach.REACHED
        views.append(
            NodeView(node, NODES.get(node, ""), reach, "", NOON, NOON, 0.0, tuple(answers))
        )
    found = Facts(
        snapshot=Snapshot("0" * 64, "", NOON, NOON, tuple(views)),
        by_key=by_key,
        netns=netns,
        blind=tuple(spots),
        hidden=hidden_at((*hidden, *unknown)),
        reached=frozenset(node for node, _ in world) - dark,
    )
    return only_sound(found)


def _spot(place: tuple[str, str, str], unknown: tuple[str, ...] = ()) -> BlindSpot:
    node, netns, kind = place
    reason = "unknown lines" if unknown else "timed out"
    return BlindSpot(node, netns, f"ask-{kind}", "", frozenset({kind}), reason, unknown)


def _answers(node: str, scope: str, records: Iterable[Record], readings: Readings) -> list[Answer]:
    kinds: dict[str, list[Record]] = {}
    for record in records:
        kinds.setdefault(record.kind, []).append(record)
    return [
        Answer(
            node=node,
            question=Question(f"ask-{kind}", scope),
            command=f"ask-{kind}",
            outcome=Outcome.ANSWERED,
            exit_status=0,
            started=NOON,
            duration=0.01,
            detail="",
            digest=str(hash(tuple(found))),
            error_digest="",
            reading=_reading(tuple(found), readings),
        )
        for kind, found in kinds.items()
    ]


def _reading(records: tuple[Record, ...], readings: Readings) -> Reading:
    new = Reading(records, tuple(range(1, len(records) + 1)))
    return readings.setdefault(records, new)


def _facts(node: str, netns: str, answer: Answer) -> dict[Key, Fact]:
    found: dict[Key, Fact] = {}
    for line, record in enumerate(answer.reading.records, 1):
        key = Key(node, netns, record.kind, record.identity)
        while key in found:
            key = key._replace(nth=key.nth + 1)
        found[key] = Fact(key, record, answer, line)
    return found


def listed(
    inode: int, pids: tuple[int, ...] = (), mounts: tuple[str, ...] = ()
) -> NetworkNamespace:
    """Return a line of a node's list of namespaces."""
    return NetworkNamespace(inode, pids, mounts)


def down(interface: Interface) -> Interface:
    """Return an interface that somebody set down."""
    flags = tuple(flag for flag in interface.flags if flag not in ("UP", "LOWER_UP"))
    return replace(interface, flags=flags, operstate="DOWN")


def unplugged(interface: Interface) -> Interface:
    """Return an interface that is up and has lost its carrier."""
    flags = tuple(sorted({*interface.flags, "NO-CARRIER"} - {"LOWER_UP"}))
    return replace(interface, flags=flags, operstate="DOWN")
