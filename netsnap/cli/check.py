"""``netsnap check``: what is wrong in one snapshot on its own."""

from typing import Annotated

import typer

from netsnap.cli.context import Db, Format, check_format, now, open_history, say, zone
from netsnap.cli.show import T
from netsnap.explain import check as explain
from netsnap.explain.checks.finding import Severity
from netsnap.history.heads import SHORT
from netsnap.report.escapes import json_text
from netsnap.report.findinglines import document, finding_lines
from parsers.assemble import assemble

WELL, WRONG = 0, 1


def check(
    t: T = "latest",
    db: Db = "",
    wanted: Format = "text",
    details: Annotated[bool, typer.Option("--details", help="Raw lines in full.")] = False,
) -> None:
    """Look for what is wrong in one snapshot: a fault that was there before the first one.

    Example: netsnap check latest

    Exit status: 0 no error and no warning, 1 some, 2 trouble.
    """
    as_data = check_format(wanted)
    with open_history(db, create=False) as history:
        head = history.resolve(t, now=now(), zone=zone())
        facts = assemble(history.load(head.id))
        found = explain.check(facts, history.raw, called=head.label or head.id[:SHORT])
    if as_data:
        typer.echo(json_text(document(found)))
    else:
        for line in finding_lines(found, facts.blind, details=details):
            say(line)
    bad = any(each.finding.severity is not Severity.NOTICE for each in found)
    raise typer.Exit(WRONG if bad else WELL)
