"""Clocks that are apart, and a sweep so long that things moved while the nodes were read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from statistics import median_low

from collector.capture import HOST
from netsnap.explain.events import World
from netsnap.explain.explanation import OUTSIDE, PairChange, Pairs
from netsnap.explain.grouping import groups
from netsnap.explain.matrix import Matrix, failing
from netsnap.explain.moments import SKEW
from netsnap.explain.witnesses import since
from netsnap.model.disposition import Disposition
from parsers.records import BirdProtocol, Route

_ESTABLISHED = "Established"
SET = 4.0
"""Seconds by which a clock surely was set: each of two offsets may be measured late."""


def clocks(world: World) -> Iterator[str]:
    """Yield a line for each clock that is not as most are, and for each that was set."""
    before, known = (
        {
            view.node: view.clock_offset
            for view in facts.snapshot.nodes
            if view.clock_offset is not None
        }
        for facts in (world.before, world.after)
    )
    for node, apart in _apart(known).items():
        how = "ahead of" if apart > 0 else "behind"
        yield (
            f"the clock of {node} is {abs(apart):.1f} s {how} the others: "
            "its times are corrected by it"
        )
    moved = {node: known[node] - before[node] for node in known.keys() & before.keys()}
    for node, by in _apart(moved, SET).items():
        yield f"the clock of {node} was set by {by:+.1f} s: what it told before is not compared"


def _apart(values: Mapping[str, float], most: float = SKEW.total_seconds()) -> dict[str, float]:
    """Return those that differ from most others by more than so many seconds, and by how much."""
    if not values:
        return {}
    middle = median_low(values.values())
    return {
        node: value - middle for node, value in sorted(values.items()) if abs(value - middle) > most
    }


@dataclass(frozen=True, slots=True)
class Recovery:
    """A session that came up after one of its ends was read and before the other was."""

    session: str
    early: str  # the node that was read before
    late: str
    at: datetime

    @property
    def words(self) -> str:
        """Say so."""
        return (
            f"{self.early} was read before {self.late}, and their BGP session came up in between, "
            f"at {self.at.astimezone(UTC):%H:%M:%SZ}"
        )


@dataclass(frozen=True)
class Sweep:
    """The second snapshot, as it was taken: node by node."""

    world: World

    def told(self, pairs: Pairs, now: Matrix) -> Pairs:
        """Return the pairs less those lost on a node that was read before it recovered.

        Of these it cannot be told whether they are lost.
        """
        early = {each.early: each for each in self.recoveries}
        if not early or not (pairs.lost or pairs.outside_lost):
            return pairs
        doubted = [
            replace(each, after=Disposition.UNKNOWN, reason=early[node].words)
            for each in pairs.lost
            if (node := _failing_node(each, now)) in early
        ]
        names = {(each.source, each.target) for each in doubted}
        lost = tuple(each for each in pairs.lost if (each.source, each.target) not in names)
        if not doubted:
            return pairs
        unknown = tuple(sorted((*pairs.unknown, *doubted), key=lambda p: (p.source, p.target)))
        return replace(pairs, lost=lost, unknown=unknown, lost_groups=groups(lost))

    @cached_property
    def recoveries(self) -> tuple[Recovery, ...]:
        """The sessions that came up while the nodes were read."""
        read = self._read
        if len(read) < 2 or max(read.values()) - min(read.values()) <= SKEW:  # noqa: PLR2004 -- two
            return ()
        return tuple(self._found(read))

    def _found(self, read: Mapping[str, datetime]) -> Iterator[Recovery]:
        moments = self.world.moments
        for fact in self.world.after.of_kind(BirdProtocol.kind):
            key, record = fact.key, fact.record
            if not isinstance(record, BirdProtocol) or record.connection != _ESTABLISHED:
                continue
            peer = self.world.owners.get(record.neighbour, ("", ""))[0]
            at = moments.at("t2", key.node, since(record, moments.times("t2", key.node)))
            if at is not None and peer in read and at - read[peer] > -SKEW and peer != key.node:
                yield Recovery(f"{key.node}–{peer}", peer, key.node, at)

    @cached_property
    def _read(self) -> Mapping[str, datetime]:
        """When each node's routes were read, the first of its answers that tell any."""
        found: dict[str, datetime] = {}
        for view in self.world.after.snapshot.nodes:
            for answer in view.answers:
                if answer.question.scope == HOST and any(
                    isinstance(record, Route) for record in answer.reading.records[:1]
                ):
                    asked = self.world.moments.asked("t2", answer)
                    if asked is not None:
                        found.setdefault(view.node, asked[0])
        return found


def _failing_node(pair: PairChange, now: Matrix) -> str:
    """Return the node on which a lost pair's packet ends."""
    if pair.target == OUTSIDE or not now.holds((pair.source, pair.target)):
        return ""
    hops = failing(now.state((pair.source, pair.target))).hops
    return hops[-1].node if hops else ""
