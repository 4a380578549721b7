"""``netsnap diff``: what changed between two snapshots, and which change did it."""

import gc
from typing import Annotated

import typer

from netsnap.cli.context import Db, Format, check_format, console, now, open_history, zone
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation, Verdict
from netsnap.history.store import History
from netsnap.report import as_json, markdown, terminal
from netsnap.report.escapes import json_text
from parsers.answer import Snapshot
from parsers.assemble import assemble

SAME, DIFFERENT = 0, 1


def diff(
    t1: Annotated[str, typer.Argument(help="Earlier snapshot.")] = "latest~1",
    t2: Annotated[str, typer.Argument(help="Later snapshot.")] = "latest",
    db: Db = "",
    wanted: Format = "text",
    details: Annotated[bool, typer.Option("--details", help="Show everything.")] = False,
    pairs: Annotated[bool, typer.Option("--pairs", help="JSON: every pair by name.")] = False,
) -> None:
    """Say what changed between two snapshots, which change broke connectivity, who is cut off.

    T1 and T2 are an id or its beginning, a label, latest, latest~3, a time, or "10 minutes ago".

    Example: netsnap diff before-upgrade latest

    Exit status: 0 nothing changed, 1 something did or cannot be told, 2 trouble.
    """
    as_data = check_format(wanted)
    with open_history(db, create=False) as history:
        before, after = load_pair(history, t1, t2)
        told = explained(history, before, after)
    if as_data:
        body = as_json.document(told, before, after, all_pairs=pairs)
        typer.echo(json_text(body))
    else:
        terminal.show(told, before, after, console(), details=details)
    raise typer.Exit(SAME if told.verdict is Verdict.UNCHANGED else DIFFERENT)


def load_pair(history: History, t1: str, t2: str) -> tuple[Snapshot, Snapshot]:
    """Load the two snapshots that T1 and T2 mean."""
    heads = [history.resolve(text, now=now(), zone=zone()) for text in (t1, t2)]
    return history.load(heads[0].id), history.load(heads[1].id)


def explained(history: History, before: Snapshot, after: Snapshot) -> Explanation:
    """Compare and explain two loaded snapshots."""
    gc.disable()  # what is loaded stays until the command ends, and holds no cycles
    facts = assemble(before), assemble(after)
    return explain(*facts, compare(*facts), history.raw)


def report_files(told: Explanation, before: Snapshot, after: Snapshot) -> dict[str, bytes]:
    """Return the explanation as the files that a bundle carries."""
    body = as_json.document(told, before, after, all_pairs=True)
    return {
        "explanation.json": json_text(body).encode(),
        "explanation.md": markdown.markdown(told, before, after).encode(),
    }
