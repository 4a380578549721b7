"""An explanation on a terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rich.console import Console
from rich.text import Text

from netsnap.explain.explanation import Evidence, Explanation, Verdict
from netsnap.history.heads import SHORT
from netsnap.report.escapes import printable
from netsnap.report.outline import CauseLines, outline
from netsnap.report.screen import MARGIN, ROWS, Line, Rank, fitted, pieces
from netsnap.report.words import backwards, instant, short_source, source, squeezed
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
TALLEST = 2
"""Rows of a headline, and of a group of pairs."""


def show(
    told: Explanation, t1: Snapshot, t2: Snapshot, console: Console, *, details: bool = False
) -> None:
    """Print an explanation, the verdict first.

    The first screen has at most twelve rows; on a terminal long lines are cut for it.
    """
    lines = [_visible(line) for line in _lines(told, t1, t2, details=details)]
    if not details:
        lines = fitted(*_few(lines), console)
    for line in lines:
        _print(line, console, cut=not details)


def _visible(line: Line) -> Line:
    return replace(line, text=printable(line.text), tail=printable(line.tail))


def _few(lines: Sequence[Line]) -> tuple[list[Line], Counter[str]]:
    """Leave out, of many lines of one sort, those that have no room whatever the others are."""
    seen: Counter[str] = Counter()
    few: list[Line] = []
    for line in lines:
        seen[line.noun] += 1
        if seen[line.noun] <= ROWS:
            few.append(line)
    return few, Counter({noun: number - ROWS for noun, number in seen.items() if number > ROWS})


def _print(line: Line, console: Console, *, cut: bool) -> None:
    """Print a line beside the margin: wrapped there on a terminal, whole into a file or pipe."""
    rows = pieces(line, console, cut=cut) if console.is_terminal else [_whole(line)]
    for number, piece in enumerate(rows):
        name = line.name if number == 0 else ""
        margin = name if name and line.rank is Rank.VERDICT else f"{name:<{MARGIN}}"
        console.print(Text.assemble((margin, line.name_style), piece), soft_wrap=True)


def _whole(line: Line) -> Text:
    return Text(line.text + line.tail, style=line.style)


def _lines(told: Explanation, t1: Snapshot, t2: Snapshot, *, details: bool) -> Iterator[Line]:
    lines = outline(told, details=details, whole=True)
    verdict = f"{lines.verdict}  "
    yield Line(
        verdict, lines.sentence, Rank.VERDICT, "verdict", TALLEST, "", "bold", STYLES[told.verdict]
    )
    named = f"t1 {_named(t1)}   t2 {_named(t2)}"
    order = backwards(t1, t2)
    rows = TALLEST if order else 1
    yield Line("", named, Rank.VERDICT, "snapshot", rows, order, style="" if order else "dim")
    for number, cause in enumerate(lines.causes, start=1):
        yield from _cause(f"cause {number}", cause, details=details)
    for number, cause in enumerate(lines.pending, start=1):
        yield from _cause(f"pending {number}", cause, details=details)
    for seen in lines.observed:
        yield from _cause("ping", seen, details=details)
    groups = Line("", "", Rank.PAIRS, "group of pairs", TALLEST)
    for line in _section("pairs", lines.pairs, groups):
        who, colon, why = line.text.rpartition(": ")
        yield replace(line, text=who, tail=colon + why) if colon else line
    blind = Line("", "", Rank.BLIND, "blind spot", style="yellow")
    yield from _section("cannot tell", lines.blind, blind)
    yield from _section("events", lines.witnesses, Line("", "", Rank.EVENT, "event", TALLEST))
    if lines.noise:
        churn = Line("", "", Rank.NOISE, "line of churn", style="dim")
        yield from _section("churn", ("; ".join(lines.noise),), churn)


def _named(snapshot: Snapshot) -> str:
    return f"{snapshot.label or snapshot.id[:SHORT]} {instant(snapshot.started)}"


def _cause(name: str, cause: CauseLines, *, details: bool) -> Iterator[Line]:
    when = f" ({cause.when})" if cause.when else ""
    sort = name.partition(" ")[0]
    yield Line(name, cause.headline, Rank.HEADLINE, sort, TALLEST, when, "", "bold red")
    if cause.proof:
        yield Line("", cause.proof, Rank.PROOF, "proof", TALLEST, style="green")
    for each in cause.evidence:
        rank = Rank.LATER_EVIDENCE if each.snapshot == "t2" else Rank.EVIDENCE
        yield Line("", _evidence(each, details=details), rank, "raw line", style="cyan")
    for at, effect in enumerate(cause.consequences):
        rank = Rank.MORE_EFFECTS if at else Rank.EFFECT
        yield Line(f"{'→':>{MARGIN - 1}}", effect, rank, "consequence", name_style="dim")


def _evidence(each: Evidence, *, details: bool) -> str:
    where = source(each) if details else short_source(each)
    return f"{where}: {each.text if details else squeezed(each.text)}"


def _section(name: str, texts: Sequence[str], like: Line) -> Iterator[Line]:
    """Yield a section's lines: the first is as ``like``, the others have one row and no rank."""
    for at, text in enumerate(texts):
        if at == 0:
            yield replace(like, name=name, text=text, name_style="bold")
        else:
            yield replace(like, text=text, rank=Rank.MORE, rows=1)
