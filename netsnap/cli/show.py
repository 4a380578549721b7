"""``netsnap show`` and ``netsnap raw``: what a snapshot holds, and exactly what a node said."""

import json
import sys
from collections import Counter
from typing import Annotated, Any

import typer
from rich.console import Console

from collector.capture import HOST
from netsnap.cli.context import (
    Db,
    Format,
    UsageError,
    check_format,
    console,
    messages,
    now,
    open_history,
    zone,
)
from netsnap.report.words import instant, printable
from parsers.answer import Answer, NodeView, Snapshot
from parsers.assemble import assemble
from parsers.catalogue import find
from parsers.errors import ParseError
from parsers.facts import Facts
from parsers.read import as_json

T = Annotated[str, typer.Argument(help="Snapshot: id, label, latest, latest~1, a time.")]


def show(
    t: T = "latest",
    node: Annotated[
        str, typer.Option("--node", "-n", help="Only this node, with its records.")
    ] = "",
    db: Db = "",
    wanted: Format = "text",
) -> None:
    """Show what a snapshot holds: its nodes, workloads, records, and what it could not read.

    Example: netsnap show latest --node k8s2
    """
    as_data = check_format(wanted)
    with open_history(db, create=False) as history:
        snapshot = history.load(history.resolve(t, now=now(), zone=zone()).id)
    facts = assemble(snapshot)
    views = _views(snapshot, node)
    if as_data:
        body = _as_json(snapshot, views, facts)
        typer.echo(json.dumps(body, indent=2, ensure_ascii=False))
        return
    out = console()
    _print(out, f"snapshot {snapshot.id[:12]} {snapshot.label} {instant(snapshot.started)}")
    for view in views:
        _show_node(view, facts, out, with_records=bool(node))


def _views(snapshot: Snapshot, node: str) -> list[NodeView]:
    views = [view for view in snapshot.nodes if node in ("", view.node)]
    if not views:
        names = ", ".join(view.node for view in snapshot.nodes)
        raise UsageError(f"no node named {node!r} in snapshot {snapshot.id[:12]} (it has {names})")
    return views


def _show_node(view: NodeView, facts: Facts, out: Console, *, with_records: bool) -> None:
    detail = f": {view.detail}" if view.detail else ""
    _print(out, f"{view.node} ({view.address}) {view.reach}{detail}")
    own = [fact for key, fact in facts.by_key.items() if key.node == view.node]
    kinds = Counter(fact.key.kind for fact in own)
    _print(out, "  " + ", ".join(f"{n} {kind}" for kind, n in sorted(kinds.items())))
    workloads = sorted({key.netns for key in facts.by_key if key.node == view.node} - {HOST})
    _print(out, f"  namespaces: host, {', '.join(workloads)}")
    for spot in facts.blind:
        if spot.node == view.node:
            where = f"{spot.netns} {spot.probe} {spot.subject}".strip()
            _print(out, f"  not seen: {where}: {spot.reason}")
            for line in spot.unknown:
                _print(out, f"    {line}")
    if with_records:
        for fact in own:
            _print(out, f"  {fact.key.netns}: {fact.record}")


def _as_json(snapshot: Snapshot, views: list[NodeView], facts: Facts) -> dict[str, Any]:
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


def raw(
    t: T,
    node: Annotated[str, typer.Argument(help="The node's name.")],
    command: Annotated[str, typer.Argument(help='As typed: "ip route", "ethtool -S eth0" …')],
    netns: Annotated[str, typer.Option("--netns", help="host, or a workload.")] = HOST,
    db: Db = "",
) -> None:
    """Print exactly what a node answered to one command (secrets are masked since collect).

    Example: netsnap raw latest k8s2 "ip route"

    Exit status: 0 it answered, 1 it was asked and did not answer, 2 trouble.
    """
    with open_history(db, create=False) as history:
        snapshot = history.load(history.resolve(t, now=now(), zone=zone()).id)
        view = _views(snapshot, node)[0]
        answer = _find(view, command, netns, assemble(snapshot))
        sys.stdout.buffer.write(history.raw(answer.digest))
        sys.stdout.buffer.flush()
        errors = history.raw(answer.error_digest)
    out = messages()
    for line in errors.decode("utf-8", "backslashreplace").splitlines():
        _print(out, line)
    if answer.exit_status != 0:
        _print(out, f"{answer.outcome} {answer.detail} (exit status {answer.exit_status})")
    raise typer.Exit(0 if answer.exit_status is not None else 1)


def _find(view: NodeView, command: str, netns: str, facts: Facts) -> Answer:
    here = [
        answer
        for answer in view.answers
        if facts.netns.get((view.node, answer.question.scope), answer.question.scope) == netns
        or answer.question.scope == netns
    ]
    exact = [a for a in here if command in (a.command, a.question.probe)]
    if exact:
        return exact[0]
    try:
        probe = find(command).probe.name
    except ParseError:
        probe = ""
    subject = command.rsplit(maxsplit=1)[-1]
    close = [a for a in here if a.question.probe == probe and a.question.subject in ("", subject)]
    if not close:
        asked = sorted({answer.command for answer in here})
        known = "; ".join(asked) or f"nothing was asked in {netns}"
        raise UsageError(f"{view.node} was not asked {command!r} in {netns}; it was asked: {known}")
    return close[0]


def _print(out: Console, line: str) -> None:
    out.print(printable(line), markup=False, soft_wrap=True)
