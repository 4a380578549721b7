"""``netsnap reach``: who reaches whom at one time, or what became of it between two."""

import gc
from typing import Annotated

import typer

from netsnap.cli.context import Db, Format, check_format, now, open_history, say, zone
from netsnap.cli.show import T
from netsnap.diff.common import in_common
from netsnap.explain.explanation import Pairs
from netsnap.explain.matrix import matrices, matrix
from netsnap.explain.pairs import compare_pairs
from netsnap.model.network import Network
from netsnap.report import as_json
from netsnap.report.escapes import json_text
from netsnap.report.reachlines import reach_lines
from netsnap.report.words import backwards
from parsers.assemble import assemble

ALL_WELL, NOT_ALL = 0, 1


def reach(
    t: T = "latest",
    t2: Annotated[
        str | None, typer.Argument(metavar="[T2]", help="A later snapshot to compare with.")
    ] = None,
    db: Db = "",
    wanted: Format = "text",
    pairs: Annotated[bool, typer.Option("--pairs", help="JSON: every pair by name.")] = False,
) -> None:
    """Tell which workloads reach each other: all pairs, in groups.

    Example: netsnap reach before-upgrade latest

    Exit status: 0 every pair works (with T2: no pair was lost), 1 some do not or cannot be told,
    2 trouble.
    """
    as_data = check_format(wanted)
    gc.disable()  # what is loaded stays until the command ends, and holds no cycles
    with open_history(db, create=False) as history:
        heads = [history.resolve(each, now=now(), zone=zone()) for each in (t, t2) if each]
        known = [assemble(history.load(head.id)) for head in heads]
    if t2 is None:
        only = matrix(Network.of(known[0]))
        found = compare_pairs(only, only)
    else:
        before, after = known
        found = compare_pairs(*matrices(before, after, in_common(before, after)))
    if as_data:
        typer.echo(json_text(as_json.pairs(found, every=pairs)))
    else:
        for line in reach_lines(found):
            say(line)
        if warned := backwards(known[0].snapshot, known[-1].snapshot):
            say(warned.strip())
    raise typer.Exit(ALL_WELL if _is_well(found, compared=t2 is not None) else NOT_ALL)


def _is_well(found: Pairs, *, compared: bool) -> bool:
    bad = (found.lost, found.unknown, found.outside_lost, found.outside_unknown)
    return not any(bad) and (compared or not found.never_worked)
