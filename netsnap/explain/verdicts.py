"""The first line: what a comparison comes to, and the whole of it in one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from netsnap.diff.changes import Difference
from netsnap.explain.cells import reasons
from netsnap.explain.events import Event
from netsnap.explain.explanation import OUTSIDE, Cause, PairChange, Pairs, Pending, Verdict
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
    unread = _never_read(difference)
    changed = any(not is_benign(event) for event in outcome.happened)
    ranked = (
        (pairs.lost or pairs.outside_lost, Verdict.BROKEN),
        (outcome.pending, Verdict.PENDING),
        (pairs.unknown or pairs.outside_unknown, Verdict.CANNOT_TELL),
        (outcome.unfollowed or outcome.takers, Verdict.CANNOT_TELL),
        (pairs.restored or pairs.outside_restored, Verdict.RESTORED),
        (pairs.never_worked, Verdict.BROKEN_BEFORE),
        (unread, Verdict.CANNOT_TELL),
        (changed, Verdict.NOTHING_BROKE),
        (hidden, Verdict.CANNOT_TELL),
    )
    return next((found for holds, found in ranked if holds), Verdict.UNCHANGED)


def sentence(of: Verdict, outcome: Outcome) -> str:
    """Say the whole of it in one line."""
    pairs = outcome.pairs
    number = len(outcome.difference.changes)
    changed = f"{_count(number, 'fact')} changed"
    seen = " that was seen" if any(blind.hides for blind in outcome.difference.blind) else ""
    if of is Verdict.BROKEN:
        return _broken(outcome)
    if of is Verdict.PENDING:
        return f"{_foretold(outcome)}: {outcome.pending[0].cause.sentence}"
    return {
        Verdict.UNCHANGED: _unchanged(outcome),
        Verdict.NOTHING_BROKE: f"{changed}, no pair{seen} was lost.",
        Verdict.RESTORED: (f"{_restored(pairs)} came back; {changed}. {outcome.mended}").rstrip(),
        Verdict.BROKEN_BEFORE: (
            f"Nothing{seen} was lost between t1 and t2; {len(pairs.never_worked)} of {pairs.total} "
            f"pairs failed at t1 already; {changed} since.{_older(outcome)}"
        ),
        Verdict.CANNOT_TELL: _cannot_tell(outcome),
    }[of]


def _never_read(difference: Difference) -> tuple[str, ...]:
    """Return the nodes that neither snapshot reached: what runs there, no pair tells of."""
    spots = (blind.spot for blind in difference.blind if blind.when == "both")
    return tuple(sorted({spot.node for spot in spots if not spot.netns and not spot.probe}))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _restored(pairs: Pairs) -> str:
    """Count what came back: pairs, or ways out where no pair did."""
    if not pairs.restored:
        ways = len(pairs.outside_restored)
        return f"{ways} {'way' if ways == 1 else 'ways'} out of the cluster"
    return f"{len(pairs.restored)} of {_count(pairs.total, 'pair')}"


def _broken(outcome: Outcome) -> str:
    pairs, causes = outcome.pairs, outcome.causes
    what = f"{len(pairs.lost)} of {_count(pairs.total, 'pair')} of workloads lost"
    if not pairs.lost:
        number = len(pairs.outside_lost)
        what = f"{_count(number, 'workload')} lost {'its' if number == 1 else 'their'} way out"
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
    hidden = _count(sum(blind.hides for blind in difference.blind), "blind spot")
    untold = pairs.unknown or pairs.outside_unknown
    if unfollowed and not untold:
        where = ", ".join(sorted({event.node for event in unfollowed}))
        return f"No pair was lost that was seen, but {where} got rules that are not followed."
    if outcome.takers and not untold:
        return (
            f"No pair was lost that was seen, but {outcome.takers[0]}: what it drops is not told."
        )
    if not untold:
        return f"No pair was lost that was seen, but {_what_hides(difference, hidden)}."
    ways = len(pairs.outside_unknown)
    parts = [f"{len(pairs.unknown)} of {_count(pairs.total, 'pair')}"] if pairs.unknown else []
    parts += [f"{ways} {'way' if ways == 1 else 'ways'} out"] if ways else []
    return f"Cannot tell for {' and '.join(parts)}: {_why_untold(untold) or hidden}."


def _what_hides(difference: Difference, hidden: str) -> str:
    unread = _never_read(difference)
    if unread:
        first, more = unread[0], f" and {len(unread) - 1} more" if len(unread) > 1 else ""
        return f"{first}{more} {'were' if more else 'was'} read neither at t1 nor at t2"
    return f"there {'is' if hidden.startswith('1 ') else 'are'} {hidden}"


def _why_untold(untold: Sequence[PairChange]) -> str:
    """Return the reason that most of these pairs have, as an example where others have others."""
    told = reasons(untold)
    why, number = next(((why, n) for why, n in told.most_common() if why), ("", 0))
    return why if not why or number == len(untold) else f"e.g. {why}"
