"""Who reaches whom, as few lines, and as JSON."""

from collections import Counter
from collections.abc import Iterable, Iterator

from netsnap.explain.explanation import PairChange, Pairs
from netsnap.explain.pairs import groups
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
        found: tuple[PairChange, ...] = getattr(pairs, kind)
        yield from _section(word, pairlines.told(found, groups(found)))
    yield from _section("new", _ends(pairs.new))
    yield from _section("gone", _ends(pairs.gone))
    yield from _section("way out lost", pairlines.outside(pairs))


def _section(word: str, lines: Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{word if number == 0 else '':<{WIDE}}{line}"


def _ends(found: Iterable[PairChange]) -> Iterator[str]:
    """Tell the workloads that came or went: those that stand in the most of these pairs."""
    pairs = list(found)
    seen = Counter(name for pair in pairs for name in (pair.source, pair.target))
    left = {(pair.source, pair.target): pair for pair in pairs}
    for name, _ in seen.most_common():
        own = [key for key in left if name in key]
        if not own:
            continue
        bad = sum(left[key].after is not None and left[key].after != "delivered" for key in own)
        fails = f", {bad} of them do not work" if bad else ""
        yield f"{name}: {count(len(own), 'pair')}{fails}"
        for key in own:
            del left[key]
