"""An explanation as an outline of plain lines: what terminal and Markdown have in common.

The first screen is bounded: verdict, causes with their consequences folded, lost pairs in groups,
what cannot be told, churn. Everything else is under ``--details`` or in the JSON.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from netsnap.explain.explanation import (
    OUTSIDE,
    Cause,
    Effect,
    Evidence,
    Explanation,
    Observation,
    Observed,
    Pending,
    Proof,
    Verdict,
)
from netsnap.report import pairlines
from netsnap.report.blindlines import blind_lines
from netsnap.report.words import NOUNS, count, instant, moment, names

CONSEQUENCES_SHOWN = 3  # the last of them, if there are more, is the count of the rest
EVIDENCE_SHOWN = 2
GROUPS_SHOWN = 4
FEW = 2
BLIND_SHOWN = 4

PROOFS = {
    Proof.COUNTERFACTUAL: "proved: undone in the model of t2, {what} {come} back",
    Proof.RULE: "by rule, not proved: {what} {hang} on it",
}


@dataclass(frozen=True)
class CauseLines:
    """One cause: its headline, why it is one, its evidence and its consequences' sentences.

    An observation has the same form, and no proof: it is one.
    """

    headline: str
    proof: str
    evidence: tuple[Evidence, ...]
    consequences: tuple[str, ...]
    when: str = ""


@dataclass(frozen=True)
class Outline:
    """The report's parts, each a list of lines without markup."""

    verdict: str
    sentence: str
    causes: tuple[CauseLines, ...]
    pending: tuple[CauseLines, ...]
    observed: tuple[CauseLines, ...]
    pairs: tuple[str, ...]
    blind: tuple[str, ...]
    witnesses: tuple[str, ...]
    noise: tuple[str, ...]


def outline(told: Explanation, *, details: bool = False, whole: bool = False) -> Outline:
    """Arrange an explanation for a reader; ``details`` lifts the bounds on what is shown.

    So does ``whole``, for who bounds it himself, and it tells no more of each thing.
    """
    free = details or whole
    return Outline(
        verdict=str(told.verdict).upper(),
        sentence=_headline(told),
        causes=tuple(_cause(each, told, details=details, whole=whole) for each in told.causes),
        pending=tuple(_pending(each, details=details, whole=whole) for each in told.pending),
        observed=_observations(told, details=free),
        pairs=(
            *_bounded(pairlines.lost(told.pairs), GROUPS_SHOWN, details=free),
            *pairlines.outside(told.pairs),
            *pairlines.others(told.pairs),
        ),
        blind=_bounded(blind_lines(told, details=details), BLIND_SHOWN, details=free),
        witnesses=_bounded(told.witnesses, BLIND_SHOWN, details=free),
        noise=told.noise,
    )


def _headline(told: Explanation) -> str:
    """What happened, less the verdict's own words and the causes' sentences around it."""
    if told.verdict is Verdict.PENDING:
        return told.sentence.removesuffix(f": {told.pending[0].cause.sentence}")
    if not told.causes and any(told.sentence == seen.sentence for seen in told.observed):
        return told.sentence.partition("; ")[0]  # the rest stands below, with its lines
    if not told.causes:
        again = len(told.verdict) if told.sentence.lower().startswith(told.verdict) else 0
        return told.sentence[again:].lstrip()
    pairs, way_out = told.pairs, told.pairs.outside_lost
    parts = []
    if pairs.lost or not way_out:
        parts.append(f"{len(pairs.lost)} of {count(pairs.total, 'pair')} of workloads lost")
    if way_out:
        parts.append(f"{count(len(way_out), 'workload')} without a way out")
    parts.append(count(len(told.causes), "cause"))
    unexplained = sum(len(o.pairs) for o in told.observed if o.kind is Observed.LOST)
    if unexplained:
        parts.append(f"{count(unexplained, 'ping')} lost that no table explains")
    return ", ".join(parts)


def _pending(pending: Pending, *, details: bool, whole: bool) -> CauseLines:
    cause = pending.cause
    by = f" by {instant(pending.until)}" if pending.until else ""
    pairs = sum(each.target != OUTSIDE for each in pending.pairs)
    parts = [count(pairs, "pair")] if pairs else []
    parts += (
        [count(len(pending.pairs) - pairs, "way") + " out"] if len(pending.pairs) > pairs else []
    )
    proof = (
        f"expected{by}: {pending.timer} ends {names(pending.sessions)}; without their routes the "
        f"model loses {' and '.join(parts)}"
    )
    lines = pairlines.told(pending.groups)
    effects = _consequences(cause.consequences, details=details, whole=whole)
    return CauseLines(
        headline=cause.sentence,
        proof=proof,
        evidence=cause.evidence if details else cause.evidence[:EVIDENCE_SHOWN],
        consequences=_bounded((*lines, *effects), CONSEQUENCES_SHOWN, details=details or whole),
        when=moment(cause.when) if cause.when else "",
    )


def _observations(told: Explanation, *, details: bool) -> tuple[CauseLines, ...]:
    most = CONSEQUENCES_SHOWN if len(told.observed) == 1 else 2
    return tuple(_observation(each, most, details=details) for each in told.observed)


def _observation(seen: Observation, most: int, *, details: bool) -> CauseLines:
    lines = _bounded(pairlines.told(seen.groups), most, details=details)
    suspects = _each("changed, and not wholly in the model", seen.suspects)
    doubts = _each("on the way, and not understood", seen.doubts)
    return CauseLines(
        headline=seen.sentence,
        proof="",
        evidence=seen.evidence,
        consequences=(*lines, *_few(suspects, details=details), *_few(doubts, details=details)),
    )


def _each(what: str, told: Iterable[str]) -> list[str]:
    """Say what each of these is; the last may be a count of others."""
    return [each if each.startswith("and ") else f"{what}: {each}" for each in told]


def _few(lines: list[str], *, details: bool) -> list[str]:
    """Bound lines of which the last may already be a count of others."""
    return lines if details or len(lines) <= FEW else [*lines[:FEW], "and more (--details)"]


def _cause(cause: Cause, told: Explanation, *, details: bool, whole: bool) -> CauseLines:
    return CauseLines(
        headline=cause.sentence,
        proof=_proof(cause, told),
        evidence=cause.evidence if details else cause.evidence[:EVIDENCE_SHOWN],
        consequences=_consequences(cause.consequences, details=details, whole=whole),
        when=moment(cause.when) if cause.when else "",
    )


def _proof(cause: Cause, told: Explanation) -> str:
    ways_out = cause.ways_out
    pairs = len(cause.explains) - ways_out
    parts = [count(pairs, "lost pair")] if pairs or not ways_out else []
    parts += [count(ways_out, "way") + " out"] if ways_out else []
    everything = len(told.pairs.lost) + len(told.pairs.outside_lost)
    one = len(cause.explains) == 1
    whole = len(cause.explains) == everything and not one
    proof = PROOFS[cause.proof].format(
        what=("all " if whole else "") + " and ".join(parts),
        come="comes" if one else "come",
        hang="hangs" if one else "hang",
    )
    return "; ".join((proof, *_by_ping(cause)))


def _by_ping(cause: Cause) -> Iterator[str]:
    if cause.agree:
        yield f"ping agrees: {cause.agree} of them were not answered"
    if cause.disagree:
        yield f"ping does not: {cause.disagree} of them were answered"


def _consequences(effects: tuple[Effect, ...], *, details: bool, whole: bool) -> tuple[str, ...]:
    if details or len(effects) <= CONSEQUENCES_SHOWN:
        return tuple(effect.sentence for effect in effects)
    order = {"BGP session": 0, "route": 1, "interface": 2}
    leading = sorted(effects, key=lambda effect: order.get(effect.what, len(order)))
    if whole:
        return tuple(effect.sentence for effect in leading)
    shown, rest = leading[: CONSEQUENCES_SHOWN - 1], leading[CONSEQUENCES_SHOWN - 1 :]
    kinds = Counter(effect.what for effect in rest).most_common()
    counts = ", ".join(count(number, NOUNS.get(what, what)) for what, number in kinds)
    return (*(effect.sentence for effect in shown), f"and also {counts}")


def _bounded(lines: Iterable[str], most: int, *, details: bool) -> tuple[str, ...]:
    everything = tuple(lines)
    if details or len(everything) <= most:
        return everything
    return (*everything[: most - 1], f"and {len(everything) - most + 1} more (--details)")
