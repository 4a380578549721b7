"""Which events are causes: undo each in the model of t2, and see which lost pairs come back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from netsnap.diff.changes import Change
from netsnap.explain.cells import NO_PAIRS, Pair, PairSet
from netsnap.explain.chain import UNTESTED, Links, children_of, descendants
from netsnap.explain.events import NODE, Event, EventId, all_changes
from netsnap.explain.explanation import OUTSIDE, Proof
from netsnap.explain.footprint import Footprints
from netsnap.explain.links.happened import Happened
from netsnap.explain.matrix import Matrix, leaves
from netsnap.model.disposition import Endpoint
from netsnap.model.network import Network
from netsnap.model.pairs import pair_state, way_out
from netsnap.model.revert import reverted

Restored = Callable[[Sequence[Change]], PairSet]


@dataclass(frozen=True)
class Culprit:
    """An event that explains lost pairs, with what follows from it.

    ``joint`` holds the other events that had to be undone with it, where none alone sufficed, and
    ``shared`` the pairs of ``explains`` for which that is so. ``lacks`` are the causes among what
    follows, where the event alone says little (``reboot``).
    """

    event: Event
    follows: tuple[Event, ...]
    explains: PairSet
    proof: Proof
    joint: tuple[EventId, ...] = ()
    shared: PairSet = NO_PAIRS
    lacks: "tuple[Culprit, ...]" = ()


def restorer(after: Network, now: Matrix, lost: PairSet) -> Restored:
    """Make the counterfactual test: given changes, which lost pairs work once these are undone?

    Only pairs on whose way the changes lie are walked; ``now`` is the matrix of ``after``.

    The test runs on the model of t2 with t1's value for every change that is undone. ``lost`` are
    the pairs asked for, of whose cells one is walked; OUTSIDE as a target asks for the way out.
    """

    footprints = Footprints(after, now, lost)

    def restored(changes: Sequence[Change]) -> PairSet:
        asked = footprints.may_restore(changes)
        if not asked.held:
            return asked
        undone = reverted(after, changes)
        endpoints = {endpoint.name: endpoint for endpoint in undone.endpoints}
        return asked.only(pair for pair in asked.held if _works(undone, endpoints, pair))

    return restored


def _works(network: Network, endpoints: Mapping[str, Endpoint], pair: Pair) -> bool:
    source, target = endpoints.get(pair[0]), endpoints.get(pair[1])
    if pair[1] == OUTSIDE and source is not None:
        return leaves(way_out(network, source)) is True
    if source is None or target is None:
        return False
    return pair_state(network, source, target).works is True


@dataclass(frozen=True)
class Trial:
    """What the search for culprits works on."""

    happened: Happened
    links: Links
    lost: PairSet
    restored: Restored
    homes: Mapping[str, str] = field(default_factory=dict)  # workload → its node

    def follows(self, event: Event) -> tuple[Event, ...]:
        """List the events that follow from one event."""
        return tuple(self.happened.events[id_] for id_ in descendants(event.id, self._children))

    @cached_property
    def _children(self) -> Mapping[EventId, list[EventId]]:
        return children_of(self.links)

    def roots(self) -> list[Event]:
        """List the events that follow from nothing."""
        return [event for id_, event in self.happened.events.items() if not self.links[id_]]


def culprits(trial: Trial) -> tuple[Culprit, ...]:
    """Find the smallest set of root events that explains all lost pairs, most pairs first.

    Each root is undone together with all that follows from it. Pairs that no single root brings
    back are tried with all roots at once and the set is then made minimal (ddmin).
    """
    if not trial.lost:
        return ()
    alone = [_try_alone(event, trial) for event in trial.roots()]
    chosen = _cover(ranked((each for each in alone if each.explains), trial.happened))
    left = trial.lost
    for culprit in chosen:
        left = left - culprit.explains
    if left.held:
        chosen = _merged(chosen, _jointly(trial, left))
    return tuple(ranked(chosen, trial.happened))


def _merged(alone: list[Culprit], jointly: list[Culprit]) -> list[Culprit]:
    """Tell each event once: what it explains alone, and what only together with others."""
    found = {culprit.event.id: culprit for culprit in jointly}
    for culprit in alone:
        also = found.get(culprit.event.id)
        found[culprit.event.id] = culprit if also is None else replace(
            culprit, explains=culprit.explains | also.explains, joint=also.joint, shared=also.shared
        )  # fmt: skip
    return list(found.values())


def _try_alone(event: Event, trial: Trial) -> Culprit:
    follows = trial.follows(event)
    world = trial.happened.world
    if event.what == NODE and event.node in world.dark:
        return Culprit(event, follows, _ends_on(event.node, trial), Proof.RULE)
    changes = all_changes((event, *follows))
    explains = trial.restored(changes) if changes else trial.lost.only(())
    return Culprit(event, follows, explains, _proof((event, *follows), explains, trial))


def _proof(chain: tuple[Event, ...], explains: PairSet, trial: Trial) -> Proof:
    """A chain with a step outside the model is proved only if its root breaks pairs itself."""
    is_tested = not any(event.what in UNTESTED for event in chain)
    if is_tested or (explains and trial.restored(chain[0].changes) >= explains):
        return Proof.COUNTERFACTUAL
    return Proof.RULE


def _ends_on(node: str, trial: Trial) -> PairSet:
    """Name the lost pairs with an end on a node that was not read at t2."""
    held = trial.lost.held
    return trial.lost.only(p for p in held if node in (trial.homes.get(name) for name in p))


def _rank(culprit: Culprit) -> tuple[int, int, EventId]:
    return (
        -len(culprit.explains),
        0 if culprit.proof is Proof.COUNTERFACTUAL else 1,
        culprit.event.id,
    )


def ranked(culprits: Iterable[Culprit], happened: Happened) -> list[Culprit]:
    """Sort by rank; of those that explain alike, none that surely happened after another leads."""
    waiting = sorted(culprits, key=_rank)
    ordered: list[Culprit] = []
    while waiting:
        equal = [each for each in waiting if _rank(each)[:2] == _rank(waiting[0])[:2]]
        chosen = next((e for e in equal if not _is_late(e, equal, happened)), equal[0])
        ordered.append(chosen)
        waiting.remove(chosen)
    return ordered


def _is_late(culprit: Culprit, others: Iterable[Culprit], happened: Happened) -> bool:
    own = happened.when(culprit.event)
    spans = (happened.when(each.event) for each in others)
    return own is not None and any(span and own.surely_after(span) for span in spans)


def _cover(candidates: list[Culprit]) -> list[Culprit]:
    """Choose as few culprits as explain all that the candidates, in order, explain together."""
    chosen: list[Culprit] = []
    covered = NO_PAIRS
    waiting = list(candidates)
    while waiting:
        best = max(waiting, key=lambda each: len(each.explains - covered))
        if not best.explains - covered:
            break
        chosen.append(best)
        covered = best.explains | covered
        waiting.remove(best)
    return chosen


def _jointly(trial: Trial, left: PairSet) -> list[Culprit]:
    """Find a minimal set of roots that only together bring back what is left."""

    def back(group: Sequence[Event]) -> PairSet:
        undone = [c for event in group for c in all_changes((event, *trial.follows(event)))]
        return trial.restored(undone) & left

    group = trial.roots()
    goal = back(group)
    if not goal:
        return []
    group = ddmin(group, lambda some: back(some) >= goal)
    names = tuple(event.id for event in group)
    return [
        Culprit(
            event=event,
            follows=trial.follows(event),
            explains=goal,
            proof=Proof.COUNTERFACTUAL,
            joint=tuple(name for name in names if name != event.id),
            shared=goal,
        )
        for event in group
    ]


def ddmin(items: list[Event], holds: Callable[[Sequence[Event]], bool]) -> list[Event]:
    """Shrink ``items`` to a subset from which none can be left out (Zeller, 2002).

    ``holds(items)`` must be true at the start; the result is 1-minimal.
    """
    parts = 2
    while len(items) > 1:
        size = max(1, len(items) // parts)
        chunks = [items[start : start + size] for start in range(0, len(items), size)]
        for chunk in chunks:
            rest = [item for item in items if item not in chunk]
            if holds(rest):
                items, parts = rest, max(parts - 1, 2)
                break
        else:
            if parts >= len(items):
                break
            parts = min(len(items), parts * 2)
    return items
