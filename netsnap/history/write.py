"""Prepared rows into the database."""

from dataclasses import fields
from typing import Any

import sqlalchemy as sa

from netsnap.history import schema
from netsnap.history.blobs import Blob
from netsnap.history.heads import SnapshotHead
from netsnap.history.rows import Prepared, ReadingRow
from netsnap.history.sheet import moment


def write(
    connection: sa.Connection, prepared: Prepared, *, imported_after: str | None = None
) -> SnapshotHead:
    """Insert a snapshot; one of another history keeps the id that preceded it there."""
    table = schema.snapshots
    last = connection.execute(
        sa.select(table.c.number, table.c.id).order_by(table.c.number.desc()).limit(1)
    ).first()
    number = last.number + 1 if last else 1
    is_own = imported_after is None
    previous = imported_after if imported_after is not None else last.id if last else ""
    row = prepared.row(number, previous, imported=not is_own)
    insert(connection, schema.blobs, prepared.blobs, Blob)
    insert(connection, schema.readings, prepared.readings, ReadingRow)
    connection.execute(table.insert(), row)
    visits = [(number, position, *visit) for position, visit in enumerate(prepared.visits)]
    insert(connection, schema.visits, visits, None)
    return head_of(row)


def check_writable(connection: sa.Connection) -> None:
    """Insert no row: SQLite lets a writer begin on a file that it may not write to."""
    table = schema.visits
    none = sa.select(table).where(sa.false())
    connection.execute(table.insert().from_select(list(table.columns), none))


def insert(connection: sa.Connection, table: sa.Table, rows: Any, shape: Any) -> None:
    """Insert rows of which some may be there already: contents go by their digest."""
    if not rows:
        return
    names = shape._fields if shape else [column.name for column in table.columns]
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    marks = ", ".join([mark] * len(names))
    # Only our own names go into the text. Core's executemany takes three times the driver's.
    statement = f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 -- see above
    connection.exec_driver_sql(f"{statement} ON CONFLICT DO NOTHING", [tuple(row) for row in rows])


def head_of(row: Any) -> SnapshotHead:
    """Make a head of a row of ``snapshots``."""
    values = {each.name: row[each.name] for each in fields(SnapshotHead)}
    values["started"], values["ended"] = moment(row["started"]), moment(row["ended"])
    return SnapshotHead(**values)
