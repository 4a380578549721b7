"""What records say, read once, and numbered: equal numbers say the same.

Most records name no workload, and are the same objects in many namespaces and in both of two
snapshots; of those the number is remembered. What names somebody is told in that one's own terms,
which are placeholders.
"""

import re
from collections.abc import Hashable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple, TypeVar

from netsnap.model.intervals import Interval, intervals
from netsnap.model.wording import TEXTS, WORDINGS, Rest, Said, Words, said_of_chain, said_of_text
from parsers.roles import Record

T = TypeVar("T")

_WILDCARD = re.compile(r'"([^"*]*)\*"|-[io] (\S+)\+')


class Plain(NamedTuple):
    """What names nobody: its form, and what it tells apart."""

    form: int
    intervals: tuple[Interval, ...] = ()
    wildcards: tuple[str, ...] = ()


class Lexicon:
    """Numbers for what is said, shared by snapshots that have much in common."""

    def __init__(self) -> None:
        self.known: set[str] = set()
        """Words that are names, and those that were in a snapshot before."""
        self.records: dict[int, Plain] = {}
        """id of a record that names nobody → what it says."""
        self.chains: dict[Words, Plain] = {}
        """Likewise, what a chain is called → what that says."""
        self.texts: dict[type[Record], dict[Words, Plain]] = {kind: {} for kind in TEXTS}
        """Likewise, a line of a chain but for its chain."""
        self._held: list[Record] = []  # so that their ids stay their own
        self._forms: dict[tuple[Rest, Words], int] = {}
        self._bare: dict[int, Plain] = {}
        self._numbers: dict[Hashable, int] = {}

    def learn(self, names: AbstractSet[str]) -> None:
        """Take words as names; what was thought to name nobody and has one of them is forgotten."""
        new = names - self.known
        self.known |= new
        stale = {number for form, number in self._with(new)}
        if stale:
            self.records = _without(stale, self.records)
            self.chains = _without(stale, self.chains)
            self.texts = {kind: _without(stale, of) for kind, of in self.texts.items()}

    def kinds_with(self, words: AbstractSet[str]) -> frozenset[str]:
        """Return the kinds of records that have one of some words that named nobody there."""
        return frozenset(str(rest[0]) for (rest, _), _ in self._with(words))

    def _with(self, words: AbstractSet[str]) -> Iterator[tuple[tuple[Rest, Words], int]]:
        if words:
            for form, number in self._forms.items():
                if not words.isdisjoint(form[1]):
                    yield form, number

    def read(self, record: Record) -> Plain | Said:
        """Read a record of a kind that the model reads: what may name somebody, as it stands."""
        spoken = WORDINGS[type(record)](record)
        if not self.known.isdisjoint(spoken.words):
            return spoken
        found = self.records[id(record)] = self._plain(spoken, intervals(record))
        self._held.append(record)
        return found

    def chain(self, kind: str, chain: Words) -> Plain | Said:
        """Read what a chain is called."""
        spoken = said_of_chain(kind, chain)
        if not self.known.isdisjoint(spoken.words):
            return spoken
        found = self.chains[chain] = self._plain(spoken, ())
        return found

    def text(self, line: Record, texts: Words) -> Plain | Said:
        """Read a line of a chain, but for its chain."""
        spoken = said_of_text(line.kind, texts)
        if not self.known.isdisjoint(spoken.words):
            return spoken
        found = self._plain(spoken, intervals(line), wildcards(spoken))
        self.texts[type(line)][texts] = found
        return found

    def _plain(
        self, spoken: Said, apart: tuple[Interval, ...], beginnings: tuple[str, ...] = ()
    ) -> Plain:
        form = self._forms.setdefault(spoken, len(self._forms))
        if apart or beginnings:
            return Plain(form, apart, beginnings)
        return self._bare.setdefault(form, Plain(form))

    def form(self, spoken: Said, names: Mapping[str, str]) -> int:
        """Return the number of what is said, with placeholders for some words."""
        words = spoken.words
        return self.form_of(spoken.rest, tuple(map(names.get, words, words)))

    def form_of(self, rest: Rest, words: Words) -> int:
        """Return the number of what is said in these words."""
        return self._forms.setdefault((rest, words), len(self._forms))

    def number(self, what: Hashable) -> int:
        """Return the number of anything: equal for what is equal."""
        return self._numbers.setdefault(what, len(self._numbers))


def wildcards(text: Said) -> tuple[str, ...]:
    """Return the beginnings of names that a line of a packet filter asks for."""
    joined = "".join(text.words)
    if "*" not in joined and "+" not in joined:
        return ()
    return tuple(name for some in _WILDCARD.findall(joined) for name in some if name)


def _without(stale: AbstractSet[int], read: dict[T, Plain]) -> dict[T, Plain]:
    return {what: found for what, found in read.items() if found.form not in stale}
