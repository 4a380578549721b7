"""What a snapshot is called and how large it is, without its content."""

from dataclasses import dataclass
from datetime import datetime

SHORT = 12
"""Hex digits of an id that are shown to a person."""


@dataclass(frozen=True, slots=True)
class SnapshotHead:
    """One line of the history's log.

    ``previous`` is the id that this one is chained to ("" for the first). ``imported`` says that
    it came in a bundle. ``asked`` and ``reached`` count nodes. ``bytes_new`` are bytes of answers
    that the history had never seen, ``bytes_stored`` what the snapshot added to the database,
    without its indexes.
    """

    id: str
    previous: str
    label: str
    started: datetime
    ended: datetime
    asked: int
    reached: int
    captures: int
    bytes_new: int
    bytes_stored: int
    imported: bool
    number: int

    def __str__(self) -> str:
        """Return id, time and label, to tell this snapshot from others."""
        text = f"{self.id[:SHORT]} {self.started:%Y-%m-%d %H:%M:%SZ}"
        return f"{text} {self.label}" if self.label else text


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was stored. ``what`` is a snapshot's id, a digest or a table."""

    what: str
    sentence: str
