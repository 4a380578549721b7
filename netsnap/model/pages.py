"""What rows of facts say of the workload whose they are, and of those that they name."""

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from collector.capture import HOST
from netsnap.model.intervals import WITH_PREFIXES, Interval, intervals
from netsnap.model.lexicon import Lexicon, Plain
from netsnap.model.linepages import NO_NAMES, NOBODY, Lines
from netsnap.model.naming import Names
from netsnap.model.ruleset import KINDS as FILTERS
from netsnap.model.space import Space
from netsnap.model.wording import CHAINS, WORDINGS, Said
from parsers.facts import Fact
from parsers.records import Rule
from parsers.roles import Record

Rows = tuple[Sequence[Fact], ...]

UNNAMED: Mapping[str, tuple[Hashable, ...]] = {}
NO_INTERVALS: frozenset[Interval] = frozenset()
NO_TEXTS: frozenset[str] = frozenset()

_FILTERS = frozenset(kind.kind for kind in FILTERS)
_HAVE_ORDER = frozenset((Rule, *FILTERS))


class Page(NamedTuple):
    """What a part of a namespace says.

    ``own`` are the forms of its facts in a workload's own terms, ``named`` what it says of each
    other workload, and ``lined`` are those that lines name whose order counts.
    """

    part: str
    rows: Rows
    own: tuple[int, ...]
    named: Mapping[str, tuple[Hashable, ...]]
    lined: frozenset[str]
    wildcards: frozenset[str]
    intervals: frozenset[Interval]


def parts(space: Space) -> Iterator[tuple[str, Rows]]:
    """Yield a namespace's facts in parts that do not depend on each other.

    A node's own are many, and a few of them change: those of each kind are a part, and those of
    all packet filters together.
    """
    if space.netns != HOST:
        yield "", tuple(space.held.values())
        return
    yield "filter", tuple(facts for kind, facts in space.held.items() if kind in _FILTERS)
    yield from ((kind, (facts,)) for kind, facts in space.held.items() if kind not in _FILTERS)


class _Draft:
    """A page while it is read."""

    def __init__(self, names: Names, lexicon: Lexicon, space: Space) -> None:
        self.names = names
        self.lexicon = lexicon
        self.node = space.node if space.netns == HOST else ""
        self.owner = names.owner.get(space.place, "")
        self.own: list[int] = []
        self.named: dict[str, list[Hashable]] = defaultdict(list)
        self.lined: set[str] = set()
        self.intervals: set[Interval] = set()
        self.lines: Lines | None = None

    def row(self, facts: Sequence[Fact], at: int) -> None:
        """Read facts of one kind, which stand in the text from ``at`` on."""
        kind = type(facts[0].record)
        if kind in CHAINS:
            if self.lines is None:
                self.lines = Lines(self.names, self.lexicon, self.node, self.owner)
            self.lines.read(facts, at)
        elif kind in WORDINGS:
            self._records(facts, kind, at)

    def _records(self, facts: Sequence[Fact], kind: type[Record], at: int) -> None:
        known, read, own = self.lexicon.records, self.lexicon.read, self.own
        has_prefixes = kind in WITH_PREFIXES
        for place, fact in enumerate(facts, at):
            record = fact.record
            found = known.get(id(record)) or read(record)
            if isinstance(found, Plain):
                if has_prefixes and found.intervals:
                    self.intervals.update(found.intervals)
                if self.owner:
                    own.append(found.form)
                continue
            if has_prefixes:
                self.intervals.update(intervals(record))
            for name in self._others(found):
                form: Hashable = self.lexicon.form(found, self.names.placeholders[name])
                self.named[name].append((form, place) if kind is Rule else form)
                if kind in _HAVE_ORDER:
                    self.lined.add(name)

    def _others(self, found: Said) -> AbstractSet[str]:
        """Tell a record of the workload whose it is, and return the others that it names."""
        if not self.owner:
            who = self.names.named(found.words, self.node)
            if not who:
                self.lexicon.form(found, NO_NAMES)  # its words may be names in another snapshot
            return who
        own = self.names.placeholders[self.owner]
        words = tuple(map(own.get, found.words, found.words))
        self.own.append(self.lexicon.form_of(found.rest, words))
        if self.lexicon.known.isdisjoint(words):
            return NOBODY
        return self.names.named(found.words, self.node) - {self.owner}

    def page(self, part: str, rows: Rows) -> Page:
        """Return what was read."""
        wildcards = NO_TEXTS
        if self.lines is not None:
            self.own += self.lines.own
            self.intervals |= self.lines.intervals
            wildcards = frozenset(self.lines.wildcards)
            for name, told in self.lines.told():
                self.named[name].append(told)
                self.lined.add(name)
        return Page(
            part,
            rows,
            tuple(self.own),
            {name: tuple(told) for name, told in self.named.items()} if self.named else UNNAMED,
            frozenset(self.lined) if self.lined else NOBODY,
            wildcards,
            frozenset(self.intervals) if self.intervals else NO_INTERVALS,
        )


class Reader:
    """Reads the pages of one network."""

    def __init__(self, names: Names, lexicon: Lexicon) -> None:
        self._names = names
        self._lexicon = lexicon
        self._intervals: dict[frozenset[Interval], frozenset[Interval]] = {}

    def page(self, space: Space, part: str, rows: Rows) -> Page:
        """Go through the facts of a part once."""
        draft, at = _Draft(self._names, self._lexicon, space), 0
        for facts in rows:
            if facts:
                draft.row(facts, at)
            at += len(facts)
        page = draft.page(part, rows)
        return page._replace(intervals=self._intervals.setdefault(page.intervals, page.intervals))
