"""The history: the only door to what was collected."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import sqlalchemy as sa

from collector.capture import Sweep
from netsnap.history import schema, times
from netsnap.history.blobs import Blob, Shelf
from netsnap.history.database import Database, open_database
from netsnap.history.errors import (
    BundleError,
    FullHistoryError,
    LabelError,
    LockedHistoryError,
    ReadOnlyHistoryError,
    UnknownSnapshotError,
)
from netsnap.history.heads import Finding, SnapshotHead
from netsnap.history.load import Memory, load
from netsnap.history.rows import ReadingRow
from netsnap.history.save import page_rows, prepare
from netsnap.history.saving import Saving
from netsnap.history.sheet import Key
from netsnap.history.verify import verify
from netsnap.history.write import check_writable, head_of, insert, write
from parsers.answer import Snapshot


class Imported(NamedTuple):
    """A snapshot of another history. ``lines`` are what this program's readers read of it."""

    sweep: Sweep
    label: str
    id: str
    previous: str
    lines: Mapping[Key, bytes]


class History:
    """Snapshots in a SQLite file or a PostgreSQL database. Append-only; a context manager.

    Every method raises HistoryError with a sentence where the database does not allow what is
    asked; then nothing of it was done.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._memory = Memory()

    @classmethod
    def open(cls, place: str | Path, *, create: bool = True, patience: float = 30.0) -> Self:
        """Open the history at a file's path or a ``postgresql://`` URL.

        Brings an older schema up to date. ``create`` makes a new history where there is none;
        ``patience`` is for how many seconds a writer waits for another.
        """
        return cls(open_database(place, create=create, patience=patience))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    @property
    def place(self) -> str:
        """Where the history lies, for a person: without a password."""
        return self._database.place

    def check_label(self, label: str) -> None:
        """Raise LabelError if no snapshot can be saved under this label. "" is no label."""
        if label:
            times.check_label(label)
            for head in self.heads():
                if head.label == label:
                    raise LabelError(f"the label {label!r} is taken: {head}")

    def save(self, sweep: Sweep, *, label: str = "") -> SnapshotHead:
        """Save a sweep whose captures are masked: all of it or, on any error, nothing.

        Raises LabelError for a label that ``check_label`` refuses: ask it before collecting.
        """
        self.check_label(label)
        with self._database.reading() as connection:
            prepared = prepare(connection, sweep, label, {})
        with self._database.writing() as connection:
            return write(connection, prepared)

    def saving(self) -> Saving:
        """Begin a snapshot whose visits come one by one; see ``Saving``.

        A history that cannot be written to says so here, before a node is asked.
        """
        with self._database.writing() as connection:
            check_writable(connection)
        return Saving(self._database)

    def save_imported(self, snapshots: Iterable[Imported]) -> list[SnapshotHead]:
        """Save snapshots of another history under their own ids: all, each once, or none.

        Raises BundleError if a content is not what its id was made of, and whatever
        ``snapshots`` raises.
        """
        with self._database.writing() as connection:
            known = {head.id: head for head in _heads(connection)}
            return [known.get(each.id) or _import(connection, each) for each in snapshots]

    def heads(self) -> list[SnapshotHead]:
        """Return all snapshots, by the time at which they were begun."""
        with self._database.reading() as connection:
            return _heads(connection)

    def resolve(self, text: str, *, now: datetime, zone: tzinfo) -> SnapshotHead:
        """Return the snapshot that a person means; see ``times.resolve`` for the forms.

        Raises UnknownSnapshotError or AmbiguousSnapshotError.
        """
        return times.resolve(text, self.heads(), now=now, zone=zone)

    def load(self, ref: str | SnapshotHead) -> Snapshot:
        """Return a snapshot by head, id, prefix, label or ``latest~N``.

        Readings that two snapshots loaded one after the other have in common are the same object.
        Raises UnknownSnapshotError, AmbiguousSnapshotError, or CorruptHistoryError.
        """
        with self._database.reading() as connection:
            head = ref if isinstance(ref, SnapshotHead) else _named(ref, _heads(connection))
            snapshot = load(connection, head, self._memory)
        self._keep_pages()
        return snapshot

    def _keep_pages(self) -> None:
        """Keep what had to be read again, if that can be done: it saves time and nothing else."""
        if not self._memory.read_again:
            return
        trouble = suppress(ReadOnlyHistoryError, LockedHistoryError, FullHistoryError)
        with trouble, self._database.writing() as connection:
            blobs, readings = page_rows(connection, self._memory.read_again)
            insert(connection, schema.blobs, blobs, Blob)
            insert(connection, schema.readings, readings, ReadingRow)
        self._memory.read_again.clear()

    def raw(self, digest: str) -> bytes:
        """Return the output with this SHA-256 (hex). Raises CorruptHistoryError if it is gone."""
        try:
            wanted = bytes.fromhex(digest)
        except ValueError as error:
            raise UnknownSnapshotError(f"{digest!r} is no SHA-256 digest") from error
        return self.raws([digest])[wanted.hex()]

    def raws(self, digests: list[str]) -> dict[str, bytes]:
        """Return many outputs by their SHA-256 (hex)."""
        with self._database.reading() as connection:
            found = Shelf(connection).fetch([bytes.fromhex(digest) for digest in digests])
        return {digest.hex(): content for digest, content in found.items()}

    def verify(self) -> list[Finding]:
        """Check every content, every id and every reading; return what is not as it was."""
        with self._database.reading() as connection:
            return verify(connection)


def _named(ref: str, heads: list[SnapshotHead]) -> SnapshotHead:
    found = times.by_name(ref, heads) if heads else None
    if found is None:
        raise UnknownSnapshotError(f"no snapshot {ref!r}")
    return found


def _heads(connection: sa.Connection) -> list[SnapshotHead]:
    table = schema.snapshots
    rows = connection.execute(sa.select(table).order_by(table.c.started, table.c.number))
    return [head_of(row._mapping) for row in rows]  # noqa: SLF001 -- SQLAlchemy's public name


def _import(connection: sa.Connection, each: Imported) -> SnapshotHead:
    prepared = prepare(connection, each.sweep, each.label, each.lines)
    if prepared.id_after(each.previous) != each.id:
        raise BundleError(f"snapshot {each.id} was altered: its content does not make its id")
    return write(connection, prepared, imported_after=each.previous)
