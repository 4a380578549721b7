"""Pings held against the model: where the two disagree, that is told, and neither one is believed.

A ping that was answered at t1 and not at t2, on a way that the model calls whole, is lost to
something that no table shows: the fabric, or a filter that the model does not read. A ping that
is answered where the model has the way lost says that the model, or its moment, is wrong.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from netsnap.diff.changes import Difference
from netsnap.explain.cells import Pair, PairSet, among
from netsnap.explain.detour import detour
from netsnap.explain.events import record_of
from netsnap.explain.evidence import Witness
from netsnap.explain.explanation import (
    Evidence,
    Observation,
    Observed,
    PairChange,
    Pairs,
)
from netsnap.explain.fulltables import dropping
from netsnap.explain.grouping import groups
from netsnap.explain.pings import FULL, SMALL, Pings, Seen
from netsnap.explain.pingwords import UNEXPLAINED, counted, ends, reason, says
from netsnap.explain.scope import scope
from netsnap.explain.tell import clause
from netsnap.explain.toosmall import too_small
from netsnap.model.disposition import Disposition
from parsers.pings import TOO_BIG
from parsers.records import (
    BridgePort,
    BridgeVlan,
    DeviceSetting,
    FilterRule,
    Interface,
    InterfaceFeature,
    IpSet,
    IpSetMember,
    IptablesRule,
    LinkSettings,
    Qdisc,
    RouteException,
    TcFilter,
    WireguardPeer,
    XfrmPolicy,
    XfrmState,
)

MOST = 4
"""Suspects, and doubts, that are told."""

UNFOLLOWED = (
    *(XfrmPolicy, XfrmState, WireguardPeer, FilterRule, IptablesRule, IpSet, IpSetMember),
    *(TcFilter, Qdisc, BridgePort, BridgeVlan, Interface, InterfaceFeature, LinkSettings),
    *(DeviceSetting, RouteException),
)
"""What may drop a packet and the model does not follow, or not in all its words."""


@dataclass(frozen=True)
class Comparison:
    """The pings of both snapshots, and what the model made of the workloads' pairs."""

    before: Pings
    after: Pings
    pairs: Pairs
    witness: Witness
    difference: Difference

    def observations(self) -> tuple[Observation, ...]:
        """Return every disagreement, the worst first; pings of one kind and size are one."""
        told = [
            self._told(kind, some)
            for kind, ways in (
                (Observed.LOST, self._unexplained),
                (Observed.CONTRADICTED, self._contradicted),
                (Observed.STILL_LOST, self._still_lost),
                (Observed.ONLY_AT_T2, self._new),
                (Observed.RESTORED, self._restored),
            )
            for some in _sorts(ways)
        ]
        return tuple(told)

    def agreeing(self, explained: PairSet) -> int:
        """Count the pairs that the model has lost, and that a ping saw lost, too."""
        picked = explained.picked(self._pinged)
        return sum(self._at_t2(pair, answered=False) for pair in picked)

    def disagreeing(self, explained: PairSet) -> int:
        """Count the pairs that the model has lost, and whose ping was answered all the same."""
        picked = explained.picked(self._pinged)
        return sum(self._at_t2(pair, answered=True) for pair in picked)

    @cached_property
    def _pinged(self) -> set[Pair]:
        return {way[:2] for way in self.after.ways}

    def notes(self) -> Iterator[str]:
        """Tell what is no disagreement and yet worth a line."""
        told = [
            seen
            for way, seen in self.after.ways.items()
            if seen.ping.answered == TOO_BIG and (was := self._before(way)) and was.answered
        ]
        if told:
            yield (
                f"{counted(len(told))} of full size are too big at t2, and the sender is told so: "
                f"{told[0].pair[0]} → {told[0].pair[1]}: {told[0].ping.said}"
            )
        answered = sum(
            self._at_t2((pair.source, pair.target), answered=True)
            for pair in among(self.pairs.unknown, self._pinged)
        )
        if answered:
            yield f"{counted(answered)} were answered at t2 between pairs that cannot be told"

    def _at_t2(self, pair: Pair, *, answered: bool) -> bool:
        seen = self.after.ways.get((*pair, SMALL))
        return seen is not None and (seen.answered if answered else seen.lost)

    def _before(self, way: tuple[str, str, str]) -> Seen | None:
        return self.before.ways.get(way)

    @cached_property
    def _silent(self) -> tuple[Seen, ...]:
        """Pings that were not answered at t2, though the model does not have their way lost."""
        return tuple(
            seen
            for seen in self.after.ways.values()
            if seen.lost and self.after.state(seen).works is not False
        )

    @property
    def _unexplained(self) -> Iterator[Seen]:
        return (s for s in self._silent if (was := self._before(s.way)) and was.answered)

    @property
    def _still_lost(self) -> Iterator[Seen]:
        return (s for s in self._silent if (was := self._before(s.way)) and was.lost)

    @property
    def _new(self) -> Iterator[Seen]:
        return (s for s in self._silent if self._before(s.way) is None)

    @property
    def _restored(self) -> Iterator[Seen]:
        for way, was in self.before.ways.items():
            now = self.after.ways.get(way)
            if now and was.lost and now.answered and self.before.state(was).works is not False:
                yield now

    @property
    def _contradicted(self) -> Iterator[Seen]:
        for pair in among(self.pairs.lost, self._pinged):
            seen = self.after.ways.get((pair.source, pair.target, SMALL))
            if seen and seen.answered:
                yield seen

    def _told(self, kind: Observed, some: Sequence[Seen]) -> Observation:
        pairs = tuple(
            PairChange(*each.pair, Disposition.UNKNOWN, Disposition.UNKNOWN, reason(each))
            for each in some
        )
        nodes = frozenset[str]().union(*(each.nodes for each in some))
        return Observation(
            kind=kind,
            size=some[0].ping.size,
            of_nodes=some[0].of_nodes,
            sentence=self._sentence(kind, some),
            pairs=pairs,
            groups=groups(pairs),
            evidence=tuple(self._evidence(some[0])),
            suspects=self._suspects(nodes) if kind is Observed.LOST else (),
            doubts=self._doubts(some),
        )

    def _suspects(self, nodes: frozenset[str]) -> tuple[str, ...]:
        found = [
            clause(change)
            for change in self.difference.changes
            if change.key.node in nodes and isinstance(record_of(change), UNFOLLOWED)
        ]
        return _bounded(found, "changes")

    def _doubts(self, some: Sequence[Seen]) -> tuple[str, ...]:
        """Return what may drop the lost of these pings, each line once."""
        lost = (seen for seen in some if seen.lost)
        return _bounded(
            list(dict.fromkeys(line for each in lost for line in self.after.state(each).doubts)),
            "lines",
        )

    def _sentence(self, kind: Observed, some: Sequence[Seen]) -> str:
        tested = [
            each
            for way, each in self.after.ways.items()
            if each.ping.size == some[0].ping.size and each.of_nodes == some[0].of_nodes
            if way in self.before.ways or kind is Observed.ONLY_AT_T2
        ]
        if kind is Observed.CONTRADICTED:
            return f"{counted(len(some))} between workloads {says(kind, some)}."
        what = f"{len(some)} of {counted(len(tested))} between {ends(some[0])}"
        size = " in full size" if some[0].ping.size == FULL else ""
        every = () if kind is Observed.RESTORED else self.after.ways.values()
        said = self._with_reason(says(kind, some), some)
        moved = self._detour(some) if kind is Observed.LOST else ""
        return f"{what}{size} {said}{moved}{scope(some, tested, every)}."

    def _detour(self, some: Iterable[Seen]) -> str:
        couples = ((was, seen) for seen in some if (was := self._before(seen.way)))
        return detour(couples, self.before, self.after)

    def _with_reason(self, said: str, some: Sequence[Seen]) -> str:
        """Put what may well explain lost pings in the place of the word that nothing does."""
        if some[0].ping.size == FULL:
            why = too_small(self.after, some)
        else:
            common = frozenset[str].intersection(*(each.nodes for each in some))
            why = " and ".join(dropping(self.after.network.facts, common))
        return said.replace(UNEXPLAINED, why) if why else said

    def _evidence(self, seen: Seen) -> Iterator[Evidence]:
        was = self._before(seen.way)
        if was is not None:
            yield self.witness.of_fact("t1", was.fact)
        yield self.witness.of_fact("t2", seen.fact)


def _bounded(found: Sequence[str], what: str) -> tuple[str, ...]:
    if len(found) <= MOST:
        return tuple(found)
    return (*found[: MOST - 1], f"and {len(found) - MOST + 1} more {what}")


def _sorts(ways: Iterable[Seen]) -> Iterator[list[Seen]]:
    """Part pings by their size, and by whether nodes or workloads sent them."""
    found = sorted(ways, key=lambda seen: seen.way)
    for size in (SMALL, FULL):
        for of_nodes in (False, True):
            some = [s for s in found if s.ping.size == size and s.of_nodes is of_nodes]
            if some:
                yield some
