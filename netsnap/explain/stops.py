"""What stops a BGP session: a BIRD that does not run, a filter, a way that ends before the peer.

Only what surely stops it is told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import ip_interface

from collector.capture import HOST
from netsnap.explain.bgpfilter import BGP_PORT, UNNAMED_PORT, Filters
from netsnap.explain.events import DAEMON, FILTER, INTERFACE, NEIGHBOUR, EventId, in_service
from netsnap.model.disposition import Disposition
from netsnap.model.flow import Flow, Sent
from netsnap.model.network import Network
from netsnap.model.space import Space
from parsers.facts import Fact, Facts
from parsers.records import (
    Address,
    CalicoProcess,
    Daemon,
    FilterRule,
    IptablesRule,
    Neighbour,
    TcpSocket,
)

_NOT_RUNNING = CalicoProcess("bird", "not running")
_HALTED = ("stopped", "zombie", "dead")
_UNANSWERED = ("failed", "unresolved")
_DEAD_ENDS = frozenset(
    {Disposition.LINK_DOWN, Disposition.NEIGHBOUR_FAILED, Disposition.UNREACHABLE}
)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a session cannot last: in words, and the event that it would be if it is new.

    ``deaf`` is the node to which nothing comes any more: its timer is the one that counts.
    """

    words: str
    event: EventId
    deaf: str
    fact: Fact | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """A session as ``node`` has it: the addresses of both ends."""

    node: str
    own: str
    peer: str
    theirs: str

    def turned(self) -> "Ends":
        """Return the same as the peer has it."""
        return Ends(self.peer, self.theirs, self.node, self.own)


@dataclass(frozen=True)
class Host:
    """What a node's own namespace tells about its BGP sessions."""

    space: Space
    halted: tuple[str, Fact | None] | None  # that its BIRD does not run
    devices: Mapping[str, str]  # own address → interface
    sockets: Mapping[tuple[str, str], TcpSocket]
    unanswered: frozenset[str]  # addresses of neighbours that are asked for in vain
    has_a_link_down: bool


@dataclass(frozen=True)
class Stops:
    """What stops sessions in one snapshot. ``other`` is the other one of the comparison."""

    network: Network
    other: Facts
    _filters: dict[str, Filters] = field(default_factory=dict)

    @cached_property
    def hosts(self) -> Mapping[str, Host]:
        """The nodes that were read."""
        return {
            space.node: self._host(space)
            for space in self.network.spaces.values()
            if space.netns == HOST and not space.dark
        }

    def reason(self, ends: Ends, *, filters: bool) -> Reason | None:
        """Say why a session cannot last, None if nothing surely stops it.

        Without ``filters`` these are not asked: in a full mesh that takes long.
        """
        return next(self.reasons(ends, filters=filters), None)

    def reasons(self, ends: Ends, *, filters: bool) -> Iterator[Reason]:
        """Say all that surely stops a session, the surest first."""
        peer = self.hosts.get(ends.peer)
        if peer is not None and peer.halted is not None:
            event = (DAEMON, ends.peer, HOST, "bird")
            yield Reason(peer.halted[0], event, ends.node, peer.halted[1])
        if not ends.own or not ends.theirs:
            return  # one that waits for its peer may have no address of its own yet
        for each in (ends, ends.turned()):
            if (found := self._unreached(each)) is not None:
                yield found
            if filters:
                yield from self._deaf(each)

    def _unreached(self, ends: Ends) -> Reason | None:
        """Say that packets from a node do not get to its peer at all."""
        host, peer = self.hosts.get(ends.node), self.hosts.get(ends.peer)
        if host is None or not (
            ends.theirs in host.unanswered
            or host.has_a_link_down
            or (peer is not None and peer.has_a_link_down)
        ):
            return None
        way = self.network.walk((ends.node, HOST), ends.theirs, source_address=ends.own)
        if way.disposition not in _DEAD_ENDS or not way.hops:
            return None
        key = way.hops[-1].decided_by
        fact = self.network.facts.by_key.get(key) if key else None
        event = (INTERFACE, ends.node, HOST, way.hops[-1].device)
        if fact is not None and isinstance(fact.record, Neighbour):
            event = (
                NEIGHBOUR, ends.node, HOST, f"{fact.record.address} on {fact.record.device}",
            )  # fmt: skip
        words = f"{ends.node} does not reach {ends.peer}: {way.reason}"
        return Reason(words, event, ends.peer, fact)

    def _deaf(self, ends: Ends) -> Iterator[Reason]:
        """Say that what the peer sends does not reach a node's BIRD: a filter ends it."""
        for at, is_own in ((ends.node, False), (ends.peer, True)):
            host = self.hosts.get(at)
            if host is None or not host.space.ruleset:
                continue
            device = host.devices.get(ends.theirs if is_own else ends.own, "")
            way_in, way_out = ("", device) if is_own else (device, "")
            flow = Flow(Sent(ends.theirs, ends.own, new=False), way_in, way_out)
            filters = self._filters.setdefault(at, Filters(host.space))
            found = [filters.drops(flow, ports) for ports in self._ports(ends)]
            fact = found[0] if None not in found else None
            rule = fact.record if fact is not None else None
            if device and isinstance(rule, FilterRule | IptablesRule):
                family = f"{rule.family} " if isinstance(rule, IptablesRule) else ""
                table = f"{family}{rule.table}"
                words = f"a packet filter of {at} drops BGP: “{rule.rule}” in {table} {rule.chain}"
                yield Reason(words, (FILTER, at, HOST, table), ends.node, fact)

    def _ports(self, ends: Ends) -> tuple[tuple[int, int], ...]:
        """Return the ports of what comes in: whence, whereto. Both ways if it is not told."""
        served, asked = (UNNAMED_PORT, BGP_PORT), (BGP_PORT, UNNAMED_PORT)
        for each, side in ((ends, "local"), (ends.turned(), "remote")):
            host = self.hosts.get(each.node)
            socket = host.sockets.get((each.own, each.theirs)) if host else None
            if socket is not None and socket.side:
                return (served if socket.side == side else asked,)
        return served, asked

    def _host(self, space: Space) -> Host:
        held = self.network.facts.places.get(space.place, {})
        facts = [fact for kind in _KINDS for fact in held.get(kind, ())]
        devices = dict(_addresses(facts))
        return Host(
            space=space,
            halted=self._halted(space, facts),
            devices=devices,
            sockets={
                (fact.record.local, fact.record.remote): fact.record
                for fact in facts
                if isinstance(fact.record, TcpSocket) and fact.record.port == BGP_PORT
            },
            unanswered=frozenset(
                fact.record.address
                for fact in facts
                if isinstance(fact.record, Neighbour) and fact.record.condition in _UNANSWERED
            ),
            has_a_link_down=any(
                device in space.interfaces and not in_service(space.interfaces[device][1])
                for device in devices.values()
            ),
        )

    def _halted(self, space: Space, facts: list[Fact]) -> tuple[str, Fact | None] | None:
        """Say that a node's BIRD does not run, if that is surely so."""
        daemons = [
            (fact, fact.record)
            for fact in facts
            if isinstance(fact.record, Daemon) and fact.record.name == "bird"
        ]
        for fact, daemon in daemons:
            if daemon.state in _HALTED:
                return f"bird on {space.node} is {daemon.state}", fact
        if daemons:
            return None
        words = f"bird on {space.node} does not run"
        for fact in facts:
            if fact.record == _NOT_RUNNING:
                return words, fact
        ran = any(fact.record.identity[0] == "bird" for fact in self._daemons_of_other(space.node))
        return (words, None) if ran and space.sees(Daemon.kind) else None

    def _daemons_of_other(self, node: str) -> Iterator[Fact]:
        yield from self._other_daemons.get(node, ())

    @cached_property
    def _other_daemons(self) -> Mapping[str, list[Fact]]:
        found: dict[str, list[Fact]] = {}
        for fact in self.other.of_kind(Daemon.kind):
            if fact.key.netns == HOST:
                found.setdefault(fact.key.node, []).append(fact)
        return found


_KINDS = tuple(each.kind for each in (Address, CalicoProcess, Daemon, Neighbour, TcpSocket))


def _addresses(facts: list[Fact]) -> Iterator[tuple[str, str]]:
    for fact in facts:
        record = fact.record
        if isinstance(record, Address) and record.scope != "host":
            yield str(ip_interface(record.address).ip), record.interface
