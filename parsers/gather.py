"""From a template's rows to a Reading: records in text order, and lines refused after all."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from operator import itemgetter

from parsers.fsm import Rows
from parsers.reading import Ledger, Reading, UnknownLine
from parsers.roles import Record


@dataclass
class Gathering:
    """Collects what a reader makes of rows.

    A line that looked right to the template and is not (the address 300.1.1.1) is ``refused``: it
    counts as unknown, not as parsed, and gives no record.
    """

    lines: Sequence[str]
    ledger: Ledger
    records: list[tuple[int, Record]] = field(default_factory=list)
    refused: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, lines: Sequence[str], rows: Rows) -> "Gathering":
        """Begin with the ledger of what the template read."""
        return cls(lines, rows.ledger)

    def add(self, line: int, record: Record) -> None:
        """Keep a record that begins at ``line`` (from 1)."""
        self.records.append((line, record))

    def refuse(self, line: int) -> None:
        """Count a parsed line as unknown; a blank one stays noise."""
        if self.lines[line - 1].strip():
            self.refused.add(line)

    def reading(self, blind: str = "") -> Reading:
        """Return the records in order of their lines, and the ledger with the refused lines."""
        ordered = sorted(self.records, key=itemgetter(0))
        lines, records = zip(*ordered, strict=True) if ordered else ((), ())
        return Reading(
            records=records,
            line_numbers=lines,
            ledger=self._ledger(),
            blind=blind,
        )

    def _ledger(self) -> Ledger:
        if not self.refused:
            return self.ledger
        known_unknown = {unknown.line for unknown in self.ledger.unknown}
        more = [UnknownLine(n, self.lines[n - 1]) for n in self.refused - known_unknown]
        unknown = sorted((*self.ledger.unknown, *more), key=lambda each: each.line)
        return replace(self.ledger, parsed=self.ledger.parsed - len(more), unknown=tuple(unknown))
