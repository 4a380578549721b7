"""The first screen: twelve rows, whatever there is to tell.

Every line has a rank. Where not all lines have room, those that say most about the fault stay,
in their order, and the others are counted.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

from rich.console import Console
from rich.text import Text

from netsnap.report.words import count

ROWS = 12
COLUMNS = 100
"""What a screen is taken to be as wide as where there is none."""
MARGIN = 13
NARROWEST = 20
"""Columns for the text beside the margin, however narrow the terminal claims to be."""
STEP = 8
"""Letters that are taken off a line at once, to make it fit."""


class Rank(IntEnum):
    """What stays, the surest first."""

    VERDICT = 0
    HEADLINE = 1
    PROOF = 2
    PAIRS = 3
    BLIND = 4
    EVENT = 5
    LATER_EVIDENCE = 6  # as it is at t2
    EFFECT = 7
    EVIDENCE = 8
    NOISE = 9
    MORE_EFFECTS = 10
    MORE = 11


@dataclass(frozen=True, slots=True)
class Line:
    """One line beside the margin. ``rows`` is how many rows of a screen it may take.

    ``tail`` is the end of the text that is never cut; ``noun`` counts the line where it is not
    told.
    """

    name: str
    text: str
    rank: Rank
    noun: str
    rows: int = 1
    tail: str = ""
    style: str = ""
    name_style: str = ""


def fitted(lines: Sequence[Line], untold: Counter[str], console: Console) -> list[Line]:
    """Return the lines that have room on the first screen, and one that counts the others.

    ``untold`` are others that surely have none, by their noun.
    """
    heights = [_height(line, console) for line in lines]
    if sum(heights) <= ROWS and not untold:
        return list(lines)
    kept: set[int] = set()
    room = ROWS - 1  # the last row counts the others
    for at in sorted(range(len(lines)), key=lambda each: (lines[each].rank, each)):
        if heights[at] <= room:
            kept.add(at)
            room -= heights[at]
    rest = Counter(line.noun for at, line in enumerate(lines) if at not in kept)
    return [*_named(lines, kept), _more(rest + untold)]


def _named(lines: Sequence[Line], kept: set[int]) -> Iterator[Line]:
    """Yield the lines that are kept; a section whose first line is not has its name on the next."""
    name = ("", "")
    for at, line in enumerate(lines):
        if line.name:
            name = (line.name, line.name_style)
        if at in kept:
            yield _renamed(line, name)
            name = ("", "")


def _renamed(line: Line, name: tuple[str, str]) -> Line:
    if line.name or not name[0] or name[0].strip() == "→":
        return line
    return Line(name[0], line.text, line.rank, line.noun, line.rows, line.tail, line.style, name[1])


def _more(rest: Counter[str]) -> Line:
    told = ", ".join(count(number, noun) for noun, number in rest.items())
    return Line("", f"and {told} more (--details)", Rank.MORE, "line", style="dim")


def _height(line: Line, console: Console) -> int:
    return min(len(_wrapped(line.text + line.tail, line, console)), line.rows)


def _width(line: Line, console: Console) -> int:
    columns = console.width if console.is_terminal else COLUMNS
    return max(columns - max(MARGIN, len(line.name)), NARROWEST)


def pieces(line: Line, console: Console, *, cut: bool) -> Iterable[Text]:
    """Return a line as rows of a screen: wrapped, and cut to its own number of rows if asked."""
    text = line.text
    found = _wrapped(text + line.tail, line, console)
    if cut and len(found) > line.rows:
        text = text[: line.rows * _width(line, console) + STEP]  # no more letters have room
    while cut and len(found) > line.rows and len(text) > STEP:
        text = text[:-STEP]
        found = _wrapped(f"{text.rstrip()}…{line.tail}", line, console)
    return found


def _wrapped(text: str, line: Line, console: Console) -> list[Text]:
    return list(Text(text, style=line.style).wrap(console, _width(line, console)))
