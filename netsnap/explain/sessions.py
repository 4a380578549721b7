"""BGP sessions of one snapshot that cannot last, and when the routes that hang on them will go.

BIRD keeps a session until it has heard nothing for the hold time, and the routes of a peer that
went away in disorder for the graceful restart time. Until then all looks well.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import permutations
from typing import NamedTuple

from collector.capture import HOST
from netsnap.explain.events import World
from netsnap.explain.stops import Ends, Reason, Stops
from netsnap.explain.timers import ESTABLISHED, Timer, Timers, is_late
from netsnap.model.network import Network
from parsers.facts import Fact, Facts
from parsers.records import BirdProtocol


class Told(NamedTuple):
    """A session as one of its ends' BIRD tells it."""

    ends: Ends
    fact: Fact
    session: BirdProtocol


@dataclass(frozen=True, slots=True)
class Ending:
    """A session's end at ``node``, whose BIRD runs and will take the routes of ``peer`` away."""

    node: str
    peer: str  # the other node's name
    session: BirdProtocol
    reason: Reason
    timer: Timer


@dataclass(frozen=True)
class Sessions:
    """The sessions of one of the two snapshots, that of ``network``, as each BIRD tells them."""

    world: World
    network: Network

    def endings(self) -> Iterator[Ending]:
        """Yield each end that will drop its routes, of sessions that cannot last.

        A filter is asked where it changed, and for a session that is down or late to be heard of:
        another one's packets passed a moment ago.
        """
        timers = Timers(self.world)
        changed = {
            change.key.node
            for change in self.world.difference.changes
            if change.key.kind in ("filter-rule", "iptables-rule", "ipset", "ipset-member")
        }
        odd = {
            frozenset(names)
            for names, told in self.told.items()
            if changed & set(names)
            or told.session.connection != ESTABLISHED
            or is_late(told.session)
        }
        for names, (ends, fact, session) in self.told.items():
            reason = self.stops.reason(ends, filters=frozenset(names) in odd)
            timer = timers.of(ends, fact, session) if reason is not None else None
            if reason is not None and timer is not None:
                yield Ending(ends.node, ends.peer, session, reason, timer)

    def reasons(self, nodes: Iterable[str]) -> Iterator[Reason]:
        """Say all that surely stops a session between two nodes, by either end."""
        for node, peer in permutations(nodes, 2):
            if (told := self.told.get((node, peer))) is not None:
                own = told.ends.own or self._sources.get((node, told.ends.theirs), "")
                yield from self.stops.reasons(replace(told.ends, own=own), filters=True)

    @cached_property
    def _sources(self) -> Mapping[tuple[str, str], str]:
        """From which address each node spoke with each neighbour's at t1."""
        return {
            (fact.key.node, session.neighbour): session.source
            for fact in self.world.before.of_kind(BirdProtocol.kind)
            if isinstance(session := fact.record, BirdProtocol) and fact.key.netns == HOST
        }

    @cached_property
    def stops(self) -> Stops:
        """What stops sessions in this snapshot."""
        before, after = self.world.before, self.world.after
        return Stops(self.network, before if self._facts is after else after)

    @property
    def _facts(self) -> Facts:
        return self.network.facts

    @cached_property
    def told(self) -> Mapping[tuple[str, str], Told]:
        """The sessions by node and peer's name: those of each BIRD that runs."""
        found = {
            (node, peer): (fact, session)
            for node, peer, fact, session in self._sessions()
            if not self.stops.hosts[node].halted
        }
        return {
            (node, peer): Told(
                Ends(
                    node, session.source or _own(found.get((peer, node))), peer, session.neighbour
                ),
                fact,
                session,
            )
            for (node, peer), (fact, session) in found.items()
        }

    def _sessions(self) -> Iterator[tuple[str, str, Fact, BirdProtocol]]:
        for fact in self._facts.of_kind(BirdProtocol.kind):
            node, session = fact.key.node, fact.record
            if isinstance(session, BirdProtocol) and session.neighbour:
                peer = self.world.owners.get(session.neighbour, ("", ""))[0]
                if peer and fact.key.netns == HOST and node in self.stops.hosts:
                    yield node, peer, fact, session


def _own(other: tuple[Fact, BirdProtocol] | None) -> str:
    """Return a node's own address as the other end has it: one that is down does not tell it."""
    return other[1].neighbour if other is not None else ""
