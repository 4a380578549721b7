"""Causes as they are told: a culprit, or what a timer waits for, with its words and its lines."""

from netsnap.diff.changes import Change
from netsnap.explain.causes import Culprit, Trial
from netsnap.explain.cells import NO_PAIRS, PairSet
from netsnap.explain.events import Event, World, all_changes
from netsnap.explain.evidence import Witness
from netsnap.explain.explanation import Cause, Effect, Pending, Proof, When
from netsnap.explain.observed import Comparison
from netsnap.explain.pending import Forecast
from netsnap.explain.stops import Reason
from netsnap.explain.story import primary, story
from netsnap.explain.tell import clause


def told_cause(culprit: Culprit, world: World, witness: Witness, seen: Comparison) -> Cause:
    """Tell a culprit as a cause."""
    told = story(culprit, world)
    first = primary(culprit.event)
    own = sorted(culprit.event.changes, key=lambda change: change is not first)
    lacking = all_changes(each.event for each in culprit.lacks)
    shown = [*lacking, *own] or all_changes(culprit.follows)
    return Cause(
        node=culprit.event.node,
        netns=culprit.event.netns,
        what=told.what,
        subject=told.subject,
        before=told.before,
        after=told.after,
        proof=culprit.proof,
        sentence=told.sentence + _together(culprit),
        evidence=witness.of_changes(shown),
        consequences=tuple(
            _effect(event, change, witness)
            for event in culprit.follows
            for change in _distinct(event)
        ),
        explains=culprit.explains,
        ways_out=len(culprit.explains) - len(culprit.explains.inside()),
        keys=tuple(change.key for change in own),
        agree=seen.agreeing(culprit.explains),
        disagree=seen.disagreeing(culprit.explains),
        when=_when(culprit, world),
    )


def told_pending(forecast: Forecast, trial: Trial, witness: Witness, seen: Comparison) -> Pending:
    """Tell a forecast with the change that is behind it, or with what stands there since before."""
    event, world = trial.happened.events.get(forecast.reason.event), trial.happened.world
    lost = forecast.pairs
    if event is not None:
        culprit = Culprit(event, trial.follows(event), NO_PAIRS, Proof.RULE)
        cause = told_cause(culprit, world, witness, seen)
    else:
        cause = _standing(forecast.reason, world, witness)
    return Pending(
        cause=cause,
        sessions=forecast.sessions,
        until=forecast.until,
        timer=forecast.timer,
        pairs=forecast.lost,
        groups=lost.lost_groups,
    )


def _standing(reason: Reason, world: World, witness: Witness) -> Cause:
    """Tell what no change is behind; that it was so at t1 only where t1 shows it."""
    fact = reason.fact
    was = world.before.by_key.get(fact.key) if fact is not None else None
    is_old = was is not None and fact is not None and was.record == fact.record
    what, node, netns, subject = reason.event
    return Cause(
        node=node,
        netns=netns,
        what=what,
        subject=subject,
        before="",
        after="",
        proof=Proof.RULE,
        sentence=f"{reason.words}{', at t1 already' if is_old else ''}.",
        evidence=(witness.of_fact("t2", fact),) if fact is not None else (),
        consequences=(),
        explains=(),
    )


def _when(culprit: Culprit, world: World) -> When | None:
    """Return when a cause happened: before its first consequence did, if that is told closer."""
    span = world.when(culprit.event)
    if span is None:
        return None
    for event in culprit.follows:
        after = world.when(event)
        if span.at is None and after is not None:
            span = span.before(after)
    return When(span.earliest, span.latest, span.at, span.by)


def _together(culprit: Culprit) -> str:
    if not culprit.shared:
        return ""
    one = len(culprit.joint) == 1
    others = "another cause is" if one else f"{len(culprit.joint)} other causes are"
    lose = "it" if len(culprit.shared) == 1 else "them"
    return f" {_counted(culprit.shared)} only if {others} undone too: each alone loses {lose}."


def _counted(explained: PairSet) -> str:
    """Say "4 pairs come back", or how many ways out, where it is only these."""
    pairs = len(explained.inside())
    number, noun = (pairs, "pair") if pairs else (len(explained), "way out")
    if number == 1:
        return f"1 {noun} comes back"
    return f"{number} {'pairs' if pairs else 'ways out'} come back"


def _distinct(event: Event) -> tuple[Change, ...]:
    """A session is told once, by its best witness; other events by each changed fact."""
    best = primary(event)
    if event.what == "BGP session" and best is not None:
        return (best,)
    return event.changes


def _effect(event: Event, change: Change, witness: Witness) -> Effect:
    return Effect(
        node=change.key.node,
        netns=change.key.netns,
        what=event.what,
        sentence=clause(change),
        evidence=witness.of_change(change),
    )


def told_mending(culprit: Culprit, world: World) -> str:
    """Tell what brought pairs back, in one line."""
    proved = culprit.proof is Proof.COUNTERFACTUAL
    how = "proved: done in the model of t1," if proved else "by rule, not proved:"
    return (
        f"{story(culprit, world).sentence}{_together(culprit)} ({how} {_counted(culprit.explains)})"
    )
