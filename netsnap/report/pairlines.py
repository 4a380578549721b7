"""Pairs of workloads in few lines: groups, and the two directions of one cut told once."""

from collections.abc import Iterable, Iterator

from netsnap.explain.cells import cells_of, reasons, sources_of
from netsnap.explain.explanation import PairChange, PairGroup, Pairs
from netsnap.model.disposition import Disposition
from netsnap.report.words import count, names

_NOT_DEAD = (None, Disposition.DELIVERED, Disposition.UNKNOWN)


def lost(pairs: Pairs) -> Iterator[str]:
    """Tell the lost pairs, a line a group."""
    return told(pairs.lost_groups)


def told(groups: Iterable[PairGroup], when: str = "") -> Iterator[str]:
    """Tell pairs that do not work, a line a group; a group and its way back are one line.

    ``when`` stands before why, where it is over: "at t1: ".
    """
    ways = _ways(groups)
    waiting = {(group.sources, group.targets, group.disposition): group for group in ways}
    for group in ways:
        if (group.sources, group.targets, group.disposition) not in waiting:
            continue
        del waiting[group.sources, group.targets, group.disposition]
        back = next((g for g in waiting.values() if _is_back(group, g)), None)
        if back is None:
            yield _one_way(group, when)
        else:
            del waiting[back.sources, back.targets, back.disposition]
            yield _both_ways(group, back, when)


def outside(pairs: Pairs) -> Iterator[str]:
    """Tell who lost the way out of the cluster."""
    if pairs.outside_lost:
        sources, why = sources_of(pairs.outside_lost), reasons(pairs.outside_lost)
        first = pairs.outside_lost[0]
        shown = "" if why[first.reason] == len(sources) else "e.g. "
        yield f"{names(sources)} → the outside: {shown}{first.reason or first.after}"


def others(pairs: Pairs) -> Iterator[str]:
    """Count the pairs that were not lost and yet are not simply the same."""
    for word, found in (
        ("came back", len(pairs.restored)),
        ("failed at t1 already", len(pairs.never_worked)),
        ("are new", len(pairs.new)),
        ("are gone with their workload", len(pairs.gone)),
    ):
        if found:
            dead = _dead(pairs.new) if word == "are new" else ""
            yield f"{count(found, 'pair')} {_agreeing(word, found)}{dead}"
    if pairs.outside_restored:
        yield f"{count(len(pairs.outside_restored), 'way')} out of the cluster came back"


def _dead(new: Iterable[PairChange]) -> str:
    """Say how many new pairs surely do not work, and why one does not."""
    told = [(cell.size, tell(cell.first)) for cell, tell in cells_of(new)]
    dead = [(size, pair) for size, pair in told if pair.after not in _NOT_DEAD]
    if not dead:
        return ""
    number, first = sum(size for size, _ in dead), dead[0][1]
    verb = "does" if number == 1 else "do"
    return (
        f", of which {number} {verb} not work, e.g. {first.source} → {first.target}: "
        f"{first.reason or first.after}"
    )


def _agreeing(words: str, number: int) -> str:
    if number != 1:
        return words
    return words.replace("are ", "is ").replace("their", "its")


def _ways(groups: Iterable[PairGroup]) -> tuple[PairGroup, ...]:
    """The groups, a group from few to many before its way back."""
    return tuple(sorted(groups, key=lambda g: (-g.pairs, len(g.sources))))


def _is_back(one: PairGroup, other: PairGroup) -> bool:
    return one.sources == other.targets and _far(one) == other.sources


def _far(group: PairGroup) -> tuple[str, ...]:
    """The targets that are not sources too: who lost all others is among the targets himself."""
    return tuple(name for name in group.targets if name not in group.sources)


def _one_way(group: PairGroup, when: str) -> str:
    who = f"{names(group.sources)} → {names(group.targets)}"
    return f"{count(group.pairs, 'pair')}: {who}: {when}{_reason(group)}"


def _both_ways(there: PairGroup, back: PairGroup, when: str) -> str:
    who = f"{names(there.sources)} ↔ {names(_far(there))}"
    if len(there.sources) > 1 and len(_far(there)) < len(there.targets):
        who += ", and among themselves"
    ways = _reason(there), _reason(back)
    reason = ways[0] if ways[0] == ways[1] else f"→ {ways[0]}; ← {ways[1]}"
    return f"{count(there.pairs + back.pairs, 'pair')}: {who}: {when}{reason}"


def _reason(group: PairGroup) -> str:
    """Say why: the pairs' common reason, or one of theirs as an example."""
    if not group.reason:
        return str(group.disposition)
    return group.reason if group.is_common else f"{group.disposition}, e.g. {group.reason}"
