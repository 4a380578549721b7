"""Pairs that do not work, folded into blocks "these sources × these targets"."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from netsnap.explain.cells import Cell, Tell, cells_of, reason
from netsnap.explain.explanation import PairChange, PairGroup
from netsnap.model.disposition import Disposition

Side = tuple[str, ...]
Ends = frozenset[Side]


@dataclass(slots=True)
class _Row:
    """What the workloads of one side of cells lost in one way."""

    sources: Side
    end: Disposition
    lost: set[Side] = field(default_factory=set)
    cells: list[tuple[Cell, Tell]] = field(default_factory=list)

    @property
    def mutual(self) -> Ends | None:
        """The targets and the sources themselves, None where these did not lose each other."""
        if self.sources not in self.lost and len(self.sources) > 1:
            return None
        return frozenset((*self.lost, self.sources))


def groups(lost: Iterable[PairChange]) -> tuple[PairGroup, ...]:
    """Fold pairs into blocks "these sources × these targets", largest first.

    Sources that lost the same targets in the same way stand together, and so do sources that lost
    each other and the same rest (a node whose pods lost everybody, one another too).
    """
    rows = _rows(lost)
    mutual = Counter((row.mutual, row.end) for row in rows if row.mutual is not None)
    blocks: dict[tuple[Ends, Disposition], list[_Row]] = defaultdict(list)
    for row in rows:
        ends = row.mutual
        if ends is None or (row.sources not in row.lost and mutual[ends, row.end] == 1):
            ends = frozenset(row.lost)
        blocks[ends, row.end].append(row)
    found = [_group(ends, end, members) for (ends, end), members in blocks.items()]
    return tuple(sorted(found, key=lambda group: (-group.pairs, group.sources)))


def _rows(lost: Iterable[PairChange]) -> list[_Row]:
    cells = list(cells_of(lost))
    rows: dict[tuple[Side, Disposition], _Row] = {}
    for cell, tell in sorted(cells, key=lambda each: each[0].first):
        end = tell(cell.first).after or Disposition.UNKNOWN
        row = rows.setdefault((cell.sources, end), _Row(cell.sources, end))
        row.lost.add(cell.targets)
        row.cells.append((cell, tell))
    return list(rows.values())


def _group(ends: Ends, end: Disposition, rows: list[_Row]) -> PairGroup:
    cells = [each for row in rows for each in row.cells]
    said = [reason(cell, tell) for cell, tell in cells]
    return PairGroup(
        sources=tuple(sorted(name for row in rows for name in row.sources)),
        targets=tuple(sorted(name for side in ends for name in side)),
        pairs=sum(cell.size for cell, _ in cells),
        disposition=end,
        reason=said[0].text,
        is_common=all(each.of_all and each.text == said[0].text for each in said),
    )
