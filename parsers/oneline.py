"""The ``-o`` output of iproute2: a backslash stands in place of each line break in a record.

The template reads the pieces as the lines that they would be, and the account is of the lines as
printed: one is unknown if any of its pieces is.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from parsers.reading import Ledger, Reading, UnknownLine

_BREAK = re.compile(r"\\(?= {4})")
_BEGINS = re.compile(r"\d+: ")
"""Only such a line is parted: elsewhere a backslash is somebody's text, an alias for one."""


def part(lines: Sequence[str]) -> list[list[str]]:
    """Return the lines that each line stands for: itself, but for a record on one line."""
    return [_BREAK.split(line) if _BEGINS.match(line) else [line] for line in lines]


def read_lines(lines: Sequence[str], read: Callable[[Sequence[str]], Reading]) -> Reading:
    """Give ``read`` the lines, one-line records parted, and tell what it says of the lines."""
    if not any("\\" in line for line in lines):
        return read(lines)
    parted = part(lines)
    pieces = [piece for each in parted for piece in each]
    if len(pieces) == len(lines):
        return read(lines)
    origin = [number for number, each in enumerate(parted, 1) for _ in each]
    return _folded(read(pieces), lines, origin)


def _folded(reading: Reading, lines: Sequence[str], origin: Sequence[int]) -> Reading:
    unknown = sorted({origin[each.line - 1] for each in reading.ledger.unknown})
    blank = sum(not line.strip() for line in lines)
    return replace(
        reading,
        line_numbers=tuple(origin[piece - 1] for piece in reading.line_numbers),
        ledger=Ledger(
            lines=len(lines),
            parsed=len(lines) - blank - len(unknown),
            noise=blank,
            unknown=tuple(UnknownLine(number, lines[number - 1]) for number in unknown),
        ),
    )
