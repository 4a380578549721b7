"""BGP sessions of one snapshot that cannot last, and when the routes that hang on them will go.

BIRD keeps a session until it has heard nothing for the hold time, and the routes of a peer that
went away in disorder for the graceful restart time. Until then all looks well.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from collector.capture import HOST
from netsnap.explain.bgpfilter import drops
from netsnap.explain.events import DAEMON, FILTER, INTERFACE, NEIGHBOUR, EventId, World
from netsnap.explain.timers import Timer, Timers
from netsnap.model.disposition import Disposition
from netsnap.model.filterfields import Flow
from netsnap.model.network import Network
from parsers.facts import Fact
from parsers.records import (
    BirdProtocol,
    CalicoProcess,
    Daemon,
    FilterRule,
    Neighbour,
    TcpSocket,
)
from parsers.roles import Record

BGP_PORT = 179
_NOT_RUNNING = CalicoProcess("bird", "not running")
_HALTED = ("stopped", "traced", "zombie", "dead")
_DEAD_ENDS = frozenset(
    {Disposition.LINK_DOWN, Disposition.NEIGHBOUR_FAILED, Disposition.UNREACHABLE}
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a session cannot last: in words, and the event that it would be if it is new."""

    words: str
    event: EventId
    deaf: str  # the node to which nothing comes any more, so that its timer is the one that counts
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """A session's end at ``node``, whose BIRD runs and will take the routes of ``peer`` away."""

    node: str
    peer: str  # the other node's name
    fact: Fact
    session: BirdProtocol
    reason: Reason
    timer: Timer


@dataclass(frozen=True)
class Sessions:
    """The sessions of a snapshot, as each node's BIRD tells them. ``network`` is that of t2."""

    world: World
    network: Network

    def endings(self) -> Iterator[Ending]:
        """Yield each end that will drop its routes, of sessions that cannot last."""
        timers = Timers(self.world)
        for (node, peer), (fact, session) in self._told.items():
            reason = self._reason(node, peer, session)
            timer = timers.of(node, peer, fact, session) if reason is not None else None
            if reason is not None and timer is not None:
                yield Ending(node, peer, fact, session, reason, timer)

    @cached_property
    def _told(self) -> dict[tuple[str, str], tuple[Fact, BirdProtocol]]:
        found = {}
        for key, fact in self.world.after.by_key.items():
            session = fact.record
            if key.kind == BirdProtocol.kind and isinstance(session, BirdProtocol):
                peer = self.world.owners.get(session.neighbour, ("", ""))[0]
                if session.neighbour and peer and not self._halted(key.node):
                    found[key.node, peer] = (fact, session)
        return found

    def _reason(self, node: str, peer: str, session: BirdProtocol) -> Reason | None:
        halted = self._halted(peer)
        if halted is not None:
            return Reason(halted[0], (DAEMON, peer, HOST, "bird"), node, halted[1])
        if not session.source:
            return None  # one that waits for its peer has no address of its own yet
        for one, other in ((node, peer), (peer, node)):
            reason = self._deaf(one, other, session) or self._unreached(one, other, session)
            if reason is not None:
                return reason
        return None

    def _halted(self, node: str) -> tuple[str, Fact | None] | None:
        """Say that a node's BIRD does not run, if that is surely so."""
        daemons = [fact for fact in self._of(node, Daemon) if fact.key.identity[0] == "bird"]
        for fact in daemons:
            if isinstance(fact.record, Daemon) and fact.record.state in _HALTED:
                return f"bird on {node} is {fact.record.state}", fact
        if daemons:
            return None
        for fact in self._of(node, CalicoProcess):
            record = fact.record
            if isinstance(record, CalicoProcess) and record == _NOT_RUNNING:
                return f"bird on {node} does not run", fact
        ran = any(
            key.node == node and key.kind == Daemon.kind and key.identity[0] == "bird"
            for key in self.world.before.by_key
        )
        is_gone = ran and self.world.after.sees(node, HOST, Daemon.kind)
        return (f"bird on {node} does not run", None) if is_gone else None

    def _deaf(self, node: str, peer: str, session: BirdProtocol) -> Reason | None:
        """Say that what ``peer`` sends does not reach ``node``'s BIRD: a filter ends it."""
        theirs, own = self._ends(node, session)
        ports = self._ports(node, own, theirs)
        way_in = Flow(theirs, own, self._device(node, theirs), "", new=False)
        way_out = Flow(theirs, own, "", self._device(peer, own), new=False)
        for at, flow in ((node, way_in), (peer, way_out)):
            space = self.network.spaces.get((at, HOST))
            if space is None or space.dark:
                continue
            found = [drops(space, flow, each) for each in ports]
            fact = found[0]
            if fact is not None and None not in found and isinstance(fact.record, FilterRule):
                rule = fact.record
                words = (
                    f"a packet filter of {at} drops BGP: “{rule.rule}” in {rule.table} {rule.chain}"
                )
                return Reason(words, (FILTER, at, HOST, rule.table), node, fact)
        return None

    def _unreached(self, node: str, peer: str, session: BirdProtocol) -> Reason | None:
        """Say that packets from ``node`` do not get to ``peer`` at all."""
        theirs, own = self._ends(node, session)
        way = self.network.walk((node, HOST), theirs, source_address=own)
        if way.disposition not in _DEAD_ENDS or not way.hops:
            return None
        key = way.hops[-1].decided_by
        fact = self.world.after.by_key.get(key) if key else None
        device = way.hops[-1].device or self._device(node, theirs)
        subject = (INTERFACE, node, HOST, device)
        if fact is not None and isinstance(fact.record, Neighbour):
            subject = (NEIGHBOUR, node, HOST, f"{fact.record.address} on {fact.record.device}")
        return Reason(f"{node} does not reach {peer}: {way.reason}", subject, peer, fact)

    def _ends(self, node: str, session: BirdProtocol) -> tuple[str, str]:
        """Return the other end's address and the own one, as seen from ``node``."""
        is_own = self.world.owners.get(session.neighbour, ("", ""))[0] == node
        pair = (session.neighbour, session.source or self._source(session))
        return (pair[1], pair[0]) if is_own else pair

    def _source(self, session: BirdProtocol) -> str:
        """Return the own address of a session that does not tell it, as it is when it is down."""
        return next(
            (
                other.neighbour
                for (_, peer), (fact, other) in self._told.items()
                if self._told.get((peer, fact.key.node), (None, None))[1] is session
            ),
            "",
        )

    def _ports(self, node: str, own: str, theirs: str) -> list[tuple[int, int]]:
        """Return the ports of what comes in: of whom it came, whereto. Both ways if not told."""
        for fact in self._of(node, TcpSocket):
            socket = fact.record
            if (
                isinstance(socket, TcpSocket)
                and (socket.local, socket.remote, socket.port) == (own, theirs, BGP_PORT)
                and socket.other_port
            ):
                is_server = socket.side == "local"
                return [
                    (socket.other_port, BGP_PORT) if is_server else (BGP_PORT, socket.other_port)
                ]
        return [(BGP_PORT, 0), (0, BGP_PORT)]

    def _device(self, node: str, address: str) -> str:
        if not address or (node, HOST) not in self.network.spaces:
            return ""
        hops = self.network.walk((node, HOST), address).hops
        return hops[0].device if hops else ""

    def _of(self, node: str, kind: type[Record]) -> list[Fact]:
        return self._placed.get((node, kind.kind), [])

    @cached_property
    def _placed(self) -> dict[tuple[str, str], list[Fact]]:
        found: dict[tuple[str, str], list[Fact]] = {}
        kinds = {Daemon.kind, CalicoProcess.kind, TcpSocket.kind}
        for key, fact in self.world.after.by_key.items():
            if key.netns == HOST and key.kind in kinds:
                found.setdefault((key.node, key.kind), []).append(fact)
        return found
