"""Who is asked to ping whom: a sample of a cluster that is the same from one sweep to the next."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, IPV6, WIDTH, Block, is_link_local, number
from netsnap.model.space import Own, Space
from parsers.asked.ping import PACKETS, Ring, fits

A_NODE = 2
"""Workloads of a node that take part."""

MOST_NODES, MOST_WORKLOADS = 32, 64
"""Targets of a node, and of a workload."""

MOST_TEXT = 15_000
"""Bytes of a ring's addresses: they travel to every node, in an environment that takes 128 KiB."""

NETWORKS = 2
"""Networks of the nodes that are pinged in: the data's, and one for management."""

SIZES = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be sent. Each ring's addresses ping each other, small and in full size."""

    nodes: tuple[Ring, ...]
    workloads: tuple[Ring, ...]

    @property
    def rings(self) -> tuple[Ring, ...]:
        """All rings."""
        return (*self.nodes, *self.workloads)

    @property
    def pairs(self) -> int:
        """How many ordered pairs of addresses are tried."""
        return sum(len(ring.addresses) * len(ring.steps) for ring in self.rings)

    @property
    def packets(self) -> int:
        """How many packets that is at most."""
        return self.pairs * SIZES * PACKETS


def plan(network: Network) -> Plan:
    """Choose who pings whom, by what the nodes said of their addresses.

    An address that two have is nobody's, and is left out.
    """
    owners = Counter(
        address
        for space in network.spaces.values()
        if not space.dark
        for address in set(space.global_addresses)
    )
    alone = frozenset(each for each, count in owners.items() if count == 1 and fits(each))
    return Plan(
        tuple(_ring(each, MOST_NODES) for each in _of_nodes(network, alone)),
        tuple(_ring(each, MOST_WORKLOADS) for each in _of_workloads(network, alone)),
    )


def steps(number_of: int, most: int) -> tuple[int, ...]:
    """Return how far round a ring the targets of each member lie, both ways, the nearest first.

    Where there are more members than targets, the steps grow as they go on, and are the same for
    a larger ring: one member more or less leaves most pairs as they were.
    """
    found: dict[int, None] = {}
    step = 1
    while number_of - 1 > most and len(found) < most and step <= number_of // 2:
        found |= dict.fromkeys((step, number_of - step))
        step = max(step + 1, step * 5 // 4)
    for near in range(1, number_of // 2 + 1):
        if len(found) < most:
            found |= dict.fromkeys((near, number_of - near))
    return tuple(found)[:most]


def _ring(addresses: tuple[str, ...], most: int) -> Ring:
    return Ring(addresses, steps(len(addresses), most))


def _of_workloads(network: Network, alone: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """Yield the sampled workloads' addresses, in a ring for each family."""
    by_node: dict[str, list[Endpoint]] = defaultdict(list)
    for endpoint in network.endpoints:
        if not endpoint.assumed and alone.intersection(endpoint.addresses):
            by_node[endpoint.node].append(endpoint)
    sampled = [
        each for _, some in sorted(by_node.items()) for each in sorted(some, key=_lot)[:A_NODE]
    ]
    for family in (IPV4, IPV6):
        ring = [_address(each, alone) for each in sampled]
        yield from _whole(each for each in ring if number(each).family == family)


def _address(endpoint: Endpoint, alone: frozenset[str]) -> str:
    return next(each for each in endpoint.addresses if each in alone)


def _lot(endpoint: Endpoint) -> bytes:
    """Order workloads by chance, and always alike: those that come and go do not choose."""
    return hashlib.sha256(endpoint.name.encode("utf-8", "surrogatepass")).digest()


def _of_nodes(network: Network, alone: frozenset[str]) -> Iterator[tuple[str, ...]]:
    """Yield the nodes' addresses: in each network that all are in, or else the likeliest one."""
    hosts = sorted(
        (space for space in network.spaces.values() if space.netns == HOST and not space.dark),
        key=lambda space: space.node,
    )
    networks: dict[Block, dict[str, str]] = defaultdict(dict)
    for space in hosts:
        for own in _fabric(space, alone):
            networks[own.block].setdefault(space.node, own.text)
    for family in (IPV4, IPV6):
        some = {block: of for block, of in networks.items() if block.family == family}
        common = [of for _, of in sorted(some.items()) if len(of) == len(hosts)]
        if not common:
            common = [dict(_likeliest(some))]
        found = [ring for of in common[:NETWORKS] for ring in _whole(of.values())]
        if found:
            yield from found
            return


def _fabric(space: Space, alone: frozenset[str]) -> Iterator[Own]:
    for own in space.addresses:
        is_single = own.block.length == WIDTH[own.block.family]
        usable = own.scope in ("global", "") and not is_link_local(own.number)
        if usable and own.text in alone and not is_single:
            yield own


def _likeliest(networks: Mapping[Block, Mapping[str, str]]) -> Mapping[str, str]:
    """Return an address for each node, that of the network that most nodes are in."""
    found: dict[str, str] = {}
    for of in sorted(networks.values(), key=len, reverse=True):
        for node, address in of.items():
            found.setdefault(node, address)
    return dict(sorted(found.items()))


def _whole(addresses: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Yield a ring, if there are two to form it; of too many, some that lie evenly among them."""
    ring = tuple(addresses)
    text = sum(len(each) + 1 for each in ring)
    ring = ring[:: max(1, math.ceil(text / MOST_TEXT))]
    if len(ring) > 1:
        yield ring
