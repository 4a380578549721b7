"""``netsnap log``: the snapshots in the history."""

import json
from typing import Annotated

import typer
from rich.table import Table

from netsnap.cli.context import Db, Format, check_format, console, open_history
from netsnap.history.heads import SHORT, SnapshotHead
from netsnap.report.words import instant, printable


def log(
    db: Db = "",
    wanted: Format = "text",
    most: Annotated[int, typer.Option("--most", help="At most so many, newest first.")] = 50,
) -> None:
    """List the snapshots, newest first.

    Example: netsnap log --format json
    """
    as_data = check_format(wanted)
    with open_history(db, create=False) as history:
        heads = sorted(history.heads(), key=lambda head: head.started, reverse=True)[:most]
    if as_data:
        typer.echo(json.dumps([_as_json(head) for head in heads], indent=2, ensure_ascii=False))
        return
    table = Table("snapshot", "started", "nodes read", "captures", "label", box=None)
    for head in heads:
        read = f"{head.reached} of {head.asked}"
        table.add_row(
            head.id[:SHORT], instant(head.started), read, str(head.captures), printable(head.label)
        )
    console().print(table)


def _as_json(head: SnapshotHead) -> dict[str, object]:
    return {
        "id": head.id,
        "label": head.label,
        "started": head.started.isoformat(),
        "ended": head.ended.isoformat(),
        "nodes_asked": head.asked,
        "nodes_reached": head.reached,
        "captures": head.captures,
    }
