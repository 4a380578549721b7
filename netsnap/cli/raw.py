"""``netsnap raw``: exactly what a node said."""

import sys
from typing import Annotated

import typer

from collector.capture import HOST
from netsnap.cli.context import Db, UsageError, console, messages, now, open_history, say, zone
from netsnap.cli.show import T, view_of
from parsers.answer import Answer, NodeView
from parsers.assemble import assemble
from parsers.catalogue import find
from parsers.errors import ParseError
from parsers.facts import Facts
from parsers.text import decode

ANSWERED, NO_ANSWER = 0, 1


def raw(
    t: T,
    node: Annotated[str, typer.Argument(help="The node's name.")],
    command: Annotated[str, typer.Argument(help='As typed: "ip route", "ethtool -S eth0" …')],
    netns: Annotated[str, typer.Option("--netns", help="host, or a workload.")] = HOST,
    db: Db = "",
) -> None:
    """Print exactly what a node answered to one command (secrets are masked since collect).

    Into a file or a pipe go the bytes; on a terminal, control characters are shown and not sent.

    Example: netsnap raw latest k8s2 "ip route"

    Exit status: 0 it answered, 1 it was asked and did not answer, 2 trouble.
    """
    with open_history(db, create=False) as history:
        snapshot = history.load(history.resolve(t, now=now(), zone=zone()).id)
        answer = _find(view_of(snapshot, node), command, netns, assemble(snapshot))
        said, errors = history.raw(answer.digest), history.raw(answer.error_digest)
    _print(said)
    for line in decode(errors).rstrip("\n").split("\n") if errors else ():
        say(line, messages())
    if answer.exit_status != 0:
        say(_ending(answer), messages())
    raise typer.Exit(NO_ANSWER if answer.exit_status is None else ANSWERED)


def _print(said: bytes) -> None:
    if console().is_terminal:
        for line in decode(said).split("\n"):
            say(line)
        return
    sys.stdout.buffer.write(said)
    sys.stdout.buffer.flush()


def _ending(answer: Answer) -> str:
    if answer.exit_status is not None:
        return f"{answer.command}: exit status {answer.exit_status}"
    detail = f": {answer.detail}" if answer.detail else ""
    return f"{answer.command}: {answer.outcome}{detail}"


def _find(view: NodeView, command: str, netns: str, facts: Facts) -> Answer:
    scopes = {each for answer in view.answers for each in _names(answer, facts)}
    called = {netns} & scopes or {each for each in scopes if each.rpartition("/")[2] == netns}
    here = [answer for answer in view.answers if called.intersection(_names(answer, facts))]
    if len(called) != 1:
        raise UsageError(_nothing_asked(view, netns, facts))
    exact = [a for a in here if command in (a.command, a.question.probe)]
    if exact:
        return exact[0]
    try:
        probe = find(command).probe.name
    except ParseError:
        probe = ""
    subject = command.rsplit(maxsplit=1)[-1] if command.strip() else ""
    close = [a for a in here if a.question.probe == probe and a.question.subject in ("", subject)]
    if not close:
        known = "; ".join(sorted({answer.command for answer in here}))
        raise UsageError(f"{view.node} was not asked {command!r} in {netns}; it was asked: {known}")
    return close[0]


def _names(answer: Answer, facts: Facts) -> tuple[str, str]:
    scope = answer.question.scope
    return scope, facts.netns.get((answer.node, scope), scope)


def _nothing_asked(view: NodeView, netns: str, facts: Facts) -> str:
    if not view.answers:
        return f"{view.node} was asked nothing: {view.reach}, {view.detail}"
    known = ", ".join(sorted({_names(answer, facts)[1] for answer in view.answers}))
    return f"no namespace {netns!r} was asked on {view.node} (there are {known})"
