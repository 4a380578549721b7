"""``netsnap export`` and ``netsnap import``: snapshots as one file."""

from pathlib import Path
from typing import Annotated

import typer

from netsnap.cli.context import Db, now, open_history, say, zone
from netsnap.cli.diff import explained, load_pair, report_files
from netsnap.history.bundle import export as write_bundle
from netsnap.history.unbundle import check_bundle, import_bundle


def export(
    t1: Annotated[str, typer.Argument(help="Snapshot.")],
    t2: Annotated[str, typer.Argument(help="A later one: the bundle then holds the diff.")] = "",
    output: Annotated[Path, typer.Option("--output", "-o", help="The bundle to write.")] = Path(
        "netsnap-bundle.zip"
    ),
    db: Db = "",
) -> None:
    """Write snapshots, raw answers, records and the explanation into one file with hashes.

    Example: netsnap export before-upgrade latest -o INC-4711.zip

    Exit status: 0 it was written, 2 trouble (a file of that name is then as it was).
    """
    with open_history(db, create=False) as history:
        heads = [history.resolve(text, now=now(), zone=zone()) for text in (t1, t2) if text]
        extra = {}
        if t2:
            before, after = load_pair(history, t1, t2)
            extra = report_files(explained(history, before, after), before, after)
        write_bundle(history, heads, extra=extra, out=output)
    say(f"wrote {output} ({output.stat().st_size} bytes)")


def import_(
    file: Annotated[Path, typer.Argument(help="A bundle that netsnap export wrote.")],
    db: Db = "",
) -> None:
    """Read a bundle into the history, after checking its hashes.

    Example: netsnap import INC-4711.zip

    Exit status: 0 the history has all its snapshots, 2 trouble (it has none of them).
    """
    check_bundle(file)
    with open_history(db) as history:
        heads = import_bundle(history, file)
    for head in heads:
        say(f"snapshot {head}")
