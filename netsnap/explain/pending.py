"""What is lost later: the cause is there, its effect waits for a timer.

Of each session that cannot last the routes are taken away in the model of t2, as BIRD will when
its timer runs out, and all pairs are walked again.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain.cells import with_ways_out
from netsnap.explain.events import EventId, World
from netsnap.explain.explanation import PairChange, Pairs
from netsnap.explain.matrix import Matrix, matrix
from netsnap.explain.pairs import compare_pairs
from netsnap.explain.sessions import Ending, Sessions
from netsnap.explain.stops import Reason
from netsnap.model.network import Network
from netsnap.model.revert import reverted
from parsers.facts import Fact
from parsers.records import BirdRoute, Route


@dataclass(frozen=True)
class Forecast:
    """One thing that stops sessions, and the pairs that the model has lost once they end."""

    reason: Reason
    endings: tuple[Ending, ...]
    pairs: Pairs  # now, held against the time after the timers

    @property
    def lost(self) -> Sequence[PairChange]:
        """The pairs and the ways out that will be lost."""
        return with_ways_out(self.pairs.lost, self.pairs.outside_lost)

    @property
    def sessions(self) -> tuple[str, ...]:
        """The sessions that will end, each once: "k8s1–k8s3"."""
        names = {"–".join(sorted((each.node, each.peer))) for each in self.endings}
        return tuple(sorted(names))

    @property
    def until(self) -> datetime | None:
        """When the last of the sessions has ended at the end that hears nothing."""
        times = [each.timer.until for each in self._counting]
        known = [time for time in times if time is not None]
        return max(known) if known and len(known) == len(times) else None

    @property
    def timer(self) -> str:
        """The timer that counts, in words."""
        return self._counting[0].timer.words

    @property
    def _counting(self) -> Sequence[Ending]:
        deaf = [each for each in self.endings if each.reason.deaf == each.node]
        return deaf or self.endings


def forecasts(world: World, network: Network, now: Matrix) -> tuple[Forecast, ...]:
    """Return what timers will do after t2, most pairs first; only what costs pairs."""
    grouped: dict[EventId, list[Ending]] = {}
    for ending in Sessions(world, network).endings():
        grouped.setdefault(ending.reason.event, []).append(ending)
    found = []
    for endings in grouped.values():
        gone = [change for ending in endings for change in _withdrawn(ending, network)]
        if gone:
            later = matrix(reverted(network, gone))
            forecast = Forecast(endings[0].reason, tuple(endings), compare_pairs(now, later))
            if forecast.lost:
                found.append(forecast)
    return tuple(sorted(found, key=lambda each: (-len(each.lost), each.reason.event)))


def _withdrawn(ending: Ending, network: Network) -> Iterator[Change]:
    """Yield, as changes that are undone, the kernel routes that the session's end takes away."""
    facts = network.spaces[ending.node, HOST].facts.values()
    others = _elsewhere(ending, facts)
    for fact in facts:
        route = fact.record
        if not isinstance(route, Route) or route.protocol != "bird" or route.prefix in others:
            continue
        left = tuple(hop for hop in route.next_hops if hop.gateway != ending.session.neighbour)
        if len(left) < len(route.next_hops):
            yield _undone(fact, replace(route, next_hops=left) if left else None)


def _undone(fact: Fact, record: Route | None) -> Change:
    """Return the change that, undone, leaves this record in the fact's place."""
    before = replace(fact, record=record) if record is not None else None
    alteration = Alteration.ADDED if before is None else Alteration.CHANGED
    return Change(fact.key, alteration, before, fact)


def _elsewhere(ending: Ending, facts: Iterable[Fact]) -> frozenset[str]:
    """Return the prefixes that BIRD has from somebody else, too: these will not simply go."""
    return frozenset(
        fact.record.prefix
        for fact in facts
        if isinstance(fact.record, BirdRoute)
        and fact.record.protocol != ending.session.name
        and fact.record.type == "unicast"
        and fact.record.source.startswith("BGP")
    )
