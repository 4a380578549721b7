"""The verdict that pings leave of the model's."""

from collections.abc import Sequence

from netsnap.explain.explanation import (
    Observation,
    Observed,
    Pairs,
    Verdict,
)


def judged(verdict: Verdict, told: Sequence[Observation], pairs: Pairs) -> Verdict:
    """Return the verdict that the pings leave of the model's."""
    kinds = {each.kind for each in told}
    if Observed.LOST in kinds:
        return Verdict.BROKEN
    if verdict is Verdict.BROKEN and _all_contradicted(told, pairs):
        return Verdict.CANNOT_TELL
    if verdict not in (Verdict.UNCHANGED, Verdict.NOTHING_BROKE):
        return verdict
    for kind, instead in _INSTEAD:
        if kind in kinds:
            return instead
    return verdict


_INSTEAD = (
    (Observed.ONLY_AT_T2, Verdict.CANNOT_TELL),
    (Observed.STILL_LOST, Verdict.BROKEN_BEFORE),
    (Observed.RESTORED, Verdict.RESTORED),
)


def _all_contradicted(told: Sequence[Observation], pairs: Pairs) -> bool:
    """Say whether no lost pair is without a ping that was answered all the same."""
    answered = sum(len(each.pairs) for each in told if each.kind is Observed.CONTRADICTED)
    return answered == len(pairs.lost) and not pairs.outside_lost


def leading(told: Sequence[Observation], verdict: Verdict) -> str:
    """Return the sentence that an observation gives the whole explanation, "" if none does."""
    kinds = {
        Verdict.BROKEN: (Observed.LOST,),
        Verdict.CANNOT_TELL: (Observed.CONTRADICTED, Observed.ONLY_AT_T2),
        Verdict.BROKEN_BEFORE: (Observed.STILL_LOST,),
        Verdict.RESTORED: (Observed.RESTORED,),
    }.get(verdict, ())
    return next((each.sentence for each in told if each.kind in kinds), "")
