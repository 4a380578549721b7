"""An explanation as an outline of plain lines: what terminal and Markdown have in common.

The first screen is bounded: verdict, causes with their consequences folded, lost pairs in groups,
what cannot be told, churn. Everything else is under ``--details`` or in the JSON.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from netsnap.explain.explanation import Cause, Effect, Evidence, Explanation, PairGroup, Proof
from netsnap.report.words import count, names

CONSEQUENCES_SHOWN = 3
GROUPS_SHOWN = 5
BLIND_SHOWN = 5

PROOFS = {
    Proof.COUNTERFACTUAL: "proved: undone in the model of t2, {pairs} come back",
    Proof.RULE: "by rule, not proved: {pairs} hang on it",
}


@dataclass(frozen=True)
class CauseLines:
    """One cause: its headline, why it is one, its evidence and its consequences' sentences."""

    headline: str
    proof: str
    evidence: tuple[Evidence, ...]
    consequences: tuple[str, ...]


@dataclass(frozen=True)
class Outline:
    """The report's parts, each a list of lines without markup."""

    verdict: str
    sentence: str
    causes: tuple[CauseLines, ...]
    pairs: tuple[str, ...]
    blind: tuple[str, ...]
    witnesses: tuple[str, ...]
    noise: tuple[str, ...]


def outline(told: Explanation, *, details: bool = False) -> Outline:
    """Arrange an explanation for a reader; ``details`` lifts the bounds on what is shown."""
    return Outline(
        verdict=str(told.verdict).upper(),
        sentence=_headline(told),
        causes=tuple(_cause(cause, details=details) for cause in told.causes),
        pairs=_pairs(told, details=details),
        blind=_bounded(_blind(told), BLIND_SHOWN, details=details),
        witnesses=_bounded(told.witnesses, BLIND_SHOWN, details=details),
        noise=told.noise,
    )


def _headline(told: Explanation) -> str:
    """What happened, without the cause's own sentence, which stands right below."""
    if not told.causes:
        return told.sentence
    pairs, way_out = told.pairs, told.pairs.outside_lost
    parts = [f"{len(pairs.lost)} of {count(pairs.total, 'pair')} of workloads lost"]
    if way_out:
        parts.append(f"{count(len(way_out), 'workload')} without a way out")
    parts.append(count(len(told.causes), "cause"))
    return ", ".join(parts)


def _cause(cause: Cause, *, details: bool) -> CauseLines:
    pairs = count(len(cause.explains), "lost pair")
    return CauseLines(
        headline=cause.sentence,
        proof=PROOFS[cause.proof].format(pairs=pairs),
        evidence=cause.evidence if details else cause.evidence[:2],
        consequences=_consequences(cause.consequences, details=details),
    )


def _consequences(effects: tuple[Effect, ...], *, details: bool) -> tuple[str, ...]:
    if details:
        return tuple(effect.sentence for effect in effects)
    order = {"BGP session": 0, "route": 1, "interface": 2}
    leading = sorted(effects, key=lambda effect: order.get(effect.what, len(order)))
    shown = [effect.sentence for effect in leading[:CONSEQUENCES_SHOWN]]
    rest = Counter(effect.what for effect in leading[CONSEQUENCES_SHOWN:])
    if rest:
        shown.append("and " + ", ".join(count(n, what) for what, n in rest.most_common()))
    return tuple(shown)


def _pairs(told: Explanation, *, details: bool) -> tuple[str, ...]:
    lines = [_group(group) for group in told.pairs.lost_groups]
    lines = list(_bounded(lines, GROUPS_SHOWN, details=details))
    if told.pairs.outside_lost:
        sources = tuple(pair.source for pair in told.pairs.outside_lost)
        first = told.pairs.outside_lost[0]
        lines.append(f"{names(sources)} → the outside: {first.after} ({first.reason})")
    for word, pairs in (
        ("came back", (*told.pairs.restored, *told.pairs.outside_restored)),
        ("failed at t1 already", told.pairs.never_worked),
        ("are new", told.pairs.new),
        ("are gone with their workload", told.pairs.gone),
        ("cannot be told", told.pairs.unknown),
    ):
        if pairs:
            lines.append(f"{count(len(pairs), 'pair')} {word}")
    return tuple(lines)


def _group(group: PairGroup) -> str:
    why = f" ({group.reason})" if group.reason else ""
    who = f"{names(group.sources)} → {names(group.targets)}"
    return f"{count(group.pairs, 'pair')}: {who}: {group.disposition}{why}"


def _blind(told: Explanation) -> tuple[str, ...]:
    counts = Counter(
        (each.when, each.spot.node, each.spot.probe if each.spot.netns else "", each.spot.reason)
        for each in told.difference.blind
    )
    return tuple(
        f"{when}: {node}{' ' + probe if probe else ''}: {reason}"
        + (f" (in {number} places)" if number > 1 else "")
        for (when, node, probe, reason), number in counts.items()
    )


def _bounded(lines: Iterable[str], most: int, *, details: bool) -> tuple[str, ...]:
    everything = tuple(lines)
    if details or len(everything) <= most:
        return everything
    return (*everything[: most - 1], f"and {len(everything) - most + 1} more (--details)")
