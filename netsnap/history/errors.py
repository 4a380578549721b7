"""What can go wrong with a history, and the one place where foreign errors become ours.

Every message is a sentence for the person who typed the command. Whatever was raised, nothing of
an unfinished save is in the history.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager


class HistoryError(Exception):
    """The history cannot do what was asked; the message says what and why."""


class MissingHistoryError(HistoryError):
    """There is no history at that place."""


class ForeignDatabaseError(HistoryError):
    """What lies there is no database, or the database of something else."""


class NewerHistoryError(HistoryError):
    """A later version of netsnap has migrated this history."""


class LockedHistoryError(HistoryError):
    """Another process writes to it and did not finish in time."""


class FullHistoryError(HistoryError):
    """No space is left where the history lies."""


class ReadOnlyHistoryError(HistoryError):
    """The history may be read here, not written."""


class CorruptHistoryError(HistoryError):
    """The database is damaged, or its contents are not what they were when they were stored."""


class UnavailableHistoryError(HistoryError):
    """The file cannot be opened, or the database server cannot be reached or used."""


class LabelError(HistoryError):
    """A label is taken already, or could be mistaken for an id or a time."""


class UnknownSnapshotError(HistoryError):
    """No snapshot answers to that text."""


class AmbiguousSnapshotError(HistoryError):
    """More than one snapshot answers to that text, or it means two moments."""


class BundleError(HistoryError):
    """A bundle is damaged, altered, too large, or no bundle at all."""


_SQLITE: tuple[tuple[str, type[HistoryError], str], ...] = (
    ("SQLITE_FULL", FullHistoryError, "no space is left for"),
    ("SQLITE_BUSY", LockedHistoryError, "another process is writing to"),
    ("SQLITE_LOCKED", LockedHistoryError, "another process is writing to"),
    ("SQLITE_READONLY", ReadOnlyHistoryError, "no permission to write to"),
    ("SQLITE_NOTADB", ForeignDatabaseError, "not a netsnap history:"),
    ("SQLITE_CORRUPT", CorruptHistoryError, "damaged:"),
    ("SQLITE_CANTOPEN", UnavailableHistoryError, "cannot open"),
    ("SQLITE_PERM", UnavailableHistoryError, "no permission for"),
    ("SQLITE_AUTH", UnavailableHistoryError, "no permission for"),
    ("SQLITE_IOERR", UnavailableHistoryError, "reading or writing failed for"),
)
"""By the beginning of SQLite's error name, https://www.sqlite.org/rescode.html."""

_POSTGRESQL: tuple[tuple[str, type[HistoryError], str], ...] = (
    ("53100", FullHistoryError, "no space is left for"),
    ("55P03", LockedHistoryError, "another process is writing to"),
    ("40P01", LockedHistoryError, "another process is writing to"),
    ("25006", ReadOnlyHistoryError, "no permission to write to"),
    ("42501", ReadOnlyHistoryError, "no permission to write to"),
    ("XX001", CorruptHistoryError, "damaged:"),
    ("XX002", CorruptHistoryError, "damaged:"),
)
"""By SQLSTATE, https://www.postgresql.org/docs/current/errcodes-appendix.html."""


@contextmanager
def told(place: str) -> Iterator[None]:
    """Turn errors of the database and of the file system into a HistoryError about ``place``."""
    from sqlalchemy import exc  # noqa: PLC0415 -- the kinds of error are named where there is no history

    try:
        yield
    except exc.DBAPIError as error:
        raise _of_database(error.orig, place) from error
    except (exc.SQLAlchemyError, ModuleNotFoundError) as error:
        raise UnavailableHistoryError(f"cannot use {place} as a history: {error}") from error
    except sqlite3.Error as error:
        raise _of_database(error, place) from error
    except OSError as error:
        raise UnavailableHistoryError(f"cannot use {place}: {error.strerror or error}") from error


def _of_database(error: BaseException | None, place: str) -> HistoryError:
    reason = " ".join(str(error).split())
    name = getattr(error, "sqlite_errorname", None)
    if name is not None:
        return _matched(_SQLITE, name, place, reason)
    return _matched(_POSTGRESQL, getattr(error, "sqlstate", None) or "", place, reason)


def _matched(
    known: tuple[tuple[str, type[HistoryError], str], ...], code: str, place: str, reason: str
) -> HistoryError:
    for beginning, kind, sentence in known:
        if code.startswith(beginning):
            return kind(f"{sentence} {place} ({reason})")
    return UnavailableHistoryError(f"the database does not work: {place} ({reason})")
