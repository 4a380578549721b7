"""Which interfaces of one node are the two ends of one veth pair.

An interface's index is unique in its namespace only, so ``@if3`` alone may fit many. Two ends are
joined when each has the other's index; where several namespaces fit, the host's route to the
pod's address decides; where that does not either, they stay unjoined.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from collector.capture import HOST
from netsnap.model.fib import Action, Packet
from netsnap.model.space import Port, Space, same_rows
from parsers.records import Address, DriverStatistics, Interface, Route, Rule

NOT_A_PAIR = frozenset({"vlan", "macvlan", "macvtap", "ipvlan", "vxlan", "ipip", "gre"})
"""Link kinds whose ``@ifN`` is an interface below and not the other end."""

Ends = Mapping[Port, tuple[Port, ...]]

INDEXED = (Interface.kind, DriverStatistics.kind)
ROUTED = (Address.kind, Route.kind, Rule.kind)
"""Kinds of facts by which the two ends of a veth pair are found, and told from others like them."""


def join(spaces: Iterable[Space]) -> Ends:
    """Map each veth end of a node to its other end; several where nothing tells which it is.

    An end that is not in the map has its other end in no namespace that was seen.
    """
    by_place = {space.place: space for space in spaces}
    by_index: dict[tuple[int, int], list[Port]] = defaultdict(list)
    ends: dict[Port, tuple[int, int]] = {}
    found: dict[Port, tuple[Port, ...]] = {}
    for space in by_place.values():
        for name, (_, interface) in space.interfaces.items():
            port = Port(space.node, space.netns, name)
            if interface.link_kind in NOT_A_PAIR:
                continue
            if interface.lower and _mutual(space, name, interface.lower):
                found[port] = (port._replace(device=interface.lower),)
            elif name in space.peers:
                ends[port] = (interface.index, space.peers[name])
                by_index[ends[port]].append(port)
    for port, (index, peer) in ends.items():
        fitting = tuple(
            other
            for other in by_index.get((peer, index), ())
            if other.netns != port.netns or not _elsewhere(by_place[port[:2]], port.device)
        )
        fitting = tuple(other for other in fitting if other != port)
        if fitting:
            found[port] = fitting
    return _narrowed(found, by_place)


def joins_alike(one: Space, other: Space) -> bool:
    """Say whether two readings of one namespace are the same to ``join``."""
    if one is other:
        return True
    if one.place != other.place or one.dark or other.dark or not same_rows(one, other, ROUTED):
        return False
    return same_rows(one, other, INDEXED) or list(_indexed(one)) == list(_indexed(other))


def _indexed(space: Space) -> Iterator[tuple[object, ...]]:
    for name, (_, interface) in space.interfaces.items():
        is_pair = interface.link_kind not in NOT_A_PAIR
        end = (interface.index, space.peers.get(name), interface.peer_netns != "")
        yield name, is_pair, interface.lower, end


def _mutual(space: Space, name: str, lower: str) -> bool:
    other = space.interfaces.get(lower)
    return other is not None and other[1].lower == name


def _elsewhere(space: Space, device: str) -> bool:
    """Say whether the kernel printed that the other end is in another namespace."""
    return space.interfaces[device][1].peer_netns != ""


def _narrowed(
    found: dict[Port, tuple[Port, ...]], by_place: Mapping[tuple[str, str], Space]
) -> Ends:
    """Where several ends fit a host interface, keep the one whose address is routed there."""
    for port, others in list(found.items()):
        if port.netns != HOST or len(others) == 1:
            continue
        host = by_place[port[:2]]
        routed = tuple(
            other for other in others if _routes_to(host, port.device, by_place[other[:2]])
        )
        if len(routed) == 1:
            found[port] = routed
            found[routed[0]] = (port,)
    return {
        port: _agreed(port, others, found)
        for port, others in found.items()
        if len(others) > 1 or port in found.get(others[0], ())
    }


def _agreed(
    port: Port, others: tuple[Port, ...], found: Mapping[Port, tuple[Port, ...]]
) -> tuple[Port, ...]:
    """Return all that fit either end: one, if both agree."""
    back = found.get(others[0], ())
    return others if back == (port,) else tuple(dict.fromkeys((*others, *back)))


def _routes_to(host: Space, device: str, pod: Space) -> bool:
    return any(
        (decision := host.decide(Packet("", address), "")).action is Action.FORWARD
        and any(member.hop.device == device for member in decision.members)
        for address in pod.global_addresses
    )
