"""``netsnap log``: the snapshots in the history."""

from collections.abc import Iterator, Sequence
from typing import Annotated

import typer

from netsnap.cli.context import Db, Format, check_format, messages, open_history, say
from netsnap.history.heads import SHORT, SnapshotHead
from netsnap.report.escapes import json_text
from netsnap.report.words import instant

TITLES = ("snapshot", "started", "nodes read", "captures", "label")


def log(
    db: Db = "",
    wanted: Format = "text",
    most: Annotated[int, typer.Option("--most", min=1, help="At most so many, newest first.")] = 50,
) -> None:
    """List the snapshots, newest first.

    Example: netsnap log --format json

    Exit status: 0 they were listed, 2 trouble.
    """
    as_data = check_format(wanted)
    with open_history(db, create=False) as history:
        heads = sorted(history.heads(), key=lambda head: head.started, reverse=True)
    if as_data:
        typer.echo(json_text([_as_json(head) for head in heads[:most]]))
        return
    if not heads:
        say("no snapshots yet: netsnap collect makes one", messages())
        return
    for line in _table([TITLES, *(_row(head) for head in heads[:most])]):
        say(line)
    if len(heads) > most:
        say(f"and {len(heads) - most} older (--most)")


def _row(head: SnapshotHead) -> tuple[str, ...]:
    read = f"{head.reached} of {head.asked}"
    return head.id[:SHORT], instant(head.started), read, str(head.captures), head.label


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """Align columns. Nothing is cut or wrapped: a label is there to be copied."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells).rstrip()


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
