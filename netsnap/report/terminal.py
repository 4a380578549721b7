"""An explanation on a terminal."""

from rich.console import Console
from rich.text import Text

from netsnap.explain.explanation import Explanation, Verdict
from netsnap.report.escapes import printable
from netsnap.report.outline import CauseLines, Outline, outline
from netsnap.report.words import source

STYLES = {
    Verdict.BROKEN: "bold red",
    Verdict.BROKEN_BEFORE: "bold red",
    Verdict.CANNOT_TELL: "bold yellow",
    Verdict.RESTORED: "bold green",
    Verdict.NOTHING_BROKE: "bold green",
    Verdict.UNCHANGED: "bold green",
}


def show(told: Explanation, console: Console, *, details: bool = False) -> None:
    """Print an explanation, the verdict first."""
    lines = outline(told, details=details)
    _line(console, (lines.verdict, STYLES[told.verdict]), (f"  {lines.sentence}", "bold"))
    for number, cause in enumerate(lines.causes, start=1):
        _cause(console, number, cause)
    _section(console, "pairs", lines.pairs, "")
    _section(console, "cannot tell", lines.blind, "yellow")
    _rest(console, lines)


def _cause(console: Console, number: int, cause: CauseLines) -> None:
    _line(console, (f"cause {number}  ", "bold red"), (cause.headline, ""))
    _line(console, (f"         {cause.proof}", "green"))
    for each in cause.evidence:
        _line(console, (f"         {source(each)}: ", "dim"), (each.text, "cyan"))
    for effect in cause.consequences:
        _line(console, ("       → ", "dim"), (effect, ""))


def _rest(console: Console, lines: Outline) -> None:
    _section(console, "events", lines.witnesses, "")
    if lines.noise:
        _section(console, "churn", ("; ".join(lines.noise),), "dim")


def _section(console: Console, name: str, lines: tuple[str, ...], style: str) -> None:
    for number, line in enumerate(lines):
        head = name if number == 0 else ""
        _line(console, (f"{head:<13}", "bold"), (line, style))


def _line(console: Console, *parts: tuple[str, str]) -> None:
    text = Text()
    for words, style in parts:
        text.append(printable(words), style=style)
    console.print(text, soft_wrap=True)
