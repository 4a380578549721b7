"""The ``netsnap`` command: the list of its commands, and the one place where errors end."""

import os
import sys
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from collector.errors import CollectorError
from netsnap.cli import (
    attach,
    bisect,
    bundles,
    check,
    collect,
    demo,
    diff,
    init,
    log,
    parse,
    path,
    raw,
    reach,
    show,
    verify,
)
from netsnap.cli.context import TROUBLE, UsageError, messages
from netsnap.history.errors import HistoryError
from netsnap.report.escapes import printable
from netsnap.tickets.errors import TicketError
from parsers.errors import ParseError

INTERRUPTED = 130


class Commands(TyperGroup):
    """Ends each command's errors in a sentence and an exit status, before typer sees them.

    Typer ends with 1 when standard output is a closed pipe; here 1 means "something changed".
    """

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
app.command("init")(init.init)
app.command("collect")(collect.collect)
app.command("log")(log.log)
app.command("show")(show.show)
app.command("raw")(raw.raw)
app.command("diff")(diff.diff)
app.command("path")(path.path)
app.command("reach")(reach.reach)
app.command("check")(check.check)
app.command("bisect")(bisect.find_break)
app.command("parse")(parse.parse)
app.command("export")(bundles.export)
app.command("import")(bundles.import_)
app.command("attach")(attach.attach)
app.command("verify")(verify.verify)
app.command("demo")(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
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
    for stream in (sys.stdout, sys.stderr):
        # A name that the terminal's encoding lacks is shown escaped; it must not end the command.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr] # a file, as Python starts us
    app(prog_name="netsnap")
