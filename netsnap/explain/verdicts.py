"""The first line: what a comparison comes to, and the whole of it in one sentence."""

from dataclasses import dataclass
from datetime import UTC

from netsnap.diff.changes import Difference
from netsnap.explain.cells import reasons
from netsnap.explain.events import Event
from netsnap.explain.explanation import OUTSIDE, Cause, Pairs, Pending, Verdict
from netsnap.explain.noise import is_benign


@dataclass(frozen=True)
class Outcome:
    """All that a verdict hangs on.

    ``unfollowed`` are events of rules that the model does not follow and that may end packets,
    ``witnesses`` the events that left nothing behind, ``mended`` what brought pairs back, in a
    sentence. ``aftermath`` says what is over and has its effect still, ``older`` what ``check``
    says first of t2.
    """

    pairs: Pairs
    difference: Difference
    happened: tuple[Event, ...]
    unfollowed: tuple[Event, ...]
    causes: tuple[Cause, ...]
    pending: tuple[Pending, ...]
    witnesses: tuple[str, ...] = ()
    mended: str = ""
    aftermath: tuple[str, ...] = ()
    older: str = ""
    takers: tuple[str, ...] = ()  # what came on pairs' ways and may end packets early


def verdict(outcome: Outcome) -> Verdict:
    """Return the verdict of the model; what pings say of it is not asked."""
    pairs, difference = outcome.pairs, outcome.difference
    hidden = any(blind.hides for blind in difference.blind)
    changed = any(not is_benign(event) for event in outcome.happened)
    ranked = (
        (pairs.lost or pairs.outside_lost, Verdict.BROKEN),
        (outcome.pending, Verdict.PENDING),
        (pairs.unknown or pairs.outside_unknown, Verdict.CANNOT_TELL),
        (outcome.unfollowed or outcome.takers, Verdict.CANNOT_TELL),
        (pairs.restored or pairs.outside_restored, Verdict.RESTORED),
        (pairs.never_worked, Verdict.BROKEN_BEFORE),
        (changed, Verdict.NOTHING_BROKE),
        (hidden, Verdict.CANNOT_TELL),
    )
    return next((found for holds, found in ranked if holds), Verdict.UNCHANGED)


def sentence(of: Verdict, outcome: Outcome) -> str:
    """Say the whole of it in one line."""
    pairs = outcome.pairs
    number = len(outcome.difference.changes)
    changed = f"{number} fact{'' if number == 1 else 's'} changed"
    if of is Verdict.BROKEN:
        return _broken(outcome)
    if of is Verdict.PENDING:
        return f"{_foretold(outcome)}: {outcome.pending[0].cause.sentence}"
    return {
        Verdict.UNCHANGED: _unchanged(outcome),
        Verdict.NOTHING_BROKE: f"{changed}, no pair was lost.",
        Verdict.RESTORED: (
            f"{len(pairs.restored)} of {pairs.total} pairs came back; {changed}. {outcome.mended}"
        ).rstrip(),
        Verdict.BROKEN_BEFORE: (
            f"Nothing was lost between t1 and t2; {len(pairs.never_worked)} of {pairs.total} "
            f"pairs failed at t1 already; {changed} since.{_older(outcome)}"
        ),
        Verdict.CANNOT_TELL: _cannot_tell(outcome),
    }[of]


def _broken(outcome: Outcome) -> str:
    pairs, causes = outcome.pairs, outcome.causes
    what = f"{len(pairs.lost)} of {pairs.total} pairs of workloads lost"
    if not pairs.lost:
        what = f"{len(pairs.outside_lost)} workloads lost their way out"
    why = causes[0].sentence if causes else "no change that was read explains it."
    return f"{what}: {why}"


def _older(outcome: Outcome) -> str:
    """Point to what shows a fault that no comparison does."""
    over = f" {outcome.aftermath[0]}." if outcome.aftermath else ""
    return over + (f" netsnap check T2 says first: {outcome.older}." if outcome.older else "")


def _unchanged(outcome: Outcome) -> str:
    if not outcome.witnesses:
        return "Nothing changed."
    more = len(outcome.witnesses) - 1
    told = f"Nothing is another at t2, but it was in between: {outcome.witnesses[0]}"
    return f"{told}, and {more} more." if more else f"{told}."


def _foretold(outcome: Outcome) -> str:
    """Say what timers will do: "No pair is lost yet, 16 of 30 will be by 18:59:27Z"."""
    lost = {(each.source, each.target) for one in outcome.pending for each in one.pairs}
    number = sum(target != OUTSIDE for _, target in lost)
    until = [each.until for each in outcome.pending]
    known = [time for time in until if time is not None]
    by = f" by {max(known).astimezone(UTC):%H:%M:%SZ}" if len(known) == len(until) else ""
    if not number:
        return f"No way out is lost yet, {len(lost)} will be{by}"
    return f"No pair is lost yet, {number} of {outcome.pairs.total} will be{by}"


def _cannot_tell(outcome: Outcome) -> str:
    pairs, difference, unfollowed = outcome.pairs, outcome.difference, outcome.unfollowed
    hidden = f"{sum(blind.hides for blind in difference.blind)} blind spots"
    untold = pairs.unknown or pairs.outside_unknown
    if unfollowed and not untold:
        where = ", ".join(sorted({event.node for event in unfollowed}))
        return f"No pair was lost that was seen, but {where} got rules that are not followed."
    if outcome.takers and not untold:
        return (
            f"No pair was lost that was seen, but {outcome.takers[0]}: what it drops is not told."
        )
    if not untold:
        return f"No pair was lost that was seen, but there are {hidden}."
    why = next((text for text, _ in reasons(untold).most_common() if text), hidden)
    if not pairs.unknown:
        return f"Cannot tell for {len(untold)} {'way' if len(untold) == 1 else 'ways'} out: {why}."
    return f"Cannot tell for {len(untold)} of {pairs.total} pairs: {why}."
