"""What takes packets before the packet filter sees them, and of which the model cannot tell which.

An XDP program is known by its being there alone; a traffic-control filter by its lines, of which
those count that drop packets or send them elsewhere. Where a packet passes one, that is a doubt of
its way: as long as the same is there, it fares alike. So is a table of connections that is full
and drops what is new (nf_conntrack_alloc in net/netfilter/nf_conntrack_core.c), and an interface
that is too small for a ping.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Protocol

from collector.capture import HOST
from netsnap.model.disposition import Hop
from netsnap.model.joins import Ends
from netsnap.model.space import Place, Port, Space
from parsers.records import ConntrackTable, Interface, TcFilter
from parsers.roles import Record

_TAKES = re.compile(r"\b(mirred|drop|shot|police|bpf|stolen)\b")
_TO = re.compile(r"\((?:Egress|Ingress) (?:Redirect|Mirror) to device (\S+?)\)")


def early(record: Record | None) -> str:
    """Say what takes packets early: "an XDP program on eth0", "" for a record of nothing such."""
    if isinstance(record, Interface) and record.xdp:
        return f"an XDP program on {record.name}"
    if isinstance(record, TcFilter):
        text = " ".join(record.rule)
        if _TAKES.search(text) or record.type == "bpf":
            to = _TO.search(text)
            then = f" that sends packets to {to[1]}" if to else " that takes packets out"
            return f"a tc filter on {record.device} ({record.parent}){then}"
    return ""


PING = 84
"""A ping's packet (IPv4), in bytes. IPv6 has no link that takes fewer than 1280."""

Takers = Mapping[tuple[str, bool], Sequence[str]]
"""What takes packets early, by device and whether it does so where they come in."""


class Ground(Protocol):
    """What is asked of a network here."""

    @property
    def spaces(self) -> Mapping[Place, Space]:
        """All namespaces."""
        ...

    @property
    def takers(self) -> Mapping[Place, Takers]:
        """What takes packets early, where anything does."""
        ...

    @property
    def full(self) -> Mapping[Place, bool]:
        """The namespaces that may drop what is new for want of room."""
        ...

    def ends(self, node: str) -> Ends:
        """Return the joined ends of a node's veth pairs."""
        ...


def takers_of(space: Space) -> Takers:
    """Return what takes packets early in a namespace."""
    found: dict[tuple[str, bool], list[str]] = defaultdict(list)
    for fact in (*space.of(Interface), *space.of(TcFilter)):
        record = fact.record
        if isinstance(record, Interface) and record.xdp:
            found[record.name, True].append(_said(space, record.name, "an XDP program"))
        elif isinstance(record, Interface) and is_tiny(record):
            told = _said(space, record.name, f"an MTU of {record.mtu}")
            found[record.name, True].append(told)
            found[record.name, False].append(told)
        elif isinstance(record, TcFilter) and early(record):
            what = f"a tc filter ({record.parent} {record.type}: {' '.join(record.rule)})"
            comes_in = record.parent == "ingress"
            found[record.device, comes_in].append(_said(space, record.device, what))
    return found


def is_tiny(interface: Interface) -> bool:
    """Say whether a ping is too large for an interface: cut up on its way out, or thrown away."""
    return interface.mtu is not None and interface.mtu < PING


def _said(space: Space, device: str, what: str) -> str:
    """Name a device unless it is a veth's end: those get new names with their workloads."""
    return f"{what} on {'a veth' if device in space.peers else device}"


def is_full(space: Space) -> bool:
    """Say whether connections are tracked there, and there is no room for a new one.

    As long as it never dropped any, others made room.
    """
    tables = (fact.record for fact in space.of(ConntrackTable))
    return (
        any(isinstance(each, ConntrackTable) and _drops(each) for each in tables)
        and not space.dark
        and space.ruleset.tracks
    )


def _drops(table: ConntrackTable) -> bool:
    has_room = not table.maximum or (table.count or 0) < table.maximum
    return not has_room and (not table.counters or dict(table.counters).get("drop", 0) > 0)


def words_of(record: Interface | TcFilter | ConntrackTable) -> tuple[str, ...]:
    """Return what of a record decides here, in words."""
    match record:
        case Interface():
            return (record.xdp, *(("tiny",) if is_tiny(record) else ()))
        case TcFilter():
            return (record.parent, record.type, *record.rule) if early(record) else ()
        case ConntrackTable():
            return ("drops",) if _drops(record) else ()


def taken(ground: Ground, hops: Sequence[Hop]) -> Iterator[str]:
    """Yield what may take a packet on its way before any packet filter sees it."""
    for port, comes_in in _ports(ground, hops):
        takers = ground.takers.get(port[:2], {}) if ground.takers else {}
        for told in takers.get((port.device, comes_in), ()):
            yield f"{port.node} {port.netns}: {told} may take packets"
    for place in dict.fromkeys((hop.node, hop.netns) for hop in hops if not hop.note):
        if place in ground.full:
            yield f"{place[0]} {place[1]}: the table of connections is full and drops what is new"


def _ports(ground: Ground, hops: Sequence[Hop]) -> Iterable[tuple[Port, bool]]:
    """Return all interfaces that a packet passes, and whether it comes in there."""
    found: dict[tuple[Port, bool], None] = {}
    for hop in hops:
        if hop.note or (hop.node, hop.netns) not in ground.spaces:
            continue
        for device, comes_in in ((hop.ingress, True), (hop.device, False)):
            for name in (device, *_below(ground.spaces[hop.node, hop.netns], device)):
                found[Port(hop.node, hop.netns, name), comes_in] = None
    for hop, after in pairwise(hops):
        for end, comes_in in (
            (Port(hop.node, hop.netns, hop.device), True),
            (Port(after.node, after.netns, after.ingress), False),
        ):
            for far in ground.ends(end.node).get(end, ()) if end.netns != HOST else ():
                found[far, comes_in] = None
    return found


def _below(space: Space, device: str) -> Iterator[str]:
    """Yield what carries an interface's frames out of the node: a bridge's or bond's, a VLAN's."""
    if device not in space.interfaces:
        return
    lower = space.interfaces[device][1].lower
    yield from (lower,) if lower in space.interfaces else ()
    for name, (_, interface) in space.interfaces.items():
        if interface.master == device and name not in space.peers:
            yield name
