"""One way through a snapshot, hop by hop, with the line that decided at each."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from netsnap.explain.evidence import Witness
from netsnap.explain.explanation import Evidence
from netsnap.explain.pings import Pings
from netsnap.model.disposition import Disposition, Endpoint, Path
from netsnap.model.mtu import Limit, narrowest
from netsnap.model.network import Network
from netsnap.model.pairs import both_states, way_out
from parsers.facts import Fact
from parsers.roles import Role, fields_of


@dataclass(frozen=True)
class Step:
    """One hop. ``evidence`` is the line that decided, None where an absence did."""

    node: str
    netns: str
    ingress: str
    device: str
    note: str
    evidence: Evidence | None
    decided: tuple[Any, ...] = ()  # the deciding fact, without what moves by itself

    def same_as(self, other: "Step") -> bool:
        """Say whether a packet fares here as it does there."""
        mine = (self.node, self.netns, self.ingress, self.device, self.note, self.decided)
        return mine == (
            other.node, other.netns, other.ingress, other.device, other.note, other.decided,
        )  # fmt: skip


@dataclass(frozen=True)
class Way:
    """A packet's way. ``doubts`` are what may end it and cannot be told.

    ``limit`` is the interface that takes smaller packets than the sender's own, None if none does.
    """

    source: str
    target: str
    steps: tuple[Step, ...]
    disposition: Disposition
    reason: str
    doubts: tuple[str, ...]
    limit: Limit | None = None

    def parts_from(self, other: "Way") -> int | None:
        """Return the number (from 0) of the first step that differs, None if none does."""
        for number, (mine, theirs) in enumerate(zip_longest(self.steps, other.steps)):
            if mine is None or theirs is None or not mine.same_as(theirs):
                return number
        return None if self.disposition is other.disposition else len(self.steps)


@dataclass(frozen=True)
class Heard:
    """A ping that was sent on this very way.

    ``size`` and ``answered`` are those of ``parsers.records.Ping``.
    """

    size: str
    answered: str
    evidence: Evidence


@dataclass(frozen=True)
class Trace:
    """The way there and the way of the answer; ``back`` is None for an end outside."""

    there: Way
    back: Way | None
    works: bool | None
    heard: tuple[Heard, ...] = ()


def trace(
    network: Network, source: Endpoint, target: Endpoint, witness: Witness, side: str
) -> Trace:
    """Walk from one end to the other and back. The source must be in the snapshot."""
    if not target.node:
        out = way_out(network, source, target.addresses[0])
        way = _way(network, out, (source.name, target.name), witness, side)
        left = {Disposition.LEFT_CLUSTER: True, Disposition.UNKNOWN: None}
        return Trace(way, None, left.get(out.disposition, False))
    state = both_states(network, source, target)[0]
    return Trace(
        _way(network, state.there, (source.name, target.name), witness, side),
        _way(network, state.back, (target.name, source.name), witness, side),
        state.works,
        tuple(_heard(network, source, target, witness, side)),
    )


def _heard(
    network: Network, source: Endpoint, target: Endpoint, witness: Witness, side: str
) -> Iterator[Heard]:
    for seen in Pings(network).ways.values():
        ends = ((seen.source, source), (seen.target, target))
        if all(
            (one.node, one.netns) == (other.node, other.netns)
            and set(one.addresses) & set(other.addresses)
            for one, other in ends
        ):
            yield Heard(seen.ping.size, seen.ping.answered, witness.of_fact(side, seen.fact))


def _way(network: Network, path: Path, ends: tuple[str, str], witness: Witness, side: str) -> Way:
    steps = tuple(_steps(network, path, witness, side))
    limit = narrowest(network, path)
    return Way(*ends, steps, path.disposition, path.reason, path.doubts, limit)


def _steps(network: Network, path: Path, witness: Witness, side: str) -> Iterator[Step]:
    for hop in path.hops:
        space = network.spaces.get((hop.node, hop.netns))
        fact = space.facts.get(hop.decided_by) if space and hop.decided_by else None
        evidence = witness.of_fact(side, fact) if fact is not None else None
        decided = _lasting(fact) if fact is not None else ()
        yield Step(hop.node, hop.netns, hop.ingress, hop.device, hop.note, evidence, decided)


def _lasting(fact: Fact) -> tuple[Any, ...]:
    kind: type = type(fact.record)
    names = (*fields_of(kind, Role.IDENTITY), *fields_of(kind, Role.STATE))
    return tuple(getattr(fact.record, name) for name in names)
