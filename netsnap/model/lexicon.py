"""What records say, read once, and numbered: equal numbers say the same.

Most records name no workload, and are the same objects in many namespaces and in both of two
snapshots; of those the number is remembered. What names somebody is told in that one's own terms,
which are placeholders.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from netsnap.model.wording import Interval, Said, chain_of, intervals, said
from parsers.roles import Record

_WILDCARD = re.compile(r'"([^"*]*)\*"|-[io] (\S+)\+')


class Plain(NamedTuple):
    """A record that names nobody: its form, and what it tells apart."""

    form: int
    intervals: tuple[Interval, ...] = ()
    wildcards: tuple[str, ...] = ()


class Open(NamedTuple):
    """A record that may name workloads, by some of its words."""

    said: Said
    candidates: tuple[str, ...]
    intervals: tuple[Interval, ...] = ()
    wildcards: tuple[str, ...] = ()


class Lexicon:
    """Numbers for what is said, shared by snapshots that have much in common."""

    def __init__(self) -> None:
        self.plain: dict[int, Plain | None] = {}
        """id of a record → what it says; None for a kind that the model does not read."""
        self._held: list[Record] = []  # so that their ids stay their own
        self._known: set[str] = set()
        self._forms: dict[Said, int] = {}
        self._bare: dict[int, Plain] = {}
        self._numbers: dict[Hashable, int] = {}

    def learn(self, names: AbstractSet[str]) -> None:
        """Take words as names; what was thought to name nobody and has one of them is forgotten."""
        new = names - self._known
        self._known |= new
        stale = {number for form, number in self._with(new)}
        if stale:
            self.plain = {
                each: found
                for each, found in self.plain.items()
                if found is None or found.form not in stale
            }

    def kinds_with(self, words: AbstractSet[str]) -> frozenset[str]:
        """Return the kinds of records that have one of some words that named nobody there."""
        return frozenset(str(form.rest[0]) for form, _ in self._with(words))

    def _with(self, words: AbstractSet[str]) -> Iterator[tuple[Said, int]]:
        if words:
            for form, number in self._forms.items():
                if not words.isdisjoint(form.words):
                    yield form, number

    def read(self, record: Record) -> Plain | Open | None:
        """Read a record; what names nobody is remembered by its id in ``plain``."""
        spoken = said(record)
        if spoken is None:
            return self._remember(record, None)
        known = self._known
        candidates = tuple([word for word in spoken.words if word in known])
        apart = tuple(intervals(record))
        wildcards = _wildcards(record, spoken)
        if candidates:
            return Open(spoken, candidates, apart, wildcards)
        form = self._forms.setdefault(spoken, len(self._forms))
        if apart or wildcards:
            return self._remember(record, Plain(form, apart, wildcards))
        return self._remember(record, self._bare.setdefault(form, Plain(form)))

    def _remember(self, record: Record, found: Plain | None) -> Plain | None:
        self.plain[id(record)] = found
        self._held.append(record)
        return found

    def form(self, spoken: Said, names: Mapping[str, str]) -> int:
        """Return the number of what is said, with placeholders for some words."""
        form = Said(spoken.rest, tuple([names.get(word, word) for word in spoken.words]))
        return self._forms.setdefault(form, len(self._forms))

    def number(self, what: Hashable) -> int:
        """Return the number of anything: equal for what is equal."""
        return self._numbers.setdefault(what, len(self._numbers))


def _wildcards(record: Record, spoken: Said) -> tuple[str, ...]:
    """Return the beginnings of names that a line of a packet filter asks for."""
    if chain_of(record) is None:
        return ()
    text = "".join(spoken.words)
    if "*" not in text and "+" not in text:
        return ()
    return tuple(name for some in _WILDCARD.findall(text) for name in some if name)
