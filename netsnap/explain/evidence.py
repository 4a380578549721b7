"""The raw line behind every sentence."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from netsnap.diff.changes import Change
from netsnap.explain.explanation import Evidence
from parsers.answer import Answer
from parsers.facts import Fact, Facts
from parsers.text import Text, decode

Raw = Callable[[str], bytes]
"""Fetch the stored bytes of an answer by their digest (``History.raw``)."""

ABSENT = "(no such line)"


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
        hints = [str(value) for each in change.fields for value in (each.before, each.after)]
        found = []
        for side, fact, facts in sides:
            if fact is not None:
                found.append(self._line(side, fact, hints))
            else:
                asked = _same_question(change, facts)
                if asked is not None:
                    found.append(_evidence(side, asked, change.key.netns, 0, ABSENT))
        return tuple(found)

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
        if number <= len(lines) and lines[number - 1].strip() in ("{", "[", "[{"):
            number = _line_with(lines, number, hints)
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        return _evidence(side, fact.answer, fact.key.netns, number, text.strip())

    def _lines(self, digest: str) -> list[str]:
        if digest not in self.texts:
            self.texts[digest] = Text(decode(self.raw(digest))).lines
        return self.texts[digest]


def _line_with(lines: list[str], start: int, hints: list[str]) -> int:
    """Find the line of a JSON object that names one of the changed values."""
    for number in range(start, min(len(lines), start + 400)):
        if any(hint and f'"{hint}"' in lines[number - 1] for hint in hints):
            return number
    return start


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
