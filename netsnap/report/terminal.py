"""An explanation on a terminal."""

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from netsnap.explain.explanation import Evidence, Explanation, Verdict
from netsnap.history.heads import SHORT
from netsnap.report.escapes import printable
from netsnap.report.outline import CauseLines, Outline, outline
from netsnap.report.words import instant, short_source, source, squeezed
from parsers.answer import Snapshot

STYLES = {
    Verdict.BROKEN: "bold red",
    Verdict.PENDING: "bold red",
    Verdict.BROKEN_BEFORE: "bold red",
    Verdict.CANNOT_TELL: "bold yellow",
    Verdict.RESTORED: "bold green",
    Verdict.NOTHING_BROKE: "bold green",
    Verdict.UNCHANGED: "bold green",
}
MARGIN = 13
NARROWEST = 20
"""Columns for the text beside the margin, however narrow the terminal claims to be."""


def show(
    told: Explanation, t1: Snapshot, t2: Snapshot, console: Console, *, details: bool = False
) -> None:
    """Print an explanation, the verdict first."""
    lines = outline(told, details=details)
    verdict = Text(lines.verdict, style=STYLES[told.verdict])
    console.print(verdict + Text(f"  {printable(lines.sentence)}", style="bold"), soft_wrap=True)
    _line(console, ("", ""), f"t1 {_named(t1)}   t2 {_named(t2)}", "dim")
    for number, cause in enumerate(lines.causes, start=1):
        _cause(console, f"cause {number}", cause, details=details)
    for number, cause in enumerate(lines.pending, start=1):
        _cause(console, f"pending {number}", cause, details=details)
    for seen in lines.observed:
        _cause(console, "ping", seen, details=details)
    _section(console, "pairs", lines.pairs, "")
    _section(console, "cannot tell", lines.blind, "yellow")
    _rest(console, lines)


def _named(snapshot: Snapshot) -> str:
    return f"{snapshot.label or snapshot.id[:SHORT]} {instant(snapshot.started)}"


def _cause(console: Console, name: str, cause: CauseLines, *, details: bool) -> None:
    _line(console, (name, "bold red"), cause.headline)
    if cause.proof:
        _line(console, ("", ""), cause.proof, "green")
    for each in cause.evidence:
        _evidence(console, each, details=details)
    for effect in cause.consequences:
        _line(console, (f"{'→':>{MARGIN - 1}}", "dim"), effect)


def _evidence(console: Console, each: Evidence, *, details: bool) -> None:
    where = source(each) if details else short_source(each)
    text = each.text if details else squeezed(each.text)
    _line(console, ("", ""), f"{where}: {text}", "cyan")


def _rest(console: Console, lines: Outline) -> None:
    _section(console, "events", lines.witnesses, "")
    if lines.noise:
        _section(console, "churn", ("; ".join(lines.noise),), "dim")


def _section(console: Console, name: str, lines: Sequence[str], style: str) -> None:
    for number, line in enumerate(lines):
        _line(console, (name if number == 0 else "", "bold"), line, style)


def _line(console: Console, head: tuple[str, str], body: str, style: str = "") -> None:
    """Print a line beside the margin: wrapped there on a terminal, whole into a file or pipe."""
    name, name_style = head
    text = Text(printable(body), style=style)
    width = max(console.width - MARGIN, NARROWEST)
    pieces = text.wrap(console, width) if console.is_terminal else [text]
    for number, piece in enumerate(pieces):
        margin = Text(f"{name if number == 0 else '':<{MARGIN}}", style=name_style)
        console.print(margin + piece, soft_wrap=True)
