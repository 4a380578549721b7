"""``netsnap show``: what a snapshot holds, and what it could not see."""

from typing import Annotated, Any

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
from netsnap.history.heads import SHORT
from netsnap.report import contents
from netsnap.report.escapes import json_text
from netsnap.report.words import count, instant
from parsers.answer import Answer, NodeView, Snapshot
from parsers.assemble import assemble
from parsers.facts import Facts
from parsers.read import as_json

T = Annotated[str, typer.Argument(help="Snapshot: id, label, latest, latest~1, a time.")]


def show(
    t: T = "latest",
    node: Annotated[
        str | None, typer.Option("--node", "-n", help="Only this node, with its records.")
    ] = None,
    db: Db = "",
    wanted: Format = "text",
) -> None:
    """Show what a snapshot holds: its nodes, workloads, records, and what it could not read.

    Example: netsnap show latest --node k8s2

    Exit status: 0 it was shown, 2 trouble.
    """
    as_data = check_format(wanted)
    with open_history(db, create=False) as history:
        snapshot = history.load(history.resolve(t, now=now(), zone=zone()).id)
    facts = assemble(snapshot)
    views = snapshot.nodes if node is None else (view_of(snapshot, node),)
    if as_data:
        typer.echo(json_text(_as_json(snapshot, views, facts)))
        return
    named = f" ({snapshot.label})" if snapshot.label else ""
    nodes = count(len(snapshot.nodes), "node")
    say(f"snapshot {snapshot.id[:SHORT]}{named}: {nodes}, {instant(snapshot.started)}")
    for view in views:
        for line in contents.overview(view, facts, details=node is not None):
            say(line)
        if node is not None:
            for line in contents.records(view, facts):
                say(line)


def view_of(snapshot: Snapshot, node: str) -> NodeView:
    """Return a snapshot's part of one node; refuse a name that it does not have."""
    for view in snapshot.nodes:
        if view.node == node:
            return view
    names = ", ".join(view.node for view in snapshot.nodes)
    raise UsageError(f"no node named {node!r} in snapshot {snapshot.id[:SHORT]} (it has {names})")


def _as_json(snapshot: Snapshot, views: tuple[NodeView, ...], facts: Facts) -> dict[str, Any]:
    shown = {view.node for view in views}
    return {
        "id": snapshot.id,
        "label": snapshot.label,
        "started": snapshot.started.isoformat(),
        "nodes": [
            {
                "node": view.node,
                "address": view.address,
                "reach": str(view.reach),
                "detail": view.detail,
                "clock_offset": view.clock_offset,
                "answers": [_answer_json(answer, facts) for answer in view.answers],
            }
            for view in views
        ],
        "blind": [
            {
                "node": spot.node,
                "netns": spot.netns,
                "probe": spot.probe,
                "subject": spot.subject,
                "kinds": sorted(spot.kinds),
                "reason": spot.reason,
                "unknown": list(spot.unknown),
            }
            for spot in facts.blind
            if spot.node in shown
        ],
    }


def _answer_json(answer: Answer, facts: Facts) -> dict[str, Any]:
    return {
        "netns": facts.netns.get((answer.node, answer.question.scope), answer.question.scope),
        "probe": answer.question.probe,
        "subject": answer.question.subject,
        "command": answer.command,
        "outcome": str(answer.outcome),
        "exit_status": answer.exit_status,
        "started": answer.started.isoformat() if answer.started else None,
        "duration": answer.duration,
        "digest": answer.digest,
        **as_json(answer.reading),
    }
