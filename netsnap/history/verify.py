"""Is the history what it was? Contents by their digests, ids by the chain, readings by reading."""

from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa

from netsnap.history import schema
from netsnap.history.blobs import Shelf, batches, unsqueeze
from netsnap.history.errors import CorruptHistoryError
from netsnap.history.heads import Finding
from netsnap.history.load import LONGEST_TIMES, pages_of, read_again
from netsnap.history.sheet import Written, moment, read_head, read_sheet, snapshot_id

_AT_ONCE = 200  # contents held in memory


def verify(connection: sa.Connection) -> list[Finding]:
    """Return all that is not as it was stored; an empty list if the history is sound."""
    findings = [*_database(connection), *_contents(connection), *_chain(connection)]
    return findings or list(_readings(connection))


def _database(connection: sa.Connection) -> Iterator[Finding]:
    if connection.dialect.name == "sqlite":
        for (line,) in connection.exec_driver_sql("PRAGMA integrity_check"):
            if line != "ok":
                yield Finding("database", f"SQLite finds the file damaged: {line}")


def _contents(connection: sa.Connection) -> Iterator[Finding]:
    shelf = Shelf(connection)
    digests = connection.execute(sa.select(schema.blobs.c.digest)).scalars().all()
    for batch in batches(digests, _AT_ONCE):
        try:
            shelf.fetch(batch)
        except CorruptHistoryError:
            yield from _damaged(shelf, batch)


def _damaged(shelf: Shelf, digests: list[bytes]) -> Iterator[Finding]:
    for digest in digests:
        try:
            shelf.fetch([digest])
        except CorruptHistoryError as error:
            yield Finding(digest.hex(), str(error))


def _chain(connection: sa.Connection) -> Iterator[Finding]:
    table = schema.snapshots
    rows = connection.execute(sa.select(table).order_by(table.c.number)).all()
    ids = {row.id for row in rows}
    for place, row in enumerate(rows):
        before = rows[place - 1].id if place else ""
        if not row.imported and row.previous != before:
            yield Finding(row.id, f"it followed {row.previous or 'nothing'}, which is gone")
        if row.imported and row.id == row.previous:
            yield Finding(row.id, "it claims to follow itself")
        yield from _snapshot(connection, row)
    visits = schema.visits
    stray = sa.select(visits.c.snapshot).where(visits.c.snapshot.not_in(sa.select(table.c.number)))
    if ids and connection.execute(stray.limit(1)).first():
        yield Finding("visits", "visits without a snapshot: one was removed")


def _snapshot(connection: sa.Connection, row: sa.Row[tuple[object, ...]]) -> Iterator[Finding]:
    """Check one snapshot's id against all that it holds."""
    visits = schema.visits
    query = sa.select(visits).where(visits.c.snapshot == row.number).order_by(visits.c.position)
    rows = connection.execute(query).all()
    try:
        started, ended = moment(row.started), moment(row.ended)
        written = [Written(v.head, v.sheet, unsqueeze(v.times, LONGEST_TIMES)) for v in rows]
        is_whole = snapshot_id(row.previous, row.label, started, ended, written) == row.id
        nodes = [read_head(visit.head).node for visit in rows]
    except (CorruptHistoryError, ValueError, TypeError, OverflowError) as error:
        yield Finding(row.id, f"part of it is damaged: {error}")
        return
    if not is_whole:
        yield Finding(row.id, _altered(row.number, started, nodes))


def _altered(number: int, started: datetime, nodes: list[str]) -> str:
    return (
        f"snapshot {number} of {started:%Y-%m-%d %H:%M:%SZ} ({len(nodes)} nodes) was altered: "
        "its id is not the one that its content makes"
    )


def _readings(connection: sa.Connection) -> Iterator[Finding]:
    """Read all answers again and compare with what is kept as read from them."""
    shelf = Shelf(connection)
    sheets = connection.execute(sa.select(schema.visits.c.sheet).distinct()).scalars().all()
    for sheet in sheets:
        page = pages_of(connection, [sheet]).get(sheet)
        if page is not None:
            contents = shelf.fetch([sheet, page])
            again = b"\n".join(read_again(shelf, read_sheet(contents[sheet])))
            if again != contents[page]:
                yield Finding(sheet.hex(), "what is kept as read from these answers is not so")
