"""Opening and migrating the database of a history.

A SQLite history is one file and nothing beside it: the rollback journal exists while a snapshot
is being written and undoes a killed writer's work at the next opening. The write-ahead log would
let readers go on during that moment, and would not work on network file systems.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from netsnap.history import migrations, schema
from netsnap.history.errors import (
    ForeignDatabaseError,
    HistoryError,
    MissingHistoryError,
    NewerHistoryError,
    UnavailableHistoryError,
    told,
)

_MAGIC = b"SQLite format 3\x00"
_LOCK = 0x6E657473  # PostgreSQL's advisory lock of netsnap's writers: "nets"
_SHOWN_TABLES = 3
_CONNECT_TIMEOUT = 10  # seconds, to reach a database server


class Database:
    """One history's database. ``place`` is how it is called in a sentence, without a password."""

    def __init__(self, engine: sa.Engine, place: str, patience: float) -> None:
        self.engine = engine
        self.place = place
        self.patience = patience

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Give a connection whose statements see one state. Raises HistoryError."""
        with told(self.place), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Give a connection of which all is kept or nothing; one writer at a time.

        Waits ``patience`` seconds for another writer, then raises LockedHistoryError.
        """
        engine = self.engine.execution_options(writes=True)
        with told(self.place), engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                self._take_turn(connection)
            yield connection

    def _take_turn(self, connection: sa.Connection) -> None:
        wait = max(1, round(self.patience * 1000))
        connection.exec_driver_sql(f"SET LOCAL lock_timeout = {wait}")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def open_database(place: str | Path, *, create: bool, patience: float) -> Database:
    """Open the history at a path or SQLAlchemy URL and bring its schema up to date.

    Raises HistoryError if there is none (and ``create`` is False), if it is something else or of
    a later netsnap, or if it cannot be opened.
    """
    if isinstance(place, str) and "://" in place:
        url, shown = _url(place)
    else:
        url, shown = sa.URL.create("sqlite", database=str(place)), str(place)
    if url.drivername != "sqlite":
        return _migrated(_server(url, shown, patience), create=create)
    path = Path(url.database or "").expanduser().absolute()
    with told(shown):
        _prepare_file(path, create=create)
    return _migrated(Database(_file_engine(path, patience), shown, patience), create=create)


def _url(text: str) -> tuple[sa.URL, str]:
    try:
        with told("that database URL"):
            url = sa.make_url(text)
    except ValueError as error:  # its port; the text is not told, it may hold a password
        raise HistoryError(
            "that database URL has a port that is no number; "
            "write it as postgresql://user@host:5432/name"
        ) from error
    shown = _without_secrets(url).render_as_string(hide_password=True)
    if url.drivername in ("sqlite", "sqlite+pysqlite"):
        return url.set(drivername="sqlite"), shown
    if url.drivername in ("postgresql", "postgres", "postgresql+psycopg"):
        return url.set(drivername="postgresql+psycopg"), shown
    raise HistoryError(f"a history is a SQLite file or a postgresql:// database, not {shown}")


def _without_secrets(url: sa.URL) -> sa.URL:
    """Hide what libpq takes as a secret behind the "?", too."""
    hidden = {name: "hidden" for name in url.query if "password" in name.lower()}
    return url.update_query_dict(hidden)


def _prepare_file(path: Path, *, create: bool) -> None:
    """See that a SQLite file is at that path, empty if it is new.

    An empty file that could not become a history stays: by then it may be another process's.
    """
    if path.exists():
        _check_file(path)
    if not create and not (path.exists() and path.stat().st_size):
        raise MissingHistoryError(f"no history at {path}: 'netsnap collect' makes one")
    path.parent.mkdir(parents=True, exist_ok=True)
    # A network's plan is nobody else's to read.
    os.close(os.open(path, os.O_CREAT | os.O_RDONLY, 0o600))


def _check_file(path: Path) -> None:
    if not stat.S_ISREG(path.stat().st_mode):
        raise ForeignDatabaseError(f"{path} is no file, and a netsnap history is one")
    with path.open("rb") as file:
        beginning = file.read(len(_MAGIC))
    if beginning and beginning != _MAGIC:
        raise ForeignDatabaseError(f"{path} is not a netsnap history, nor any SQLite database")


def _file_engine(path: Path, patience: float) -> sa.Engine:
    engine = sa.create_engine(
        sa.URL.create("sqlite", database=str(path)),
        connect_args={"timeout": patience, "isolation_level": None},
    )

    def set_up(connection: Any, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON").close()

    def begin(connection: sa.Connection) -> None:
        # The driver's own BEGIN comes too late for a writer to keep others out while it reads.
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    sa.event.listen(engine, "connect", set_up)
    sa.event.listen(engine, "begin", begin)
    return engine


def _server(url: sa.URL, shown: str, patience: float) -> Database:
    try:
        engine = sa.create_engine(url, connect_args={"connect_timeout": _CONNECT_TIMEOUT})
    except ModuleNotFoundError as error:
        raise UnavailableHistoryError(
            f"{shown} needs a driver: pip install 'netsnap[postgresql]'"
        ) from error
    return Database(engine, shown, patience)


def _migrated(database: Database, *, create: bool) -> Database:
    try:
        with database.reading() as connection:
            revision = _revision(connection, database.place)
        if revision is None and not create:
            _refuse_empty(database.place)
        if revision != migrations.HEAD:
            _migrate(database)
    except BaseException:
        database.close()
        raise
    return database


def _refuse_empty(place: str) -> None:
    raise MissingHistoryError(f"no history in {place}: 'netsnap collect' makes one")


def _revision(connection: sa.Connection, place: str) -> str | None:
    """Return the schema's revision, None if the database is empty."""
    tables = sorted(sa.inspect(connection).get_table_names())
    if schema.VERSION_TABLE not in tables:
        if tables:
            names = ", ".join(tables[:_SHOWN_TABLES])
            raise ForeignDatabaseError(
                f"{place} is the database of something else: it holds {names}"
            )
        return None
    version = sa.table(schema.VERSION_TABLE, sa.column("version_num"))
    return connection.execute(sa.select(version.c.version_num)).scalar()


def _migrate(database: Database) -> None:
    # Alembic takes longer to import than most commands to run.
    from alembic import command  # noqa: PLC0415 -- see above
    from alembic.config import Config  # noqa: PLC0415 -- see above
    from alembic.script import ScriptDirectory  # noqa: PLC0415 -- see above

    config = Config()
    config.set_main_option("script_location", "netsnap.history:migrations")
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    with database.writing() as connection:
        revision = _revision(connection, database.place)
        if revision not in known and revision is not None:
            raise NewerHistoryError(
                f"{database.place} was written by a later netsnap (schema {revision}); "
                f"this one knows {migrations.HEAD}"
            )
        if revision != migrations.HEAD:  # another process may just have done it
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
