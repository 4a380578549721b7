"""What ``netsnap check`` found, as lines and as JSON."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from netsnap.explain.check import Found
from netsnap.explain.checks.finding import Severity
from netsnap.explain.explanation import Evidence
from netsnap.report import as_json
from netsnap.report.words import count, names, short_source, squeezed
from parsers.facts import BlindSpot

WIDE = 9
ALIKE = 3
"""Findings of one check and one severity that the first screen tells."""
ROOM = 12
"""Lines of the first screen that tell findings."""


@dataclass
class _Entry:
    """One finding as lines: its sentence, and what of the rest there is room for."""

    found: Found
    evidence: list[str] = field(default_factory=list)
    then: str = ""
    alike: int = 0  # findings like it that are folded into it

    def lines(self) -> Iterator[str]:
        yield f"{self.found.finding.severity:<{WIDE}}{self.found.finding.sentence}"
        yield from (f"{'':<{WIDE}}{line}" for line in (*self.evidence, self.then) if line)
        if self.alike:
            yield f"{'':<{WIDE}}and {self.alike} more of this kind (--details)"


def finding_lines(
    found: Sequence[Found], blind: Iterable[BlindSpot], *, details: bool = False
) -> Iterator[str]:
    """Tell each finding with its lines, and what could not be looked at.

    The first screen has the worst; with ``details`` there is all of it.
    """
    entries = [_whole(each) for each in found] if details else _first_screen(found)
    for entry in entries:
        yield from entry.lines()
    untold = len(found) - sum(1 + entry.alike for entry in entries)
    more = f" ({untold} more with --details)" if untold else ""
    yield f"{_sum(found)}{more}"
    hidden = sorted({spot.node for spot in blind if not spot.lacking})
    if hidden:
        yield f"not all of {names(tuple(hidden))} could be read (netsnap show)"


def _whole(found: Found) -> _Entry:
    lines = [_line(line, line.text) for line in found.evidence]
    return _Entry(found, lines, _then(found))


def _first_screen(found: Sequence[Found]) -> list[_Entry]:
    """Choose what fits: the sentences first, a line for each, then what else there is to them.

    Where something is wrong, notices wait.
    """
    bad = [each for each in found if each.finding.severity is not Severity.NOTICE]
    entries = _folded(bad or found)
    while sum(1 + bool(entry.alike) for entry in entries) >= ROOM:
        entries.pop()
    room = ROOM - sum(1 + bool(entry.alike) for entry in entries)
    for step in range(ALIKE + 1):
        for entry in entries:
            if room and _grow(entry, step):
                room -= 1
    return entries


def _folded(found: Sequence[Found]) -> list[_Entry]:
    """Keep the first few of each kind; the last of them counts the others."""
    entries: list[_Entry] = []
    kinds: dict[tuple[str, Severity], list[_Entry]] = defaultdict(list)
    for each in found:
        kind = kinds[each.check, each.finding.severity]
        if len(kind) < ALIKE:
            kind.append(_Entry(each))
            entries.append(kind[-1])
        else:
            kind[-1].alike += 1
    return entries


def _grow(entry: _Entry, step: int) -> bool:
    """Give an entry its next line: a raw one, what to look at, the other raw ones."""
    if step == 1:
        entry.then = _then(entry.found)
        return bool(entry.then)
    at = step and step - 1
    if at >= min(len(entry.found.evidence), ALIKE):
        return False
    line = entry.found.evidence[at]
    entry.evidence.append(_line(line, squeezed(line.text)))
    return True


def _line(line: Evidence, text: str) -> str:
    return f"{short_source(line).strip()}: {text}"


def _then(found: Found) -> str:
    return f"see {found.finding.then}" if found.finding.then else ""


def _sum(found: Sequence[Found]) -> str:
    counts = Counter(each.finding.severity for each in found)
    words = [count(counts[severity], str(severity)) for severity in Severity if counts[severity]]
    bad = counts[Severity.ERROR] or counts[Severity.WARNING]
    told = "" if bad else "nothing is wrong as far as the snapshot shows"
    return "; ".join(filter(None, (told, ", ".join(words))))


def document(found: Sequence[Found]) -> list[dict[str, Any]]:
    """Return the findings as plain JSON values."""
    return [
        {
            "severity": str(each.finding.severity),
            "check": each.check,
            "node": each.finding.node,
            "netns": each.finding.netns,
            "sentence": each.finding.sentence,
            "see": each.finding.then,
            "evidence": [as_json.evidence(line) for line in each.evidence],
        }
        for each in found
    ]
