"""What every command shares: where things lie, the clock, the console, the door to the history."""

import os
import sys
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import platformdirs
import typer
from rich.console import Console

from netsnap.report.escapes import printable

if TYPE_CHECKING:
    from netsnap.history.store import History

INVENTORY = "netsnap.toml"

Db = Annotated[
    str,
    typer.Option(
        "--db",
        envvar="NETSNAP_DB",
        help="History: a SQLite file or a SQLAlchemy URL (postgresql+psycopg://…).",
        show_default="the user's data directory",
    ),
]
Format = Annotated[str, typer.Option("--format", help="text or json.", metavar="text|json")]


TROUBLE = 2
"""The exit status of every command that could not do what was asked."""


class UsageError(Exception):
    """The user asked for something that cannot be done; the message is a whole sentence."""


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


def zone() -> tzinfo:
    """Return the user's time zone, in which a time without one is meant."""
    found = datetime.now().astimezone().tzinfo
    return found if found is not None else UTC


class _Output(Console):
    """A console that leaves a closed pipe to the one place where errors end."""

    def on_broken_pipe(self) -> None:
        """Raise what rich caught; its own way is to exit with 1, which has a meaning here."""
        raise BrokenPipeError


def console() -> Console:
    """Return standard output; colours and width only where it is a terminal."""
    return _Output(highlight=False)


def messages() -> Console:
    """Return standard error, for progress and for what is not the command's product."""
    return _Output(stderr=True, highlight=False)


def say(line: str, out: Console | None = None) -> None:
    """Print one line, on standard output unless told otherwise; nothing in it acts."""
    (out or console()).print(printable(line), markup=False, soft_wrap=True)


def data_directory() -> Path:
    """Return the directory of the history and of the mask key, making it if need be."""
    override = os.environ.get("NETSNAP_HOME")
    path = Path(override) if override else platformdirs.user_data_path("netsnap")
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UsageError(f"cannot make {path}: {error.strerror}") from error
    return path


def open_history(db: str, *, create: bool = True) -> "History":
    """Open the history that ``--db`` names, by default the user's own."""
    from netsnap.history.store import History  # noqa: PLC0415 -- it takes longer than most commands

    return History.open(db or data_directory() / "history.db", create=create)


def check_format(wanted: str) -> bool:
    """Return whether JSON is wanted; refuse what is neither text nor json."""
    if wanted not in ("text", "json"):
        raise UsageError(f"--format takes text or json, not {wanted!r}")
    return wanted == "json"


def read_file(path: Path) -> bytes:
    """Read a file that the user named; ``-`` is standard input."""
    if str(path) == "-":
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
