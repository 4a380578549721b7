"""What records say, read once, and numbered: equal numbers say the same.

Most records name no workload, and are the same objects in many namespaces and in both of two
snapshots; of those the number is remembered. What names somebody is told in that one's own terms,
which are placeholders.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from netsnap.model.wording import LINES, WITH_PREFIXES, Interval, Rest, Said, Words, intervals, said
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
        self._plain: dict[int, Plain | None] = {}
        """id of a record → what it says; None for a kind that the model does not read."""
        self.bare: dict[int, int] = {}
        """Of those that tell nothing apart either, id of a record → its form."""
        self._held: list[Record] = []  # so that their ids stay their own
        self._known: set[str] = set()
        self._forms: dict[tuple[Rest, Words], int] = {}
        self._numbers: dict[Hashable, int] = {}

    def learn(self, names: AbstractSet[str]) -> None:
        """Take words as names; what was thought to name nobody and has one of them is forgotten."""
        new = names - self._known
        self._known |= new
        stale = {number for form, number in self._with(new)}
        if stale:
            self._plain = {
                each: found
                for each, found in self._plain.items()
                if found is None or found.form not in stale
            }
            self.bare = {each: form for each, form in self.bare.items() if form not in stale}

    def kinds_with(self, words: AbstractSet[str]) -> frozenset[str]:
        """Return the kinds of records that have one of some words that named nobody there."""
        return frozenset(str(rest[0]) for (rest, _), _ in self._with(words))

    def _with(self, words: AbstractSet[str]) -> Iterator[tuple[tuple[Rest, Words], int]]:
        if words:
            for form, number in self._forms.items():
                if not words.isdisjoint(form[1]):
                    yield form, number

    def read(self, record: Record) -> Plain | Open | None:
        """Read a record; what names nobody is remembered by its id."""
        if id(record) in self._plain:
            return self._plain[id(record)]
        spoken = said(record)
        if spoken is None:
            return self._remember(record, None)
        known = self._known
        candidates = tuple([word for word in spoken.words if word in known])
        kind = type(record)
        apart = intervals(record) if kind in WITH_PREFIXES else ()
        wildcards = _wildcards(spoken) if kind in LINES else ()
        if candidates:
            return Open(spoken, candidates, apart, wildcards)
        form = self._forms.setdefault(spoken, len(self._forms))
        if apart or wildcards:
            return self._remember(record, Plain(form, apart, wildcards))
        self.bare[id(record)] = form
        self._held.append(record)
        return Plain(form)

    def _remember(self, record: Record, found: Plain | None) -> Plain | None:
        self._plain[id(record)] = found
        self._held.append(record)
        return found

    def form(self, spoken: Said, names: Mapping[str, str]) -> int:
        """Return the number of what is said, with placeholders for some words."""
        rest, words = spoken
        form = (rest, tuple(map(names.get, words, words)))
        return self._forms.setdefault(form, len(self._forms))

    def number(self, what: Hashable) -> int:
        """Return the number of anything: equal for what is equal."""
        return self._numbers.setdefault(what, len(self._numbers))


def _wildcards(spoken: Said) -> tuple[str, ...]:
    """Return the beginnings of names that a line of a packet filter asks for."""
    text = "".join(spoken.words)
    if "*" not in text and "+" not in text:
        return ()
    return tuple(name for some in _WILDCARD.findall(text) for name in some if name)
