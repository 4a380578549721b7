"""Causes beside a cause: each alone stops a BGP session, so that only both undone bring it back.

The search for causes undoes a root with all that follows from it, the session's end included. A
second root that surely stops the same session would keep it down: it is told as well, or in the
place of one that only may have stopped it.
"""

from collections.abc import Mapping
from dataclasses import replace

from netsnap.explain.causes import Culprit, Trial, ranked
from netsnap.explain.cells import PairSet
from netsnap.explain.chain import UNTESTED
from netsnap.explain.events import DAEMON, FILTER, SESSION, Event, EventId, all_changes
from netsnap.explain.explanation import Proof
from netsnap.explain.sessions import Sessions

_SURE = frozenset({DAEMON, FILTER})
"""What stops a session whatever else is undone: a BIRD that does not run, a filter that drops."""


def with_those_beside(
    found: tuple[Culprit, ...], trial: Trial, sessions: Sessions
) -> tuple[Culprit, ...]:
    """Return the culprits with those that stop the same sessions, each of which alone would do."""
    told = {culprit.event.id: culprit for culprit in found}
    sure = [event for event in trial.roots() if event.what in _SURE]
    if not found or not sure:
        return found
    stoppers = {
        event.id: roots
        for event in trial.happened.events.values()
        if event.what == SESSION and (roots := _stoppers(event, sure, sessions))
    }
    for culprit in found:
        for other, ended in _others(culprit, stoppers, trial).items():
            shared = culprit.explains - _back_without(ended, culprit, trial)
            if shared.held and _is_sure(culprit, ended, stoppers):
                _join(told, culprit.event, trial.happened.events[other], shared, trial)
            elif shared.held:
                _yield(told, culprit.event, trial.happened.events[other], shared, trial)
    return tuple(ranked((each for each in told.values() if each.explains), trial.happened))


def _stoppers(session: Event, sure: list[Event], sessions: Sessions) -> frozenset[EventId]:
    """Return the roots that surely stop a session at t2, by themselves."""
    nodes = session.subject.split("–")
    may = {event.id for event in sure if event.node in nodes}
    if not may:
        return frozenset()
    return frozenset(reason.event for reason in sessions.reasons(nodes) if reason.event in may)


def _others(
    culprit: Culprit, stoppers: Mapping[EventId, frozenset[EventId]], trial: Trial
) -> dict[EventId, list[Event]]:
    """Return who else stops sessions that follow from a culprit, and these sessions."""
    found: dict[EventId, list[Event]] = {}
    for event in culprit.follows:
        for root in sorted(stoppers.get(event.id, frozenset()) - {culprit.event.id}):
            if event in trial.follows(trial.happened.events[root]):
                found.setdefault(root, []).append(event)
    return found


def _is_sure(
    culprit: Culprit, ended: list[Event], stoppers: Mapping[EventId, frozenset[EventId]]
) -> bool:
    """Say whether a culprit by itself keeps these sessions down, or the pairs lost."""
    return culprit.event.what not in UNTESTED or all(
        culprit.event.id in stoppers[each.id] for each in ended
    )


def _back_without(ended: list[Event], culprit: Culprit, trial: Trial) -> PairSet:
    """Return what comes back if a culprit is undone and these sessions stay down."""
    down = {each.id for session in ended for each in (session, *trial.follows(session))}
    kept = [each for each in (culprit.event, *culprit.follows) if each.id not in down]
    return trial.restored(all_changes(kept))


def _join(
    told: dict[EventId, Culprit], one: Event, other: Event, shared: PairSet, trial: Trial
) -> None:
    """Have both explain the pairs that come back only if both are undone."""
    for event, beside in ((one, other), (other, one)):
        known = _known(told, event, shared, trial)
        told[event.id] = replace(
            known,
            joint=tuple(dict.fromkeys((*known.joint, beside.id))),
            shared=shared | known.shared,
        )


def _yield(
    told: dict[EventId, Culprit], one: Event, other: Event, pairs: PairSet, trial: Trial
) -> None:
    """Have the one that surely suffices explain what the other only may have done."""
    told[other.id] = _known(told, other, pairs, trial)
    told[one.id] = replace(told[one.id], explains=told[one.id].explains - pairs)


def _known(told: Mapping[EventId, Culprit], event: Event, more: PairSet, trial: Trial) -> Culprit:
    known = told.get(event.id)
    if known is None:
        return Culprit(event, trial.follows(event), more, Proof.RULE)
    return replace(known, explains=known.explains | more)
