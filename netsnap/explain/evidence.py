"""The raw line behind every sentence."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import takewhile

from netsnap.diff.changes import Change
from netsnap.diff.fields import UNSAID
from netsnap.explain.altered import pairs_of
from netsnap.explain.explanation import Evidence
from parsers.answer import Answer
from parsers.facts import Fact, Facts
from parsers.records import CalicoResource
from parsers.roles import Role
from parsers.text import Text, decode

Raw = Callable[[str], bytes]
"""Fetch the stored bytes of an answer by their digest (``History.raw``)."""

ABSENT = "(no such line)"
MOST_BELOW = 8
"""Lines below an interface's first one that may say what changed."""

_OTHER = {"before": "after", "after": "before"}
_BEGINS_OBJECT = re.compile(r"\s*(?:\{|\[|\[\{|(?:- )?(?:apiVersion|kind): .*)\s*")


@dataclass(frozen=True)
class Witness:
    """Finds the lines, told apart as the readers do; ``raw`` is asked once for each text."""

    before: Facts
    after: Facts
    raw: Raw
    texts: dict[str, list[str]]

    def of_change(self, change: Change) -> tuple[Evidence, ...]:
        """Return the line at t1 and at t2; where it is absent, say where it was sought."""
        sides = (("t1", change.before, self.before), ("t2", change.after, self.after))
        hints = {"t1": _hints(change, "before"), "t2": _hints(change, "after")}
        found = []
        for side, fact, facts in sides:
            if fact is not None:
                found.append(self._line(side, fact, hints[side]))
            else:
                asked = _same_question(change, facts)
                if asked is not None:
                    found.append(_evidence(side, asked, change.key.netns, 0, ABSENT))
        return tuple(found)

    def of_fact(self, side: str, fact: Fact) -> Evidence:
        """Return the line of one fact; ``side`` is the snapshot that it is of, "t1" or "t2"."""
        return self._line(side, fact, [])

    def of_changes(self, changes: Iterable[Change], limit: int = 4) -> tuple[Evidence, ...]:
        """Return the lines of several changes, at most ``limit`` of them."""
        found: list[Evidence] = []
        for change in changes:
            found.extend(self.of_change(change))
            if len(found) >= limit:
                break
        return tuple(found[:limit])

    def _line(self, side: str, fact: Fact, hints: list[str]) -> Evidence:
        lines = self._lines(fact.answer.digest)
        number = fact.line
        if number <= len(lines) and _BEGINS_OBJECT.fullmatch(lines[number - 1]):
            number = _line_with(lines, number, [*hints, *_names(fact)])
        else:
            number = _line_below(lines, number, hints)
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        return _evidence(side, fact.answer, fact.key.netns, number, text.strip())

    def _lines(self, digest: str) -> list[str]:
        if digest not in self.texts:
            self.texts[digest] = Text(decode(self.raw(digest))).lines
        return self.texts[digest]


def _hints(change: Change, side: str) -> list[str]:
    """Return what the line of a changed value may say on one side, the surest first."""
    found: list[str] = []
    for field in sorted(change.fields, key=lambda each: each.role is not Role.STATE):
        value, other = (getattr(field, each) for each in (side, _OTHER[side]))
        named, others = pairs_of(value), pairs_of(other) or {}
        if named is None:
            found += [str(each) for each in (value, other) if each not in UNSAID]
        else:
            differing = [key for key in {**named, **others} if named.get(key) != others.get(key)]
            found += [f"{_leaf(key)}: {named[key]}" for key in differing if key in named]
            found += [f"{key}={named[key]}" for key in differing if key in named]
            found += [f"{_leaf(key)}:" for key in differing]
    return found


def _leaf(path: str) -> str:
    return path.rpartition(".")[2].partition("[")[0]


def _names(fact: Fact) -> list[str]:
    record = fact.record
    return [f"name: {record.name}"] if isinstance(record, CalicoResource) else []


def _line_with(lines: list[str], start: int, hints: list[str]) -> int:
    """Find the line of an object, in JSON or YAML, that says one of the hints."""
    last = _last_line(lines, start)
    for hint in hints:
        for number in range(start, last + 1):
            line = lines[number - 1]
            if f'"{hint}"' in line or line.strip().removeprefix("- ").startswith(hint):
                return number
    return start


def _line_below(lines: list[str], start: int, hints: list[str]) -> int:
    """Find the line that says a hint among those that are indented below a thing's first one."""
    after = range(start + 1, min(len(lines), start + MOST_BELOW) + 1)
    below = list(takewhile(lambda number: lines[number - 1][:1].isspace(), after))
    for hint in hints if below else ():
        for number in (start, *below):
            if f" {hint} " in f" {lines[number - 1].strip()} ":
                return number
    return start


def _last_line(lines: list[str], start: int) -> int:
    """Return the last line of an object that is an element of a YAML list; else a bound."""
    bound = min(len(lines), start + 400)
    first = lines[start - 1]
    dash = len(first) - len(first.lstrip())
    for number in range(start + 1, bound + 1):
        line = lines[number - 1]
        is_next = first[dash] == "-" and line.strip() and len(line) - len(line.lstrip()) <= dash
        if is_next or line.startswith("---"):
            return number - 1
    return bound


def _same_question(change: Change, facts: Facts) -> Answer | None:
    """Find where the fact would have stood in the snapshot that lacks it."""
    present = change.before or change.after
    if present is None:
        return None
    probe = present.answer.question.probe
    for view in facts.snapshot.nodes:
        if view.node == change.key.node:
            for answer in view.answers:
                name = facts.netns.get((view.node, answer.question.scope))
                if answer.question.probe == probe and name == change.key.netns:
                    return answer
    return None


def _evidence(side: str, answer: Answer, netns: str, line: int, text: str) -> Evidence:
    return Evidence(answer.node, netns, answer.command, answer.started, line, text, side)
