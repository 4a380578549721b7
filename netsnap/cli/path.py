"""``netsnap path``: one packet's way through a snapshot, hop by hop, there and back."""

from dataclasses import replace
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
from netsnap.cli.ends import check_host, ends_of
from netsnap.explain.evidence import Witness
from netsnap.explain.trace import Trace, trace
from netsnap.history.heads import SHORT
from netsnap.history.store import History
from netsnap.model.flow import Service
from netsnap.model.network import Network
from netsnap.report.escapes import json_text
from netsnap.report.pathlines import as_json, difference_lines, path_lines
from netsnap.report.words import backwards, instant
from parsers.answer import Snapshot
from parsers.assemble import assemble

TCP, UDP = "tcp", "udp"
LAST_PORT = 0xFFFF
ARRIVES, DOES_NOT = 0, 1
SAYS = {True: "works", False: "does not work", None: "cannot be told"}
SAYS_OUTSIDE = {
    True: "gets out of the cluster",
    False: "does not get out of the cluster",
    None: "cannot be told",
}
"""Of an end that is not in the snapshot: whether it is there, and answers, nobody was asked."""


def path(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A workload, node or address.")],
    target: Annotated[str, typer.Argument(metavar="DST", help="Likewise, or an address outside.")],
    at: Annotated[
        str, typer.Option("--at", help="Snapshot: id, label, latest, a time.")
    ] = "latest",
    other: Annotated[
        str | None, typer.Option("--vs", help="Compare with this earlier snapshot.")
    ] = None,
    port: Annotated[
        int | None, typer.Option("--to-port", help="Open a connection to it, instead of a ping.")
    ] = None,
    protocol: Annotated[
        str | None, typer.Option(help="That of --to-port: tcp or udp.", show_default=TCP)
    ] = None,
    db: Db = "",
    wanted: Format = "text",
    details: Annotated[bool, typer.Option("--details", help="Raw lines in full.")] = False,
) -> None:
    """Walk a ping from SRC to DST and back, with the line that decided at every hop.

    With --to-port it is what opens a connection that is walked, and its answer.

    Example: netsnap path web-1 web-2 --at latest --vs before-upgrade

    Example: netsnap path web-1 db-1 --to-port 5432

    Exit status: 0 it gets there and back (or out of the cluster), 1 it does not or cannot be
    told, 2 trouble.
    """
    as_data = check_format(wanted)
    service = _service(port, protocol)
    check_host(target)
    with open_history(db, create=False) as history:
        snapshot, found = _traced(history, (at, "t2" if other else ""), (source, target), service)
        earlier = _traced(history, (other, "t1"), (source, target), service) if other else None
    if as_data:
        body = {"snapshot": snapshot.id, "to": service and service._asdict(), **as_json(found)}
        if earlier is not None:
            body["before"] = {"snapshot": earlier[0].id, **as_json(earlier[1])}
        typer.echo(json_text(body))
    else:
        what = f" to {service.protocol} port {service.port}" if service else ""
        say(f"{source} → {target}{what} {_says(found)} {_at(snapshot)}")
        if earlier is not None:
            warned = backwards(earlier[0], snapshot)
            say(f"  it {_says(earlier[1])} {_at(earlier[0])}{warned}")
            for line in difference_lines(earlier[1], found):
                say(line)
        for line in path_lines(found, details=details):
            say(line)
    raise typer.Exit(ARRIVES if found.works else DOES_NOT)


def _says(found: Trace) -> str:
    return (SAYS if found.back is not None else SAYS_OUTSIDE)[found.works]


def _service(port: int | None, protocol: str | None) -> Service | None:
    """Return what a connection is to be opened to, None for a ping."""
    if protocol not in (TCP, UDP, None):
        raise UsageError(f"--protocol is {TCP} or {UDP}, not {protocol!r}")
    if port is None:
        if protocol:
            raise UsageError("--protocol is that of --to-port: give the port, too")
        return None
    if not 1 <= port <= LAST_PORT:
        raise UsageError(f"--to-port is 1 to {LAST_PORT}, not {port}")
    return Service(protocol or TCP, port)


def _traced(
    history: History, at: tuple[str, str], called: tuple[str, str], service: Service | None
) -> tuple[Snapshot, Trace]:
    """Walk in the snapshot that is called so; ``at`` has its side ("t1"), too."""
    wanted, side = at
    snapshot = history.load(history.resolve(wanted, now=now(), zone=zone()).id)
    facts = assemble(snapshot)
    network = Network.of(facts, service=service)
    ends = ends_of(network, called, _at(snapshot))
    witness = Witness(facts, facts, history.raw, {})
    found = trace(network, *ends, witness, side)
    return snapshot, replace(found, heard=()) if service else found


def _at(snapshot: Snapshot) -> str:
    return f"in {snapshot.label or snapshot.id[:SHORT]} of {instant(snapshot.started)}"
