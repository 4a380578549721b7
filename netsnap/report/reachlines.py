"""Who reaches whom, as few lines, and as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from netsnap.explain.cells import Cell, cells_of
from netsnap.explain.explanation import PairChange, Pairs
from netsnap.explain.grouping import groups
from netsnap.report import pairlines
from netsnap.report.words import count

WIDE = 13
KINDS = {
    "lost": "lost",
    "restored": "came back",
    "never_worked": "failing",
    "unknown": "cannot tell",
}
"""The kinds of pair that are told in groups, and what stands before them."""


def reach_lines(pairs: Pairs) -> Iterator[str]:
    """Tell every pair that does not simply work, in groups; the sum comes first."""
    yield f"{'working':<{WIDE}}{pairs.working} of {count(pairs.total, 'pair')}"
    for kind, word in KINDS.items():
        found: Sequence[PairChange] = getattr(pairs, kind)
        when = "at t1: " if kind == "restored" else ""
        yield from _section(word, pairlines.told(groups(found), when))
    yield from _section("new", _ends(pairs.new))
    yield from _section("gone", _ends(pairs.gone))
    yield from _section("way out lost", pairlines.outside(pairs))


def _section(word: str, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{word if number == 0 else '':<{WIDE}}{line}"


def _ends(found: Iterable[PairChange]) -> Iterator[str]:
    """Tell the workloads that came or went: those that stand in the most of these pairs."""
    cells = list(cells_of(found))
    degrees: Counter[str] = Counter()
    for cell, _ in cells:
        for name in cell.sources:
            degrees[name] += len(cell.targets) - (name in cell.targets)
        for name in cell.targets:
            degrees[name] += len(cell.sources) - (name in cell.sources)
    told: set[str] = set()
    for name, _ in degrees.most_common():
        own = bad = 0
        for cell, tell in cells:
            pairs = _left(cell, name, told)
            own += pairs
            if pairs:
                end = tell(cell.first).after
                bad += pairs * (end is not None and end != "delivered")
        told.add(name)
        if own:
            fails = f", {bad} of them do not work" if bad else ""
            yield f"{name}: {count(own, 'pair')}{fails}"


def _left(cell: Cell, name: str, told: set[str]) -> int:
    """Count the pairs of a cell that a workload stands in, and nobody who was told before."""
    found = 0
    for one, other in ((cell.sources, cell.targets), (cell.targets, cell.sources)):
        if name in one:
            found += sum(each not in told and each != name for each in other)
    return found
