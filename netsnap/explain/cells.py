"""Pairs that fare alike, told once: a cell is all pairs of these sources and those targets.

A cluster with a node down has lost millions of pairs and a few hundred cells. A pair is told by
itself when somebody asks for it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, overload

from netsnap.explain.explanation import OUTSIDE, PairChange

Pair = tuple[str, str]
Tell = Callable[[Pair], PairChange]


@dataclass(frozen=True, slots=True)
class Cell:
    """Sources × targets less equal names.

    Both are in order of name, and equal or without a name in common.
    """

    sources: tuple[str, ...]
    targets: tuple[str, ...]

    @property
    def first(self) -> Pair:
        """One of its pairs, that speaks for all."""
        return self.sources[0], self.targets[self.sources == self.targets]

    @property
    def size(self) -> int:
        """The number of its pairs."""
        own = len(self.sources) if self.sources == self.targets else 0
        return len(self.sources) * len(self.targets) - own


class Reason(NamedTuple):
    """Why the pairs of a cell fail, by the first of them, and how many say it in these words."""

    text: str
    pairs: int
    of_all: bool


@dataclass(frozen=True, eq=False)
class Changes(Sequence[PairChange]):
    """What became of the pairs of some cells, in order; told when they are asked for."""

    cells: tuple[Cell, ...]
    tell: Tell

    def __len__(self) -> int:
        """Count the pairs."""
        return sum(cell.size for cell in self.cells)

    def __iter__(self) -> Iterator[PairChange]:
        """Yield the pairs in order of source and target."""
        return (self.tell(pair) for pair in in_order(self.cells))

    @overload
    def __getitem__(self, at: int) -> PairChange: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[PairChange, ...]: ...
    def __getitem__(self, at: int | slice) -> PairChange | tuple[PairChange, ...]:
        """Return one pair of the order, or some of them."""
        if isinstance(at, slice):
            return tuple(self)[at]
        found = next(islice(in_order(self.cells), range(len(self))[at], None))
        return self.tell(found)

    def __eq__(self, other: object) -> bool:
        """Compare with any row of pairs."""
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        """Hash by the cells."""
        return hash(self.cells)


def with_ways_out(
    pairs: Sequence[PairChange], ways_out: Sequence[PairChange]
) -> Sequence[PairChange]:
    """Return both as one row, which is as little walked as they are."""
    if not isinstance(pairs, Changes) or not isinstance(ways_out, Changes):
        return pairs if not ways_out else ways_out if not pairs else (*pairs, *ways_out)
    inside, outside = pairs.tell, ways_out.tell

    def tell(pair: Pair) -> PairChange:
        return outside(pair) if pair[1] == OUTSIDE else inside(pair)

    return Changes(pairs.cells + ways_out.cells, tell)


def in_order(cells: Iterable[Cell]) -> Iterator[Pair]:
    """Yield the pairs of cells in order of source and target."""
    targets: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for cell in cells:
        for source in cell.sources:
            targets[source].append(cell.targets)
    for source in sorted(targets):
        for target in sorted(name for names in targets[source] for name in names):
            if target != source:
                yield source, target


def cells_of(changes: Iterable[PairChange]) -> Iterator[tuple[Cell, Tell]]:
    """Yield the cells of pairs, and who tells of them; pairs that are told one by one are each."""
    if isinstance(changes, Changes):
        yield from ((cell, changes.tell) for cell in changes.cells)
        return
    listed = {(each.source, each.target): each for each in changes}
    yield from ((Cell((one,), (two,)), listed.__getitem__) for one, two in listed)


def reason(cell: Cell, tell: Tell) -> Reason:
    """Say why the pairs of a cell fail.

    They are alike but for their own names: a reason that a second source shares names no source,
    and one that a second target shares names no target.
    """
    first = cell.first
    text = tell(first).reason
    by_source, by_target = _beside(cell.sources, first), _beside(cell.targets, first)
    free_of_source = by_source is None or tell((by_source, first[1])).reason == text
    free_of_target = by_target is None or tell((first[0], by_target)).reason == text
    if cell.sources == cell.targets and cell.size == len(first):
        free_of_source = free_of_target = tell(first[::-1]).reason == text
    if free_of_source and free_of_target:
        return Reason(text, cell.size, of_all=True)
    pairs = len(cell.sources) if free_of_source else len(cell.targets) if free_of_target else 1
    return Reason(text, pairs, of_all=False)


def _beside(names: Sequence[str], pair: Pair) -> str | None:
    return next((name for name in names[:3] if name not in pair), None)


def reasons(changes: Iterable[PairChange]) -> Counter[str]:
    """Count the pairs by their reason; of a cell whose pairs give several, one is counted."""
    found: Counter[str] = Counter()
    for cell, tell in cells_of(changes):
        why = reason(cell, tell)
        found[why.text] += why.pairs
    return found


def sources_of(changes: Iterable[PairChange]) -> tuple[str, ...]:
    """List the sources of pairs in order."""
    return tuple(sorted({name for cell, _ in cells_of(changes) for name in cell.sources}))


def among(changes: Iterable[PairChange], asked: Iterable[Pair]) -> Iterator[PairChange]:
    """Yield those of some pairs that are asked for."""
    wanted = set(asked)
    if isinstance(changes, Changes):
        yield from (changes.tell(pair) for pair in sorted(PairSet.of(changes).picked(wanted)))
    else:
        yield from (each for each in changes if (each.source, each.target) in wanted)


@dataclass(frozen=True)
class PairSet:
    """A set of cells, each held by the pair that speaks for it; it counts pairs, not cells.

    Sets that meet were split alike: a cell is wholly in such a set or not at all.
    """

    held: frozenset[Pair]
    cells: Mapping[Pair, Cell]

    @classmethod
    def of(cls, *changes: Iterable[PairChange], apart: frozenset[str] = frozenset()) -> "PairSet":
        """Hold pairs by their cells; the workloads ``apart`` stand each in cells of its own."""
        found: dict[Pair, Cell] = {}
        for some in changes:
            for cell, _ in cells_of(some):
                found.update((part.first, part) for part in _split(cell, apart))
        return cls(frozenset(found), found)

    def only(self, held: Iterable[Pair]) -> "PairSet":
        """Return the set of these cells of it, by the pairs that speak for them."""
        return PairSet(self.held.intersection(held), self.cells)

    def inside(self) -> "PairSet":
        """Return the pairs of it that are no ways out."""
        return self.only(pair for pair in self.held if pair[1] != OUTSIDE)

    def picked(self, wanted: set[Pair]) -> Iterator[Pair]:
        """Yield those of the wanted pairs that are in the set."""
        sources: dict[str, set[str]] = defaultdict(set)
        for source, target in wanted:
            sources[source].add(target)
        for pair in self.held:
            cell = self.cells[pair]
            for source in sources.keys() & set(cell.sources):
                yield from ((source, each) for each in cell.targets if each in sources[source])

    def __contains__(self, pair: object) -> bool:
        """Say whether a pair is in it."""
        return isinstance(pair, tuple) and any(True for _ in self.picked({pair}))

    def __or__(self, other: "PairSet") -> "PairSet":
        """Return the union."""
        return PairSet(self.held | other.held, self.cells)

    def __and__(self, other: "PairSet") -> "PairSet":
        """Return what both have."""
        return self.only(other.held)

    def __sub__(self, other: "PairSet") -> "PairSet":
        """Return what the other has not."""
        return PairSet(self.held - other.held, self.cells)

    def __ge__(self, other: "PairSet") -> bool:
        """Say whether it has all that the other has."""
        return self.held >= other.held

    def __len__(self) -> int:
        """Count the pairs."""
        return sum(self.cells[pair].size for pair in self.held)

    def __iter__(self) -> Iterator[Pair]:
        """Yield the pairs in order."""
        return in_order(self.cells[pair] for pair in self.held)


def _split(cell: Cell, apart: frozenset[str]) -> Iterator[Cell]:
    if apart.isdisjoint(cell.sources) and apart.isdisjoint(cell.targets):
        yield cell
        return
    for sources in _parts(cell.sources, apart):
        for targets in _parts(cell.targets, apart):
            if sources != targets or len(sources) > 1:
                yield Cell(sources, targets)


def _parts(names: tuple[str, ...], apart: frozenset[str]) -> Iterator[tuple[str, ...]]:
    rest = tuple(name for name in names if name not in apart)
    if rest:
        yield rest
    yield from ((name,) for name in names if name in apart)


NO_PAIRS = PairSet(frozenset(), {})
