"""The ``netsnap`` command: the list of its commands, and the one place where errors end."""

import sys

import typer

from collector.errors import CollectorError
from netsnap.cli import (
    attach,
    bundles,
    collect,
    demo,
    diff,
    init,
    log,
    parse,
    show,
    verify,
)
from netsnap.cli.context import UsageError, messages
from netsnap.history.errors import HistoryError
from netsnap.report.words import printable
from netsnap.tickets.errors import TicketError
from parsers.errors import ParseError

TROUBLE = 2
INTERRUPTED = 130

app = typer.Typer(
    name="netsnap",
    help="Flight recorder for container networks: snapshot every node over SSH, compare two "
    "times, name the change that broke connectivity.",
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
app.command("raw")(show.raw)
app.command("diff")(diff.diff)
app.command("parse")(parse.parse)
app.command("export")(bundles.export)
app.command("import")(bundles.import_)
app.command("attach")(attach.attach)
app.command("verify")(verify.verify)
app.command("demo")(demo.demo)


def main() -> None:
    """Run the command line; end with its exit status and never with a traceback for a user."""
    try:
        app()
    except (UsageError, CollectorError, ParseError, HistoryError, TicketError) as error:
        messages().print(f"netsnap: {printable(str(error))}", markup=False, soft_wrap=True)
        sys.exit(TROUBLE)
    except KeyboardInterrupt:
        messages().print("netsnap: interrupted; nothing was saved", markup=False)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(TROUBLE)
