"""``netsnap path``: one packet's way through a snapshot, hop by hop, there and back."""

from typing import Annotated

import typer

from netsnap.cli.context import (
    Db,
    Format,
    UsageError,
    check_format,
    now,
    open_history,
    say,
    zone,
)
from netsnap.explain.evidence import Witness
from netsnap.explain.trace import Trace, trace
from netsnap.history.heads import SHORT
from netsnap.history.store import History
from netsnap.model.ends import UnknownEndError, find_end
from netsnap.model.network import Network
from netsnap.report.escapes import json_text
from netsnap.report.pathlines import as_json, difference_lines, path_lines
from netsnap.report.words import instant
from parsers.answer import Snapshot
from parsers.assemble import assemble

ARRIVES, DOES_NOT = 0, 1
SAYS = {True: "works", False: "does not work", None: "cannot be told"}


def path(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A workload, node or address.")],
    target: Annotated[str, typer.Argument(metavar="DST", help="Likewise, or an address outside.")],
    at: Annotated[
        str, typer.Option("--at", help="Snapshot: id, label, latest, a time.")
    ] = "latest",
    other: Annotated[
        str | None, typer.Option("--vs", help="Compare with this earlier snapshot.")
    ] = None,
    db: Db = "",
    wanted: Format = "text",
    details: Annotated[bool, typer.Option("--details", help="Raw lines in full.")] = False,
) -> None:
    """Walk a ping from SRC to DST and back, with the line that decided at every hop.

    Example: netsnap path web-1 web-2 --at latest --vs before-upgrade

    Exit status: 0 it gets there and back (or out of the cluster), 1 it does not or cannot be
    told, 2 trouble.
    """
    as_data = check_format(wanted)
    with open_history(db, create=False) as history:
        snapshot, found = _traced(history, at, source, target, side="t2" if other else "")
        earlier = _traced(history, other, source, target, side="t1") if other else None
    if as_data:
        body = {"snapshot": snapshot.id, **as_json(found)}
        if earlier is not None:
            body["before"] = {"snapshot": earlier[0].id, **as_json(earlier[1])}
        typer.echo(json_text(body))
    else:
        say(f"{source} → {target} {SAYS[found.works]} {_at(snapshot)}")
        if earlier is not None:
            say(f"  it {SAYS[earlier[1].works]} {_at(earlier[0])}")
            for line in difference_lines(earlier[1], found):
                say(line)
        for line in path_lines(found, details=details):
            say(line)
    raise typer.Exit(ARRIVES if found.works else DOES_NOT)


def _traced(
    history: History, at: str, source: str, target: str, *, side: str
) -> tuple[Snapshot, Trace]:
    snapshot = history.load(history.resolve(at, now=now(), zone=zone()).id)
    facts = assemble(snapshot)
    network = Network.of(facts)
    try:
        ends = find_end(network, source), find_end(network, target)
    except UnknownEndError as error:
        raise UsageError(f"{error} ({_at(snapshot)})") from error
    if not ends[0].node:
        raise UsageError(f"nobody {_at(snapshot)} has {source}; a way can end outside, not begin")
    witness = Witness(facts, facts, history.raw, {})
    return snapshot, trace(network, *ends, witness, side)


def _at(snapshot: Snapshot) -> str:
    return f"in {snapshot.label or snapshot.id[:SHORT]} of {instant(snapshot.started)}"
