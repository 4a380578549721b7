"""When a change happened: between two instants of one clock, the collector's.

Two captures bound every change; witnesses (BIRD's since, a container's start, the kernel's log)
narrow it. A node's own times are corrected by what its clock is ahead. Where that is not known,
the visit as the collector saw it bounds the change and the node's own witnesses are left aside.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property

from netsnap.diff.changes import Change
from netsnap.explain.witnesses import Times, Told, told_times
from parsers.answer import Answer, NodeView
from parsers.facts import Facts

SKEW = timedelta(seconds=2)
"""Within it the times of two nodes, each corrected, are not told apart."""

CONSEQUENCE = "its first consequence"

Moment = tuple[datetime, datetime]
"""When a question was put and when it was answered."""


@dataclass(frozen=True, slots=True)
class Span:
    """The change happened not before ``earliest`` and not after ``latest``.

    ``at`` is the instant that a witness tells, ``by`` the witness; None and "" where the captures
    alone bound it.
    """

    earliest: datetime
    latest: datetime
    at: datetime | None = None
    by: str = ""

    def surely_after(self, other: "Span") -> bool:
        """Say whether this began only after the other had; overlapping spans are undecided."""
        return self.earliest - other.latest > SKEW

    def narrowed(self, told: Told) -> "Span":
        """Return the span that a witness leaves; one that contradicts the captures is not heard."""
        earliest, latest = told.at - told.grain, told.at + told.grain
        if earliest > self.latest + SKEW or latest < self.earliest - SKEW:
            return self
        if self.at is not None and latest - earliest >= self.latest - self.earliest:
            return self
        bounds = max(self.earliest, earliest), min(self.latest, latest)
        if bounds[0] > bounds[1]:  # they meet only within the skew
            bounds = earliest, latest
        return Span(*bounds, told.at, told.by)

    def before(self, consequence: "Span") -> "Span":
        """Return the span less what lies after the change's own consequence."""
        if consequence.latest < self.earliest or self.latest - consequence.latest <= SKEW:
            return self
        return Span(self.earliest, consequence.latest, None, CONSEQUENCE)


def first(spans: Iterable[Span]) -> Span | None:
    """Return when the first of several changes happened."""
    found = list(spans)
    if not found:
        return None
    latest = min(found, key=lambda span: span.latest)
    earliest = min(span.earliest for span in found)
    return latest if earliest == latest.earliest else replace(latest, earliest=earliest)


@dataclass(frozen=True)
class Moments:
    """When each change between two snapshots happened."""

    before: Facts
    after: Facts
    _known: dict[int, Span | None] = field(default_factory=dict)
    _answers: dict[tuple[str, str], Mapping[tuple[str, str], Answer]] = field(default_factory=dict)
    _times: dict[tuple[str, str], Times] = field(default_factory=dict)

    def of(self, changes: Iterable[Change]) -> Span | None:
        """Return when the first of these changes happened, None where nothing bounds it.

        What one node tells of one thing twice (BIRD and calicoctl) is one change.
        """
        told: dict[tuple[str, str], list[Span]] = {}
        for change in changes:
            span = self._of(change)
            if span is None:
                return None
            told.setdefault((change.key.node, _twice(change)), []).append(span)
        return first(min(some, key=_width) for some in told.values())

    def visited(self, node: str) -> Span | None:
        """Return the span between the visits to a node: of what no single answer tells."""
        was, now = self._view("t1", node), self._view("t2", node)
        if was is None or now is None:
            return None
        return Span(was.started, now.ended)

    def at(self, side: str, node: str, time: datetime | None) -> datetime | None:
        """Return a node's time by the collector's clock, None where it cannot be known."""
        view = self._view(side, node)
        if time is None or view is None or view.clock_offset is None:
            return None
        return time.astimezone(UTC) - timedelta(seconds=view.clock_offset)

    def asked(self, side: str, answer: Answer) -> Moment | None:
        """Return when a question was put and answered, by the collector's clock."""
        began = self.at(side, answer.node, answer.started)
        view = self._view(side, answer.node)
        if began is not None:
            return began, began + timedelta(seconds=answer.duration or 0.0)
        return (view.started, view.ended) if view is not None else None

    def times(self, side: str, node: str) -> Times:
        """Return what tells the times of a node in one snapshot."""
        if (side, node) not in self._times:
            view = self._view(side, node)
            self._times[side, node] = Times.of(view.answers if view is not None else ())
        return self._times[side, node]

    def _of(self, change: Change) -> Span | None:
        if id(change) not in self._known:
            self._known[id(change)] = self._found(change)
        return self._known[id(change)]

    def _found(self, change: Change) -> Span | None:
        was, now = self._asked("t1", change), self._asked("t2", change)
        if was is None or now is None:
            return self.visited(change.key.node)
        span = Span(was[0], max(was[0], now[1]))
        for told in self._witnesses(change):
            span = span.narrowed(told)
        return span

    def _witnesses(self, change: Change) -> Iterator[Told]:
        node = change.key.node
        was, now = self._view("t1", node), self._view("t2", node)
        if was is None or now is None or None in (was.clock_offset, now.clock_offset):
            return
        if abs((now.clock_offset or 0.0) - (was.clock_offset or 0.0)) > SKEW.total_seconds():
            return  # a clock was set in between
        times = self.times("t1", node), self.times("t2", node)
        for told in told_times(change, *times):
            at = self.at("t2", node, told.at)
            if at is not None:
                yield replace(told, at=at)

    def _asked(self, side: str, change: Change) -> Moment | None:
        """Return when it was asked: of a fact that is not there, when it would have been told."""
        fact, other = change.before, change.after
        if side == "t2":
            fact, other = other, fact
        if fact is not None:
            return self.asked(side, fact.answer)
        key = change.key
        probe = other.answer.question.probe if other is not None else ""
        answer = self._node_answers(side, key.node).get((key.netns, probe))
        if answer is not None:
            return self.asked(side, answer)
        view = self._view(side, key.node)
        return (view.started, view.ended) if view is not None else None

    def _node_answers(self, side: str, node: str) -> Mapping[tuple[str, str], Answer]:
        if (side, node) not in self._answers:
            facts, view = self._facts(side), self._view(side, node)
            self._answers[side, node] = {
                (facts.netns[node, answer.question.scope], answer.question.probe): answer
                for answer in (view.answers if view is not None else ())
                if (node, answer.question.scope) in facts.netns
            }
        return self._answers[side, node]

    def _facts(self, side: str) -> Facts:
        return self.before if side == "t1" else self.after

    @cached_property
    def _views(self) -> Mapping[tuple[str, str], NodeView]:
        return {
            (side, view.node): view
            for side in ("t1", "t2")
            for view in self._facts(side).snapshot.nodes
        }

    def _view(self, side: str, node: str) -> NodeView | None:
        return self._views.get((side, node))


def _twice(change: Change) -> str:
    """Name what several changes of one node may tell alike: all of one event, but for its node."""
    return "" if change.key.kind in ("calico-peer", "bird-protocol") else f"{id(change)}"


def _width(span: Span) -> timedelta:
    return span.latest - span.earliest
