"""A snapshot in the making: each visit is prepared as it comes, and all are written at the end.

What a node said is read and compressed while others are still asked, and need not be held until
the last of them has answered. Nothing is in the database before ``finish``.
"""

from dataclasses import replace
from typing import NamedTuple

from collector.capture import Sweep, Visit
from netsnap.history import times
from netsnap.history.database import Database
from netsnap.history.heads import SnapshotHead
from netsnap.history.rows import VisitRow
from netsnap.history.save import Preparation
from netsnap.history.sheet import Written
from netsnap.history.write import write
from parsers import codec

SHORT = 8192
"""Bytes of a reading that is remembered: other nodes may say the same of their rules, say."""

REMEMBERED = 20_000
"""Readings that are."""


class _Done(NamedTuple):
    visit: Visit
    row: VisitRow
    written: Written
    unknown: int


class Saving:
    """Takes visits whose captures are masked. Made by ``History.saving``."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._preparation: Preparation | None = None
        self._done: dict[int, _Done] = {}  # by the identity of the visit that was given back

    def add(self, visit: Visit) -> Visit:
        """Prepare a visit, and return it without what its commands printed.

        Raises HistoryError if what the history has of the node is damaged.
        """
        with self._database.reading() as connection:
            preparation = self._preparation or Preparation(connection)
            preparation.connection = connection
            row, written = preparation.visit(visit)
            lines = preparation.read_of(visit, written.sheet)
        self._preparation = preparation
        preparation.forget(longer=SHORT, most=REMEMBERED)
        captures = (replace(each, stdout=b"", stderr=b"") for each in visit.captures)
        bare = replace(visit, captures=tuple(captures))
        unknown = sum(map(codec.unknown_count, lines))
        self._done[id(bare)] = _Done(bare, row, written, unknown)
        return bare

    def unknown(self, visit: Visit) -> int:
        """Return how many lines of a visit that ``add`` gave back no template knows."""
        return self._done[id(visit)].unknown

    def finish(self, sweep: Sweep, *, label: str = "") -> SnapshotHead:
        """Write the snapshot: all of it or, on any error, nothing.

        The sweep's visits are those that ``add`` gave back.
        Raises LabelError for a label that is none: see ``History.check_label``.
        """
        if label:
            times.check_label(label)
        done = [self._done[id(visit)] for visit in sweep.visits]
        pairs = [(each.row, each.written) for each in done]
        with self._database.writing() as connection:
            preparation = self._preparation or Preparation(connection)
            return write(connection, preparation.rows(sweep, label, pairs))
