"""The rows that a sweep becomes."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from collector.capture import Reach, Sweep
from netsnap.history.blobs import Blob
from netsnap.history.sheet import Written, micros, snapshot_id


class VisitRow(NamedTuple):
    """A row of ``visits`` without its snapshot and position."""

    node: str
    head: str
    captures: int
    sheet: bytes
    times: bytes


class ReadingRow(NamedTuple):
    """A row of ``readings``."""

    sheet: bytes
    reader: str
    page: bytes


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sweep as rows, in an order in which each refers only to those before it."""

    sweep: Sweep
    label: str
    visits: tuple[VisitRow, ...]
    written: tuple[Written, ...]
    blobs: tuple[Blob, ...]
    readings: tuple[ReadingRow, ...]
    bytes_new: int

    def id_after(self, previous: str) -> str:
        """Return the snapshot's id in a chain in which ``previous`` precedes it."""
        sweep = self.sweep
        return snapshot_id(previous, self.label, sweep.started, sweep.ended, self.written)

    def row(self, number: int, previous: str, *, imported: bool) -> dict[str, Any]:
        """Return the row of ``snapshots``."""
        visits = self.sweep.visits
        return {
            "number": number,
            "id": self.id_after(previous),
            "previous": previous,
            "imported": imported,
            "label": self.label,
            "started": micros(self.sweep.started),
            "ended": micros(self.sweep.ended),
            "asked": len(visits),
            "reached": sum(visit.reach is Reach.REACHED for visit in visits),
            "captures": sum(len(visit.captures) for visit in visits),
            "bytes_new": self.bytes_new,
            "bytes_stored": sum(len(blob.data) for blob in self.blobs)
            + sum(len(visit.head) + len(visit.times) for visit in self.visits),
        }
