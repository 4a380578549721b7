"""``netsnap bisect``: the first snapshot in which a pair did not work any more."""

from typing import Annotated, NamedTuple

import typer

from netsnap.cli.context import Db, UsageError, console, now, open_history, say, zone
from netsnap.cli.diff import explained
from netsnap.cli.ends import check_host, ends_of
from netsnap.cli.path import SAYS, SAYS_OUTSIDE
from netsnap.explain.bisect import Break, bisect
from netsnap.explain.matrix import leaves
from netsnap.history.heads import SHORT, SnapshotHead
from netsnap.history.store import History
from netsnap.model.network import Network
from netsnap.model.pairs import both_states, way_out
from netsnap.report import terminal
from netsnap.report.words import count, instant
from parsers.assemble import assemble

FOUND, NOTHING = 0, 1


class Asked(NamedTuple):
    """How a pair is in one snapshot; of an end outside no more is known than who gets out."""

    works: bool | None
    is_outside: bool

    def __str__(self) -> str:
        """Say it as ``netsnap path`` does."""
        return (SAYS_OUTSIDE if self.is_outside else SAYS)[self.works]


def find_break(
    source: Annotated[str, typer.Argument(metavar="SRC", help="A workload, node or address.")],
    target: Annotated[str, typer.Argument(metavar="DST", help="Likewise, or an address outside.")],
    first: Annotated[str, typer.Option("--from", help="A snapshot in which it worked.")],
    last: Annotated[str, typer.Option("--to", help="A snapshot in which it does not.")] = "latest",
    db: Db = "",
) -> None:
    """Find the first snapshot in which SRC no longer reaches DST, and explain what changed there.

    Example: netsnap bisect web-1 web-2 --from "yesterday" --to latest

    Exit status: 0 found, 1 it does not work at the beginning or does at the end, 2 trouble.
    """
    check_host(target)
    called = source, target
    with open_history(db, create=False) as history:
        heads = _between(history, first, last)
        found = bisect(len(heads), lambda number: _works(history, heads[number], called))
        if found is None:
            say(_why_not(history, heads, called))
            raise typer.Exit(NOTHING)
        worked = _asked(history, heads[found.last], called)
        for line in _told(found, heads, f"{' → '.join(called)} {worked}"):
            say(line)
        say("")
        before, after = (history.load(heads[number]) for number in (found.last, found.first))
        terminal.show(explained(history, before, after), before, after, console())


def _between(history: History, first: str, last: str) -> list[SnapshotHead]:
    ends = [history.resolve(text, now=now(), zone=zone()) for text in (first, last)]
    heads = history.heads()
    low, high = (next(at for at, each in enumerate(heads) if each.id == head.id) for head in ends)
    if low >= high:
        raise UsageError(f"{_named(ends[0])} is not earlier than {_named(ends[1])}")
    return heads[low : high + 1]


def _works(history: History, head: SnapshotHead, called: tuple[str, str]) -> bool | None:
    """Ask one snapshot; None where an end of the pair is not in it, or it cannot tell."""
    try:
        return _asked(history, head, called).works
    except UsageError:
        return None


def _asked(history: History, head: SnapshotHead, called: tuple[str, str]) -> Asked:
    network = Network.of(assemble(history.load(head)))
    one, other = ends_of(network, called, f"in {_named(head)}")
    if not other.node:
        return Asked(leaves(way_out(network, one, other.addresses[0])), is_outside=True)
    return Asked(both_states(network, one, other)[0].works, is_outside=False)


def _told(found: Break, heads: list[SnapshotHead], works: str) -> list[str]:
    worked, broke = _named(heads[found.last]), _named(heads[found.first])
    asked = f"{found.asked} of {count(len(heads), 'snapshot')} asked"
    lines = [f"{works} in {worked} and not in {broke} ({asked})"]
    if found.untold:
        lines.append(f"{count(len(found.untold), 'snapshot')} between the two cannot tell")
    return lines


def _why_not(history: History, heads: list[SnapshotHead], called: tuple[str, str]) -> str:
    """Say how it is at the beginning and at the end.

    Raises UsageError where neither has both ends: it is misspelt.
    """
    ends, missing = [], []
    for head in (heads[0], heads[-1]):
        try:
            asked = _asked(history, head, called)
        except UsageError as error:
            asked = Asked(None, is_outside=False)
            missing.append(error)
        ends.append(f"{asked} in {_named(head)}")
    if len(missing) == len(ends):
        raise missing[-1]
    found = f"{' → '.join(called)} {' and '.join(ends)}: there is no break to find between them"
    return "; ".join((found, *map(str, missing)))


def _named(head: SnapshotHead) -> str:
    return f"{head.label or head.id[:SHORT]} of {instant(head.started)}"
