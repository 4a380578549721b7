"""Leaving a namespace by one next hop: across the link to whoever answers, or not at all.

What is found here does not depend on the packet's destination where the next hop is a gateway, so
that it is found once for all that goes that way.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from collector.capture import HOST
from netsnap.model.arp import answers_nobody, asks_nobody, found_at, in_its_place, mac_of, misled
from netsnap.model.arrival import Crossing
from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.fib import Member, Packet
from netsnap.model.gates import link_gate, proxy
from netsnap.model.segment import Segment, tunnel
from netsnap.model.space import Place, Port, Space
from netsnap.model.tunnels import is_followed, passage
from parsers.facts import Fact

PERMANENT = "permanent"
CACHED = ("resolved", PERMANENT)
SILENT = ("failed", "unresolved")
"""Conditions of a neighbour entry: its address is known; nobody answered for it."""


class Terrain(Protocol):
    """What a walk needs to know of a network."""

    @property
    def spaces(self) -> Mapping[Place, Space]:
        """All namespaces."""
        ...

    @property
    def asks_source(self) -> bool:
        """Whether a packet's source can decide its way."""
        ...

    @property
    def hardware(self) -> Mapping[str, frozenset[str]]:
        """The nodes whose own interfaces have a hardware address."""
        ...

    def stand_ins(self, port: Port, mac: str) -> tuple[Port, ...]:
        """Return the nodes' interfaces on the link of ``port`` that have a hardware address.

        With "", those that answer ARP for others.
        """
        ...

    def formerly(self, port: Port, target: str) -> str:
        """Return the hardware address that an address was found at in the other snapshot."""
        ...

    def walk(self, source: Place, destination: str, *, source_address: str = "") -> Path:
        """Walk a packet from a namespace to an address."""
        ...

    def segment(self, port: Port) -> Segment:
        """Return what an interface is connected to."""
        ...

    def across_fabric(self, port: Port, target: str) -> tuple[tuple[Port, ...], str]:
        """Return the nodes' interfaces that have an address on the link of ``port``.

        If there is none and one may be hidden, the second value says why.
        """
        ...


class Links:
    """The links of one network. What was found once is remembered."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self._gates: dict[Port, Path | None] = {}
        self._crossings: dict[tuple[int, str, str], tuple[Crossing, Member]] = {}
        self._tunnelling: set[tuple[Port, str]] = set()

    def gate(self, port: Port) -> Path | None:
        """Return None for an interface that passes packets, or how they end there."""
        if port not in self._gates:
            space = self._terrain.spaces[port[:2]]
            known = port.device in space.interfaces
            others = self._terrain.segment(port).ends if known else ()
            far = (self._terrain.spaces[others[0][:2]], others[0]) if len(others) == 1 else None
            self._gates[port] = link_gate(space, port, far)
        return self._gates[port]

    def cross(self, space: Space, member: Member, packet: Packet) -> Crossing:
        """Leave ``space`` by one next hop."""
        target = member.hop.gateway or packet.destination
        source = packet.source if self._terrain.asks_source else ""
        key = (id(member), target, source)  # tables give out each member once
        found = self._crossings.get(key)
        if found is None:
            crossing = self._cross(space, member, Packet(source, target))
            found = self._crossings[key] = (crossing, member)  # kept, so that its id stays its own
        return found[0]

    def _cross(self, space: Space, member: Member, asked: Packet) -> Crossing:
        port = Port(space.node, space.netns, member.hop.device)
        end = self._barred(space, port, member)
        if end is not None:
            return Crossing(end=end)
        if is_followed(space.interfaces[port.device][1]):
            return self._through(space, port, asked.destination)
        fact, condition = space.neighbour(port.device, asked.destination)
        kept = fact if condition == PERMANENT else None
        end = asks_nobody(space, port.device, asked.destination, kept)
        return Crossing(end=end) if end is not None else self._across(space, port, member, asked)

    def _through(self, space: Space, port: Port, target: str) -> Crossing:
        """Go through a tunnel, unless its own packets are sent into it."""
        if (port, target) in self._tunnelling:
            reason = f"{port.device} of {space.name} sends its own packets into itself"
            return Crossing(end=Path(Disposition.LOOP, (Hop(*space.place, port.device),), reason))
        self._tunnelling.add((port, target))
        found = passage(self._terrain, space, port.device, target)
        self._tunnelling.remove((port, target))
        return found

    def _barred(self, space: Space, port: Port, member: Member) -> Path | None:
        """Stop what does not get out of the interface, or goes where the model does not follow."""
        hop = member.hop
        if hop.encap or not hop.device:
            what = f"is encapsulated ({hop.encap})" if hop.encap else "shows no interface"
            return Path(Disposition.UNKNOWN, (), f"a next hop of {space.name} {what}")
        stop = self.gate(port)
        if stop is not None:
            return stop
        interface = space.interfaces[hop.device][1]
        kind = "" if is_followed(interface) else tunnel(interface)
        if kind:
            reason = f"{space.name} sends it into {hop.device}; the model does not follow a {kind}"
            return Path(Disposition.UNKNOWN, (), reason)
        if "linkdown" in hop.flags:
            key = space.interfaces[hop.device][0].key
            gone = Hop(*space.place, hop.device, key, "linkdown")
            return Path(Disposition.LINK_DOWN, (gone,), f"{hop.device} of {space.name} has no link")
        return None

    def _across(self, space: Space, port: Port, member: Member, asked: Packet) -> Crossing:
        """Find who answers for the gateway, or for the address itself where there is none."""
        segment = self._terrain.segment(port)
        spaces = self._terrain.spaces
        for end in segment.ends:
            if spaces[end[:2]].answers_for(end.device, asked.destination):
                stop = self._silent(space, port, end, asked.destination)
                return (
                    Crossing(end=stop) if stop else self._sent(space, port, end, asked.destination)
                )
        for end, stop in segment.barred:
            if spaces[end[:2]].answers_for(end.device, asked.destination):
                return Crossing(end=stop)
        if segment.fabric and space.netns == HOST:
            return self._over_fabric(space, port, member, asked)
        refusals = []
        for end in segment.ends:
            answer = proxy(spaces[end[:2]], end, asked)
            if answer.yes:
                return self._sent(space, port, end, asked.destination)
            refusals += [answer.path] if answer.path else []
        unseen = segment.unseen or self._unread(segment)
        if segment.fabric or unseen:
            reason = unseen or f"what is behind {port.device} of {space.name} was not seen"
            return Crossing(end=Path(Disposition.UNKNOWN, (), reason))
        return self._unanswered(space, port, member, asked.destination, refusals)

    def _unread(self, segment: Segment) -> str:
        """Say which of a segment's ends may have an address that was not read, "" if none."""
        for end in segment.ends:
            space = self._terrain.spaces[end[:2]]
            if not space.sees("address"):
                return f"the addresses of {space.name} were not read"
        return ""

    def _unanswered(
        self, space: Space, port: Port, member: Member, target: str, why: Sequence[Path]
    ) -> Crossing:
        """Nobody on a link, all of whose ends are seen, answers for the next hop."""
        ends = self._terrain.segment(port).ends
        fact, condition = space.neighbour(port.device, target)
        if len(ends) == 1 and fact is not None and condition in CACHED and self._is(ends[0], fact):
            note = f"{target} no longer answers; {space.name} still has it in its cache"
            return Crossing(ends[0], notes=(Hop(*space.place, port.device, fact.key, note),))
        if len(ends) == 1 and (stop := self.gate(ends[0])) is not None:
            return Crossing(end=stop)
        if not space.sees("neighbour"):
            reason = f"the neighbours of {space.name} were not read"
            return Crossing(end=Path(Disposition.UNKNOWN, (), reason))
        for path in why:
            if path.disposition is Disposition.UNKNOWN or member.hop.gateway or is_default(member):
                return Crossing(end=path)
        name = f"nobody behind {port.device} of {space.name} has {target}"
        nobody = tuple(Hop(*end[:2]) for end in ends)
        return Crossing(end=Path(Disposition.NOT_OWNED, nobody, name))

    def _is(self, end: Port, fact: Fact) -> bool:
        """Say whether a cached hardware address is an end's, as far as it is known."""
        own, cached = _mac(self._terrain.spaces[end[:2]], end.device), mac_of(fact)
        return not own or not cached or own == cached

    def _over_fabric(self, space: Space, port: Port, member: Member, asked: Packet) -> Crossing:
        """Cross what connects the nodes, which no node sees into."""
        target = asked.destination
        owners, hidden = self._terrain.across_fabric(port, target)
        fact, _ = space.neighbour(port.device, target)
        if len(owners) > 1 and len(owners := found_at(self._terrain, owners, fact)) > 1:
            names = " and ".join(sorted(owner.node for owner in owners))
            return Crossing(end=Path(Disposition.UNKNOWN, (), f"{names} both have {target}"))
        stop = self._stopped(space, port, owners[:1], target)
        if stop is not None:
            return Crossing(end=stop)
        if owners:
            astray = misled(self._terrain, space, owners[0], fact)
            return Crossing(end=astray) if astray else Crossing(owners[0])
        if other := in_its_place(self._terrain, port, asked, fact):
            return Crossing(other)
        if hidden and not is_default(member):
            return Crossing(end=Path(Disposition.UNKNOWN, (), hidden))
        reason = f"it leaves the cluster to {target}"
        return Crossing(end=Path(Disposition.LEFT_CLUSTER, (), reason))

    def _silent(self, space: Space, port: Port, end: Port, target: str) -> Path | None:
        """Say why who has the address is not reached: nobody answers for it, nor is it cached."""
        owner = self._terrain.spaces[end[:2]]
        if owner.dark or space.neighbour(port.device, target)[1] in CACHED:
            return None
        return answers_nobody(owner, end, target)

    def _sent(self, space: Space, port: Port, end: Port, target: str) -> Crossing:
        """Reach the end that answers, unless the cache still has another's hardware address."""
        fact, condition = space.neighbour(port.device, target)
        own, cached = _mac(self._terrain.spaces[end[:2]], end.device), mac_of(fact)
        if fact is None or condition not in CACHED or not own or not cached or own == cached:
            return Crossing(end)
        here = Hop(*space.place, port.device, fact.key, condition)
        reason = f"{space.name} sends what is for {target} to {cached}; {end.netns} has {own}"
        forever = condition == PERMANENT  # any other entry is asked for again within a minute
        disposition = Disposition.NEIGHBOUR_FAILED if forever else Disposition.UNKNOWN
        return Crossing(end=Path(disposition, (here,), reason))

    def _stopped(self, space: Space, port: Port, owner: Sequence[Port], target: str) -> Path | None:
        """Stop what nobody on the fabric answers for, or who has it cannot."""
        for each in owner:
            dark = self._terrain.spaces[each[:2]].dark
            stop = None if dark else self.gate(each) or self._silent(space, port, each, target)
            if stop is not None:
                return stop
        fact, condition = space.neighbour(port.device, target)
        if fact is None or condition not in SILENT:
            return None
        here = Hop(*space.place, port.device, fact.key, condition)
        reason = f"{target} does not answer {space.name} on {port.device}"
        return Path(Disposition.NEIGHBOUR_FAILED, (here,), reason)


def _mac(space: Space, device: str) -> str:
    found = space.interfaces.get(device)
    return found[1].mac if found else ""


def is_default(member: Member) -> bool:
    """Say whether a next hop stands in a default route."""
    return str(getattr(member.route.record, "prefix", "")).endswith("/0")
