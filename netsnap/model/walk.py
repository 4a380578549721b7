"""A packet's way through a network, hop by hop, with the fact that decided at each."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from collector.capture import HOST
from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.fib import Action, Decision, Member, Packet
from netsnap.model.gates import link_gate, proxy, strays, transit_gate
from netsnap.model.segment import Segment, tunnel
from netsnap.model.space import Place, Port, Space

TTL = 64
"""Hops after which a packet ends (the initial TTL of Linux)."""

ENDS = {
    Action.LOCAL: (Disposition.DELIVERED, ""),
    Action.BLACKHOLE: (Disposition.BLACKHOLE, "{space} throws away what is for {target}"),
    Action.UNREACHABLE: (Disposition.UNREACHABLE, "{space} rejects {target} as unreachable"),
    Action.PROHIBIT: (Disposition.PROHIBIT, "{space} prohibits {target}"),
    Action.NOTHING: (Disposition.NO_ROUTE, "{space} has no route to {target}"),
}

MILD = (  # from the best end on; any other is worse, and a loop worst of all
    Disposition.DELIVERED,
    Disposition.LEFT_CLUSTER,
    Disposition.UNKNOWN,
)


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

    def segment(self, port: Port) -> Segment:
        """Return what an interface is connected to."""
        ...

    def across_fabric(self, port: Port, target: str) -> tuple[tuple[Port, ...], str]:
        """Return the nodes' interfaces that have an address on the link of ``port``.

        If there is none and one may be hidden, the second value says why.
        """
        ...


class Walker:
    """Walks packets through one network; what was walked is remembered."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self._known: dict[tuple[Port, Packet], Path] = {}
        self._walking: set[tuple[Port, Packet]] = set()

    def begin(self, space: Space, packet: Packet) -> Path:
        """Walk a packet that begins in ``space``."""
        if space.dark:
            return Path(Disposition.UNKNOWN, (), f"{space.node} was not seen")
        return self._onward(space, packet, space.decide(packet, ""), "")

    def arrive(self, port: Port, packet: Packet) -> Path:
        """Walk a packet on from the interface that it reached."""
        key = (port, packet if self._terrain.asks_source else packet._replace(source=""))
        if key in self._known:
            return self._known[key]
        space = self._terrain.spaces[port[:2]]
        if key in self._walking or len(self._walking) >= TTL:
            here = Hop(*space.place, ingress=port.device)
            return Path(Disposition.LOOP, (here,), f"the packet comes back to {space.name}")
        self._walking.add(key)
        path = self._enter(space, port, packet)
        self._walking.remove(key)
        self._known[key] = path
        return path

    def _enter(self, space: Space, port: Port, packet: Packet) -> Path:
        if space.dark:
            return Path(Disposition.UNKNOWN, (), f"{space.node} was not seen")
        decision = space.decide(packet, port.device)
        stop = self._link(port)
        if stop is None and decision.action is not Action.LOCAL:
            stop = strays(space, port, packet, decision)
        if stop is None and decision.action is Action.FORWARD:
            stop = transit_gate(space, port, packet)
        return stop or self._onward(space, packet, decision, port.device)

    def _onward(self, space: Space, packet: Packet, decision: Decision, ingress: str) -> Path:
        if decision.action is Action.FORWARD:
            ways = [self._by(space, packet, member, ingress) for member in decision.members]
            return _weakest(ways)
        key = decision.fact.key if decision.fact else None
        here = Hop(*space.place, decided_by=key, ingress=ingress)
        if decision.action is Action.UNKNOWN:
            return Path(Disposition.UNKNOWN, (here,), decision.reason)
        disposition, reason = ENDS[decision.action]
        said = reason.format(space=space.name, target=packet.destination)
        return Path(disposition, (here,), said)

    def _by(self, space: Space, packet: Packet, member: Member, ingress: str) -> Path:
        here = Hop(*space.place, member.hop.device, member.route.key, ingress=ingress)
        return before(here, self._out(space, packet, member))

    def _out(self, space: Space, packet: Packet, member: Member) -> Path:
        """Leave by one next hop."""
        hop = member.hop
        if hop.encap or not hop.device:
            what = f"is encapsulated ({hop.encap})" if hop.encap else "shows no interface"
            return Path(Disposition.UNKNOWN, (), f"a next hop of {space.name} {what}")
        port = Port(*space.place, hop.device)
        stop = self._link(port)
        if stop is not None:
            return stop
        kind = tunnel(space.interfaces[hop.device][1])
        if kind:
            reason = f"{space.name} sends it into {hop.device}; the model does not follow a {kind}"
            return Path(Disposition.UNKNOWN, (), reason)
        if "linkdown" in hop.flags:
            key = space.interfaces[hop.device][0].key
            gone = Hop(*space.place, hop.device, key, "linkdown")
            return Path(Disposition.LINK_DOWN, (gone,), f"{hop.device} of {space.name} has no link")
        return self._across(space, port, member, packet)

    def _link(self, port: Port) -> Path | None:
        space = self._terrain.spaces[port[:2]]
        known = port.device in space.interfaces
        others = self._terrain.segment(port).ends if known else ()
        far = (self._terrain.spaces[others[0][:2]], others[0]) if len(others) == 1 else None
        return link_gate(space, port, far)

    def _across(self, space: Space, port: Port, member: Member, packet: Packet) -> Path:
        """Cross the link: to whoever answers for the gateway, or for the address itself."""
        target = member.hop.gateway or packet.destination
        segment = self._terrain.segment(port)
        spaces = self._terrain.spaces
        for end in segment.ends:
            if spaces[end[:2]].answers_for(end.device, target):
                return self.arrive(end, packet)
        if segment.fabric and space.netns == HOST:
            return self._over_fabric(space, port, member, packet)
        refusals = []
        for end in segment.ends:
            answer = proxy(spaces[end[:2]], end, packet._replace(destination=target))
            if answer.yes:
                return self.arrive(end, packet)
            refusals.append(answer)
        if segment.fabric or segment.unseen:
            reason = segment.unseen or f"what is behind {port.device} of {space.name} was not seen"
            return Path(Disposition.UNKNOWN, (), reason)
        return self._unanswered(space, port, member, packet, [r.path for r in refusals if r.path])

    def _unanswered(
        self, space: Space, port: Port, member: Member, packet: Packet, why: Sequence[Path]
    ) -> Path:
        """Nobody on a link, all of whose ends are seen, answers for the next hop."""
        target = member.hop.gateway or packet.destination
        ends = self._terrain.segment(port).ends
        fact, condition = space.neighbour(port.device, target)
        if len(ends) == 1 and condition in ("resolved", "permanent"):
            note = f"{target} no longer answers; {space.name} still has it in its cache"
            cached = Hop(*space.place, port.device, fact.key if fact else None, note)
            return before(cached, self.arrive(ends[0], packet))
        if len(ends) == 1 and (stop := self._link(ends[0])) is not None:
            return stop
        if not space.sees("neighbour"):
            return Path(Disposition.UNKNOWN, (), f"the neighbours of {space.name} were not read")
        for path in why:
            if path.disposition is Disposition.UNKNOWN or member.hop.gateway or not _length(member):
                return path
        name = f"nobody behind {port.device} of {space.name} has {target}"
        return Path(Disposition.NOT_OWNED, tuple(Hop(*end[:2]) for end in ends), name)

    def _over_fabric(self, space: Space, port: Port, member: Member, packet: Packet) -> Path:
        """Cross what connects the nodes, which no node sees into."""
        target = member.hop.gateway or packet.destination
        owners, hidden = self._terrain.across_fabric(port, target)
        if len(owners) > 1:
            names = " and ".join(sorted(owner.node for owner in owners))
            return Path(Disposition.UNKNOWN, (), f"{names} both have {target}")
        if owners and (stop := self._owner_link(owners[0])) is not None:
            return stop
        fact, condition = space.neighbour(port.device, target)
        if fact is not None and condition in ("failed", "unresolved"):
            here = Hop(*space.place, port.device, fact.key, condition)
            reason = f"{target} does not answer {space.name} on {port.device}"
            return Path(Disposition.NEIGHBOUR_FAILED, (here,), reason)
        if owners:
            return self.arrive(owners[0], packet)
        is_default = _length(member) == 0
        if hidden and not is_default:
            return Path(Disposition.UNKNOWN, (), hidden)
        return Path(Disposition.LEFT_CLUSTER, (), f"it leaves the cluster to {target}")

    def _owner_link(self, owner: Port) -> Path | None:
        return None if self._terrain.spaces[owner[:2]].dark else self._link(owner)


def _length(member: Member) -> int:
    """Return the prefix length of a member's route, -1 if it stands in none."""
    prefix = getattr(member.route.record, "prefix", "")
    return int(prefix.rpartition("/")[2]) if "/" in prefix else -1


def before(hop: Hop, path: Path) -> Path:
    """Put a hop before a path."""
    return Path(path.disposition, (hop, *path.hops), path.reason)


def _weakest(ways: Sequence[Path]) -> Path:
    """Of next hops that share the traffic, return the way that ends worst: some flows take it."""
    weakest = max(ways, key=_badness)
    same = sum(way.disposition is weakest.disposition for way in ways)
    if same == len(ways):
        return weakest
    reason = f"{weakest.reason} ({same} of {len(ways)} next hops)"
    return Path(weakest.disposition, weakest.hops, reason)


def _badness(path: Path) -> int:
    if path.disposition is Disposition.LOOP:
        return len(MILD) + 1
    return MILD.index(path.disposition) if path.disposition in MILD else len(MILD)
