"""Two snapshots in, an explanation out."""

from collections import Counter
from collections.abc import Iterable
from itertools import chain

from netsnap.diff.changes import Change, Difference
from netsnap.explain.causes import Culprit, Trial, culprits, restorer
from netsnap.explain.chain import parents
from netsnap.explain.events import Event, World, all_changes, events
from netsnap.explain.evidence import Raw, Witness
from netsnap.explain.explanation import (
    OUTSIDE,
    Cause,
    Effect,
    Explanation,
    PairChange,
    Pairs,
    Proof,
    Verdict,
    When,
)
from netsnap.explain.latent import latent, may_stop
from netsnap.explain.links.happened import Happened
from netsnap.explain.mending import menders
from netsnap.explain.noise import is_benign, noise, witnesses
from netsnap.explain.observed import Comparison, judged, leading
from netsnap.explain.pairs import Pair, compare_pairs, matrix
from netsnap.explain.pings import Pings
from netsnap.explain.story import primary, story
from netsnap.explain.tell import clause
from netsnap.model.network import Network
from netsnap.model.wording import Lexicon
from parsers.facts import Facts


def explain(before: Facts, after: Facts, difference: Difference, raw: Raw) -> Explanation:
    """Say what changed between two snapshots, which change did it, and who is cut off.

    ``difference`` is ``netsnap.diff.compare(before, after)``; ``raw`` fetches the bytes of an
    answer by digest, for the evidence.
    """
    world = World(before, after, difference)
    earlier, later = Network.of(before, assumed=after), Network.of(after, assumed=before)
    lexicon = Lexicon()
    then, now = matrix(earlier, lexicon), matrix(later, lexicon)
    pairs = compare_pairs(then, now)
    happened = events(world)
    lost = _names(pairs.lost, pairs.outside_lost)
    mended = menders(
        world, happened, (earlier, then), _names(pairs.restored, pairs.outside_restored)
    )
    happening = Happened(happened, world)
    trial = Trial(happening, parents(happening), lost, restorer(later, now, lost))
    found = culprits(trial)
    witness = Witness(before, after, raw, {})
    seen = Comparison(Pings(earlier), Pings(later), pairs, witness, difference)
    observed = seen.observations()
    causes = tuple(_cause(culprit, world, witness, seen) for culprit in found)
    told = [event for culprit in found for event in (culprit.event, *culprit.follows)]
    unfollowed = [event for event in happened.values() if may_stop(event, world)]
    modelled = _verdict(pairs, difference, list(happened.values()), unfollowed)
    verdict = judged(modelled, observed, pairs)
    own = (
        ""
        if verdict is not modelled
        else (
            _sentence(verdict, pairs, causes, difference, unfollowed) + _by(verdict, mended, world)
        )
    )
    return Explanation(
        verdict=verdict,
        sentence=" ".join(filter(None, (own, leading(observed, verdict)))),
        causes=causes,
        pairs=pairs,
        difference=difference,
        noise=noise(told, world),
        witnesses=(
            *(f"mended: {_mending(culprit, world)}" for culprit in mended),
            *latent([each for each in trial.roots() if each not in told], world),
            *witnesses(world),
            *seen.notes(),
        ),
        observed=observed,
    )


def _names(*pairs: Iterable[PairChange]) -> frozenset[Pair]:
    return frozenset((each.source, each.target) for each in chain(*pairs))


def _mending(culprit: Culprit, world: World) -> str:
    proved = culprit.proof is Proof.COUNTERFACTUAL
    how = "proved: done in the model of t1," if proved else "by rule, not proved:"
    return (
        f"{story(culprit, world).sentence}{_together(culprit)} ({how} {_counted(culprit.explains)})"
    )


def _by(verdict: Verdict, mended: tuple[Culprit, ...], world: World) -> str:
    if verdict is not Verdict.RESTORED or not mended:
        return ""
    return f" {story(mended[0], world).sentence}"


def _cause(culprit: Culprit, world: World, witness: Witness, seen: Comparison) -> Cause:
    told = story(culprit, world)
    first = primary(culprit.event)
    own = sorted(culprit.event.changes, key=lambda change: change is not first)
    shown = own or all_changes(culprit.follows)
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
        explains=tuple(sorted(culprit.explains)),
        keys=tuple(change.key for change in own),
        agree=seen.agreeing(culprit.explains),
        disagree=seen.disagreeing(culprit.explains),
        when=_when(culprit, world),
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
    return f" {_counted(culprit.shared)} only if {others} undone too."


def _counted(explained: frozenset[Pair]) -> str:
    """Say "4 pairs come back", or how many ways out, where it is only these."""
    pairs = sum(target != OUTSIDE for _, target in explained)
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


def _verdict(
    pairs: Pairs, difference: Difference, happened: list[Event], unfollowed: list[Event]
) -> Verdict:
    if pairs.lost or pairs.outside_lost:
        return Verdict.BROKEN
    if pairs.unknown or pairs.outside_unknown or unfollowed:
        return Verdict.CANNOT_TELL
    if pairs.restored or pairs.outside_restored:
        return Verdict.RESTORED
    if pairs.never_worked:
        return Verdict.BROKEN_BEFORE
    if any(not is_benign(event) for event in happened):
        return Verdict.NOTHING_BROKE
    hidden = any(blind.hides for blind in difference.blind)
    return Verdict.CANNOT_TELL if hidden else Verdict.UNCHANGED


def _sentence(
    verdict: Verdict,
    pairs: Pairs,
    causes: tuple[Cause, ...],
    difference: Difference,
    unfollowed: list[Event],
) -> str:
    lost = f"{len(pairs.lost)} of {pairs.total} pairs of workloads lost"
    if verdict is Verdict.BROKEN:
        what = lost if pairs.lost else f"{len(pairs.outside_lost)} workloads lost their way out"
        why = causes[0].sentence if causes else "no change that was read explains it."
        return f"{what}: {why}"
    return {
        Verdict.UNCHANGED: "Nothing changed.",
        Verdict.NOTHING_BROKE: f"{len(difference.changes)} facts changed, no pair was lost.",
        Verdict.RESTORED: f"{len(pairs.restored)} of {pairs.total} pairs came back.",
        Verdict.BROKEN_BEFORE: (
            f"Nothing was lost between t1 and t2; {len(pairs.never_worked)} of {pairs.total} "
            "pairs failed at t1 already."
        ),
        Verdict.CANNOT_TELL: _cannot_tell(pairs, difference, unfollowed),
    }[verdict]


def _cannot_tell(pairs: Pairs, difference: Difference, unfollowed: list[Event]) -> str:
    hidden = f"{sum(blind.hides for blind in difference.blind)} blind spots"
    untold = pairs.unknown or pairs.outside_unknown
    if unfollowed and not untold:
        where = ", ".join(sorted({event.node for event in unfollowed}))
        return f"No pair was lost that was seen, but {where} got rules that are not followed."
    if not untold:
        return f"No pair was lost that was seen, but there are {hidden}."
    reasons = Counter(each.reason for each in untold if each.reason)
    why = reasons.most_common(1)[0][0] if reasons else hidden
    if not pairs.unknown:
        return f"Cannot tell for {len(untold)} {'way' if len(untold) == 1 else 'ways'} out: {why}."
    return f"Cannot tell for {len(untold)} of {pairs.total} pairs: {why}."
