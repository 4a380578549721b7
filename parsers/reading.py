"""What reading a text gives: its records, and an account of every line."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import islice

from parsers.roles import Record

KEPT = 1000
"""Unknown lines of one answer whose text is kept; the others are counted and have one digest."""

LONGEST = 4000
"""Characters of an unknown line that are kept; of a longer one the length and a digest tell."""

_AT_ONCE = 4096


@dataclass(frozen=True, slots=True)
class UnknownLine:
    """A line that no rule of the template knows. ``line`` counts from 1."""

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account of a text: ``lines == parsed + noise + unknown_count``, always.

    ``unknown`` are the first unknown lines, ``more`` counts those that follow them, and
    ``more_digest`` is the SHA-256 (hex) of their texts: with it, what is not kept is still known
    to be the same or not.
    """

    lines: int = 0
    parsed: int = 0
    noise: int = 0
    unknown: tuple[UnknownLine, ...] = ()
    more: int = 0
    more_digest: str = ""

    @property
    def unknown_count(self) -> int:
        """How many lines are unknown, kept or not."""
        return len(self.unknown) + self.more

    def bounded(self) -> "Ledger":
        """Return the ledger with no more text in it than is worth keeping, and the same counts.

        What is left out is told by its digest, never dropped without a word.
        """
        if self.more or not _is_much(self.unknown):
            return self
        kept = tuple(_shortened(each) for each in self.unknown[:KEPT])
        more = len(self.unknown) - len(kept)
        return replace(
            self,
            unknown=kept,
            more=more,
            more_digest=_digest(self.unknown) if more else "",
        )


def _is_much(unknown: Sequence[UnknownLine]) -> bool:
    return len(unknown) > KEPT or any(len(each.text) > LONGEST for each in unknown)


def _shortened(unknown: UnknownLine) -> UnknownLine:
    text = unknown.text
    if len(text) <= LONGEST:
        return unknown
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    kept = f"{text[:LONGEST]}… ({len(text)} characters, SHA-256 {digest})"
    return UnknownLine(unknown.line, kept)


def _digest(unknown: Sequence[UnknownLine]) -> str:
    """Return the SHA-256 of the texts that are not kept, each with a line feed behind it."""
    digest = hashlib.sha256()
    rest = islice(unknown, KEPT, None)
    while some := list(islice(rest, _AT_ONCE)):
        texts = "".join(f"{each.text}\n" for each in some)
        digest.update(texts.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Reading:
    """The records of one capture, and where each stands in its text.

    ``line_numbers`` runs parallel to ``records``: the line (from 1) where the record begins.
    ``blind`` is "" if the records are all there was to know; else a sentence that says why they
    may not be (the question timed out, the command failed, JSON was cut …). A Reading that is
    blind proves no absence. ``lacking`` says why it is blind: the program knows no such question.
    """

    records: tuple[Record, ...] = ()
    line_numbers: tuple[int, ...] = ()
    ledger: Ledger = Ledger()
    blind: str = ""
    lacking: bool = False
