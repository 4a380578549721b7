"""The ``netsnap`` command: the list of its commands, and the one place where errors end."""

import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
import typer.main
from typer.core import TyperGroup

from collector.errors import CollectorError
from netsnap.cli.context import TROUBLE, UsageError, messages
from netsnap.history.errors import HistoryError
from netsnap.report.escapes import printable
from netsnap.tickets.errors import TicketError
from parsers.errors import ParseError

INTERRUPTED = 130


class Command(NamedTuple):
    """Where a command is, to be loaded when it is asked for, and what the list says of it."""

    module: str
    function: str
    does: str


COMMANDS = {
    "init": Command(
        "init", "init", "Write an inventory of nodes, to be read and changed with an editor."
    ),
    "collect": Command(
        "collect",
        "collect",
        "Ask every node what its network looks like, and save the answers as a snapshot.",
    ),
    "log": Command("log", "log", "List the snapshots, newest first."),
    "show": Command(
        "show",
        "show",
        "Show what a snapshot holds: its nodes, workloads, records, and what it could not read.",
    ),
    "raw": Command(
        "raw",
        "raw",
        "Print exactly what a node answered to one command (secrets are masked since collect).",
    ),
    "diff": Command(
        "diff",
        "diff",
        "Say what changed between two snapshots, which change broke connectivity, who is cut off.",
    ),
    "path": Command(
        "path",
        "path",
        "Walk a ping from SRC to DST and back, with the line that decided at every hop.",
    ),
    "reach": Command(
        "reach", "reach", "Tell which workloads reach each other: all pairs, in groups."
    ),
    "check": Command(
        "check",
        "check",
        "Look for what is wrong in one snapshot: a fault that was there before the first one.",
    ),
    "bisect": Command(
        "bisect",
        "find_break",
        "Find the first snapshot in which SRC no longer reaches DST, and explain what changed "
        "there.",
    ),
    "parse": Command(
        "parse",
        "parse",
        "Read the output of one command: its records, and the account of its lines.",
    ),
    "export": Command(
        "bundles",
        "export",
        "Write snapshots, raw answers, records and the explanation into one file with hashes.",
    ),
    "import": Command(
        "bundles", "import_", "Read a bundle into the history, after checking its hashes."
    ),
    "attach": Command(
        "attach",
        "attach",
        "Post the explanation of T1 and T2 to an issue, with the bundle attached.",
    ),
    "verify": Command("verify", "verify", "Recompute every hash and the chain of snapshots."),
    "demo": Command(
        "demo",
        "demo",
        "Collect twice from three recorded nodes over real SSH on loopback, and explain the diff.",
    ),
}


def load(name: str) -> Any:
    """Return a command with its options, ready to run."""
    command = COMMANDS[name]
    function = getattr(import_module(f"netsnap.cli.{command.module}"), command.function)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)
    alone.command(name)(function)
    return typer.main.get_command(alone)


class Commands(TyperGroup):
    """Ends each command's errors in a sentence and an exit status, before typer sees them.

    Typer ends with 1 when standard output is a closed pipe; here 1 means "something changed".
    """

    def resolve_command(self, ctx: typer.Context, args: list[str]) -> Any:  # type: ignore[override] # likewise
        """Load the command that was asked for, and no other: together they take a second."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(str(name)), rest

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override] # typer's own is of its base class
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except (UsageError, CollectorError, ParseError, HistoryError, TicketError) as error:
            _end(TROUBLE, str(error))
        except BrokenPipeError:
            _end(TROUBLE)
        except OSError as error:
            _end(TROUBLE, _refused(error))
        except KeyboardInterrupt:
            _end(INTERRUPTED, "interrupted")


def _refused(error: OSError) -> str:
    """Say what the system refused: no space under standard output, no directory for a while."""
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _end(status: int, sentence: str = "") -> None:
    if sentence:
        messages().print(f"netsnap: {printable(sentence)}", markup=False, soft_wrap=True)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError:  # else Python meets it again at exit, and ends with a status of its own
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(status)


app = typer.Typer(
    name="netsnap",
    cls=Commands,
    help="Flight recorder for container networks: snapshot every node over SSH, compare two "
    "times, name the change that broke connectivity.",
    epilog="Example: netsnap demo. Exit status: 0 done, 1 as the command's own help says, "
    "2 trouble and one sentence about it (also if its output was not read to the end), "
    "130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _listed() -> None:
    """Stand in the list for a command that is not loaded."""


for _name, _command in COMMANDS.items():
    app.command(_name, help=_command.does)(_listed)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version  # noqa: PLC0415 -- it loads what reads mail

        typer.echo(f"netsnap {version('netsnap')}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say the version.")
    ] = False,
) -> None:
    """Stand for the options of netsnap itself; the text of its help is above."""


def main() -> None:
    """Run the command line; end with its exit status and never with a traceback for a user."""
    if sys.stderr is None:  # closed by who started us: what is opened next would stand in its place
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 -- until the end
    if sys.stdout is None:
        _end(TROUBLE, "standard output is closed")
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is shown escaped; it must not end the command.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a file, as Python starts us
    app(prog_name="netsnap")
