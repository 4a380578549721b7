"""From rows to a snapshot. What two snapshots have in common is decoded once and shared."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import sqlalchemy as sa

from collector.capture import Outcome, Question
from netsnap.history import reader, schema
from netsnap.history.blobs import Shelf, batches, unsqueeze
from netsnap.history.errors import CorruptHistoryError
from netsnap.history.heads import SnapshotHead
from netsnap.history.sheet import Key, Row, distinct, read_head, read_sheet, read_times, stripped
from parsers import codec
from parsers.answer import Answer, NodeView, Snapshot
from parsers.reading import Reading

_SHEETS_AT_ONCE = 32  # a sheet and its page of a large node are about 1 MB
LONGEST_TIMES = 64 << 20  # bytes of one visit's times, unpacked


class Entry(NamedTuple):
    """All of an answer that does not differ between snapshots while the node answers the same."""

    question: Question
    command: str
    outcome: Outcome
    exit_status: int | None
    detail: str
    digest: str
    error_digest: str
    reading: Reading


class Decoded(NamedTuple):
    """A sheet with what was read from it, and the lines that say so."""

    entries: list[Entry]
    lines: dict[bytes, Reading]


@dataclass
class Memory:
    """What the last two loads decoded; equal readings are one object in both."""

    sheets: dict[bytes, Decoded] = field(default_factory=dict)
    lines: dict[bytes, Reading] = field(default_factory=dict)
    last_sheets: dict[bytes, Decoded] = field(default_factory=dict)
    last_lines: dict[bytes, Reading] = field(default_factory=dict)
    read_again: dict[bytes, bytes] = field(default_factory=dict)  # pages by sheet, not stored yet

    def turn(self) -> None:
        """Begin another load: forget all but the load before."""
        self.last_sheets, self.sheets = self.sheets, {}
        self.last_lines, self.lines = self.lines, {}

    def keep(self, digest: bytes) -> bool:
        """Take a sheet over from the load before; say whether it was there."""
        found = self.last_sheets.get(digest)
        if found is not None:
            self.sheets[digest] = found
            self.lines.update(found.lines)
        return found is not None

    def reading(self, line: bytes) -> Reading:
        """Return the reading that this line says."""
        found = self.lines.get(line) or self.last_lines.get(line)
        if found is None:
            found = codec.decode(line)
        self.lines[line] = found
        return found


def load(connection: sa.Connection, head: SnapshotHead, memory: Memory) -> Snapshot:
    """Return a snapshot. Raises CorruptHistoryError if part of it is not as it was stored."""
    visits = schema.visits
    query = sa.select(visits.c.head, visits.c.sheet, visits.c.times)
    rows = connection.execute(
        query.where(visits.c.snapshot == head.number).order_by(visits.c.position)
    ).all()
    memory.turn()
    missing = dict.fromkeys(row.sheet for row in rows if not memory.keep(row.sheet))
    with _no_collection():
        for batch in batches(missing, _SHEETS_AT_ONCE):
            memory.sheets.update(_decoded(Shelf(connection), batch, memory))
        nodes = tuple([_node(row, memory.sheets[row.sheet].entries) for row in rows])
    return Snapshot(head.id, head.label, head.started, head.ended, nodes)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Spare the garbage collector records by the thousand: they stay, and hold no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _node(row: Any, entries: list[Entry]) -> NodeView:
    try:
        visit = read_head(row.head)
        times = read_times(unsqueeze(row.times, LONGEST_TIMES), visit.started)
        answers = tuple(
            [
                Answer(visit.node, *entry[:4], *when, *entry[4:])  # type: ignore[arg-type] # mypy does not slice a NamedTuple's types
                for entry, when in zip(entries, times, strict=True)
            ]
        )
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise CorruptHistoryError(f"a visit of the history is damaged: {error}") from error
    return NodeView(
        visit.node,
        visit.address,
        visit.reach,
        visit.detail,
        visit.started,
        visit.ended,
        visit.clock_offset,
        answers,
    )


def _decoded(shelf: Shelf, sheets: list[bytes], memory: Memory) -> Iterator[tuple[bytes, Decoded]]:
    """Yield each sheet with its entries."""
    pages = pages_of(shelf.connection, sheets)
    contents = shelf.fetch([*sheets, *pages.values()])
    for sheet in sheets:
        rows = read_sheet(contents[sheet])
        if sheet in pages:
            lines = contents[pages[sheet]].split(b"\n") if rows else []
        else:
            lines = list(read_again(shelf, rows))
            memory.read_again[sheet] = b"\n".join(lines)
        yield sheet, _entries(rows, lines, memory)


def pages_of(connection: sa.Connection, sheets: Iterable[bytes]) -> dict[bytes, bytes]:
    """Return the digest of the page that these very readers made of each sheet, if they did."""
    readings = schema.readings
    query = sa.select(readings.c.sheet, readings.c.page).where(
        readings.c.sheet.in_(list(sheets)), readings.c.reader == reader.version()
    )
    return {row.sheet: row.page for row in connection.execute(query)}


def read_again(shelf: Shelf, rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield the lines of a page, read from the raw answers."""
    once: dict[Key, Row] = {}
    for row in rows:
        once.setdefault(row.key, row)
    for batch in batches(once.values()):
        digests = {d for row in batch for d in (row.digest, row.error_digest)}
        raw = shelf.fetch([bytes.fromhex(digest) for digest in digests])
        for row in batch:
            out, err = (raw[bytes.fromhex(d)] for d in (row.digest, row.error_digest))
            yield reader.line(stripped(row, out, err))


def _entries(rows: list[Row], lines: list[bytes], memory: Memory) -> Decoded:
    places = distinct(rows)
    if len(lines) != len(places):
        raise CorruptHistoryError(f"a page has {len(lines)} readings for {len(places)} answers")
    readings = [memory.reading(line) for line in lines]
    entries = [_entry(row, readings[places[row.key]]) for row in rows]
    return Decoded(entries, dict(zip(lines, readings, strict=True)))


def _entry(row: Row, reading: Reading) -> Entry:
    return Entry(
        row.question,
        row.command,
        Outcome(row.outcome),
        row.exit_status,
        row.detail,
        row.digest,
        row.error_digest,
        reading,
    )
