"""A packet's way through a network, hop by hop, with the fact that decided at each."""

from collections.abc import Sequence

from collector.capture import HOST
from netsnap.model.arrival import Crossing
from netsnap.model.crossing import Links, Terrain
from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.fib import Action, Decision, Member, Packet
from netsnap.model.gates import strays, transit_gate
from netsnap.model.numbers import number
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

NOWHERE = TTL
"""No depth of a walk: it came back to none of the interfaces that it is still at."""


class Walker:
    """Walks packets through one network; what was walked is remembered."""

    def __init__(self, terrain: Terrain) -> None:
        self._terrain = terrain
        self._links = Links(terrain)
        self._known: dict[tuple[Port, str, str], Path] = {}
        self._tails: dict[tuple[Place, int, str, str], tuple[Path, Decision]] = {}
        self._transits: dict[tuple[Port, int], Path | None] = {}
        self._walking: dict[tuple[Port, str, str], int] = {}
        self._back_to = NOWHERE
        self._so_far: dict[tuple[Port, str, str], tuple[Path, int]] = {}
        self._came_back = False
        self._of_this_walk: dict[tuple[Port, str, str], Path] = {}

    def gate(self, port: Port) -> Path | None:
        """Return None for an interface that passes packets, or how they end there."""
        return self._links.gate(port)

    def cross(self, space: Space, member: Member, packet: Packet) -> Crossing:
        """Leave a namespace by one next hop."""
        return self._links.cross(space, member, packet)

    def begin(self, space: Space, packet: Packet) -> Path:
        """Walk a packet that begins in ``space``."""
        if space.dark:
            return Path(Disposition.UNKNOWN, (), f"{space.node} was not seen")
        return self._onward(space, packet, space.decide(packet, ""), "")

    def arrive(self, port: Port, packet: Packet) -> Path:
        """Walk a packet on from the interface that it reached."""
        source = packet.source if self._terrain.asks_source else ""
        key = (port, packet.destination, source)
        known = self._known.get(key) or self._of_this_walk.get(key)
        if known is not None:
            return known
        space = self._terrain.spaces[port[:2]]
        if key in self._so_far:
            path, back_to = self._so_far[key]
            self._back_to = min(self._back_to, back_to)
            return path
        if key in self._walking or len(self._walking) >= TTL:
            self._back_to = min(self._back_to, self._walking.get(key, 0))
            self._came_back = True
            here = Hop(*space.place, ingress=port.device)
            return Path(Disposition.LOOP, (here,), f"the packet comes back to {space.name}")
        depth = self._walking[key] = len(self._walking)
        path = self._enter(space, port, packet)
        del self._walking[key]
        self._remember(key, path, depth)
        return path

    def _remember(self, key: tuple[Port, str, str], path: Path, depth: int) -> None:
        """Keep a path for good; one that comes back to where it was, for this walk alone.

        Where a walk enters a circle is told of it, and another may enter it elsewhere.
        """
        if self._back_to < depth:
            self._so_far[key] = path, self._back_to
            return
        self._back_to = NOWHERE
        if self._so_far:
            self._so_far = {each: found for each, found in self._so_far.items() if found[1] < depth}
        if self._came_back and depth:
            self._of_this_walk[key] = path
        elif self._came_back:
            self._came_back = False
            self._of_this_walk.clear()
        else:
            port = key[0]
            if port.netns != HOST or port.device not in self._terrain.spaces[port[:2]].peers:
                self._known[key] = path  # behind a veth is one source: nobody asks for it again

    def _enter(self, space: Space, port: Port, packet: Packet) -> Path:
        if space.dark:
            return Path(Disposition.UNKNOWN, (), f"{space.node} was not seen")
        decision = space.decide(packet, port.device)
        stop = self._links.gate(port)
        if stop is None and decision.action is not Action.LOCAL:
            stop = strays(space, port, packet, decision)
        if stop is None and decision.action is Action.FORWARD:
            stop = self._transit(space, port, packet)
        return stop or self._tail(space, port, packet, decision)

    def _transit(self, space: Space, port: Port, packet: Packet) -> Path | None:
        key = (port, number(packet.destination).family)
        if key not in self._transits:
            self._transits[key] = transit_gate(space, port, packet)
        return self._transits[key]

    def _tail(self, space: Space, port: Port, packet: Packet, decision: Decision) -> Path:
        """Walk on from a decision. All that come to it go on alike, wherever they came in."""
        source = packet.source if self._terrain.asks_source else ""
        key = (space.place, id(decision), packet.destination, source)
        known = self._tails.get(key)
        if known is None:
            path = self._onward(space, packet, decision, port.device)
            if self._came_back:
                return path
            known = self._tails[key] = (path, decision)  # kept, so that its id stays its own
        path = known[0]
        first = path.hops[0]
        if first.ingress == port.device:
            return path
        entered = Hop(
            first.node, first.netns, first.device, first.decided_by, first.note, port.device
        )
        return Path(path.disposition, (entered, *path.hops[1:]), path.reason)

    def _onward(self, space: Space, packet: Packet, decision: Decision, ingress: str) -> Path:
        if decision.action is Action.FORWARD:
            ways = [self._by(space, packet, member, ingress) for member in decision.members]
            return ways[0] if len(ways) == 1 else _weakest(ways)
        key = decision.fact.key if decision.fact else None
        here = Hop(space.node, space.netns, "", key, "", ingress)
        if decision.action is Action.UNKNOWN:
            return Path(Disposition.UNKNOWN, (here,), decision.reason)
        disposition, reason = ENDS[decision.action]
        said = reason.format(space=space.name, target=packet.destination) if reason else ""
        return Path(disposition, (here,), said)

    def _by(self, space: Space, packet: Packet, member: Member, ingress: str) -> Path:
        """Leave by one next hop, and walk on."""
        here = Hop(space.node, space.netns, member.hop.device, member.route.key, "", ingress)
        crossing = self._links.cross(space, member, packet)
        if crossing.port is not None:
            end = self.arrive(crossing.port, packet)
        else:
            end = crossing.end or Path(Disposition.UNKNOWN, ())
        return Path(end.disposition, (here, *crossing.notes, *end.hops), end.reason)


def _weakest(ways: Sequence[Path]) -> Path:
    """Of next hops that share the traffic, return the way that ends worst: some flows take it.

    Where others end well, which flows fail depends on the kernel's hash, which no text shows.
    """
    weakest = max(ways, key=_badness)
    same = sum(way.disposition is weakest.disposition for way in ways)
    if same == len(ways):
        return weakest
    reason = f"{weakest.reason} ({same} of {len(ways)} next hops)"
    ends = {way.disposition for way in ways}
    untold = bool(ends & {Disposition.DELIVERED, Disposition.UNKNOWN})
    disposition = Disposition.UNKNOWN if untold else weakest.disposition
    return Path(disposition, weakest.hops, reason)


def _badness(path: Path) -> int:
    if path.disposition is Disposition.LOOP:
        return len(MILD) + 1
    return MILD.index(path.disposition) if path.disposition in MILD else len(MILD)
