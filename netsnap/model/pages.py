"""What rows of facts say of the workload whose they are, and of those that they name.

Where order decides (the lines of a packet filter), lines that name workloads may change places only
with lines of the same form between the same neighbours.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from collector.capture import HOST
from netsnap.model.lexicon import Lexicon, Open
from netsnap.model.naming import Names
from netsnap.model.ruleset import KINDS as FILTERS
from netsnap.model.space import Space
from netsnap.model.wording import LINES, Interval, chain_of
from parsers.facts import Fact
from parsers.records import Rule
from parsers.roles import Record

Rows = tuple[Sequence[Fact], ...]

NOBODY: Mapping[str, tuple[Hashable, ...]] = {}
NO_INTERVALS: frozenset[Interval] = frozenset()
NO_TEXTS: frozenset[str] = frozenset()
NO_NAMES: Mapping[str, str] = {}

_FILTERS = frozenset(kind.kind for kind in FILTERS)
_SELECTS = re.compile(r'(?:saddr|daddr|[io]if(?:name)?) "?@|(?<!! )-[sdio] @')
"""A line that picks out one workload's packets; of such lines only one can fit a packet's end."""


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


class Mention(NamedTuple):
    """A line that names a workload.

    ``slot`` is what a line whose order counts may not leave; ``order`` its place in the text,
    which counts where the lines of the slot are of several forms.
    """

    name: str
    form: int
    slot: Hashable
    order: int


@dataclass(slots=True)
class _Chains:
    """Where in the packet filter of one namespace the reader is."""

    length: dict[Hashable, int] = field(default_factory=lambda: defaultdict(int))
    common: dict[Hashable, int] = field(default_factory=lambda: defaultdict(int))
    forms: dict[Hashable, set[int]] = field(default_factory=lambda: defaultdict(set))
    mentions: list[Mention] = field(default_factory=list)

    def passed(self, record: Record, *, names_somebody: bool) -> None:
        """Count a line."""
        row = chain_of(record)
        if row is not None:
            self.length[row] += 1
            self.common[row] += not names_somebody

    def told(self) -> Iterator[tuple[str, Hashable]]:
        """Yield what is told of each workload, once all lines are read."""
        for name, form, slot, order in self.mentions:
            counts = slot == Rule.kind or len(self.forms.get(slot, ())) > 1
            yield name, (form, slot, order if counts else 0)


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
        self.wildcards: set[str] = set()
        self.intervals: set[Interval] = set()
        self.chains = _Chains()

    def row(self, facts: Sequence[Fact], at: int) -> None:
        """Read facts of one kind, which stand in the text from ``at`` on."""
        bare, is_own = self.lexicon.bare, bool(self.owner)
        is_line = type(facts[0].record) in LINES
        has_order = is_line or isinstance(facts[0].record, (Rule, *FILTERS))
        for place, fact in enumerate(facts, at):
            record = fact.record
            form = bare.get(id(record))
            if form is None:
                found = self.lexicon.read(record)
                if found is None:
                    return  # a kind that the model does not read
                if found.intervals:
                    self.intervals.update(found.intervals)
                if found.wildcards:
                    self.wildcards.update(found.wildcards)
                if isinstance(found, Open):
                    self._open(found, (record, place) if has_order else None)
                    continue
                form = found.form
            if is_own:
                self.own.append(form)
            if is_line:
                self.chains.passed(record, names_somebody=False)

    def _open(self, found: Open, line: tuple[Record, int] | None) -> None:
        form, placeholders = self.lexicon.form, self.names.placeholders
        if self.owner:
            own = placeholders[self.owner]
            self.own.append(form(found.said, own))
            if line is None and own.keys() >= set(found.candidates):
                return  # it names no other
        who = self.names.named(found.candidates, self.node)
        if self.owner:
            who.discard(self.owner)
        elif not who:
            form(found.said, NO_NAMES)  # its words may be names in another snapshot
        for name in who:
            if line is None:
                self.named[name].append(form(found.said, placeholders[name]))
            else:
                self._lined(name, found, *line, is_alone=len(who) == 1)
        if line is not None:
            self.chains.passed(line[0], names_somebody=bool(who))

    def _lined(self, name: str, found: Open, record: Record, at: int, *, is_alone: bool) -> None:
        placeholders = self.names.placeholders[name]
        form = self.lexicon.form(found.said, placeholders)
        row = chain_of(record)
        if row is None:
            slot: Hashable = Rule.kind if isinstance(record, Rule) else ""
            self.chains.mentions.append(Mention(name, form, slot, at))
            return
        words = [placeholders.get(word, word) for word in found.said.words]
        if any(word.startswith("@") for word in words[: words.index("|", 2)]):
            end = ("at", self.chains.length[row])  # in a chain of its own
            self.chains.mentions.append(Mention(name, form, end, 0))
            return
        slot = (row, self.chains.common[row])
        picks = is_alone and _SELECTS.search("".join(words)) is not None
        self.chains.forms[slot].add(form if picks else -1 - at)
        self.chains.mentions.append(Mention(name, form, slot, at))

    def page(self, part: str, rows: Rows) -> Page:
        """Return what was read."""
        lined = frozenset(each.name for each in self.chains.mentions)
        for name, told in self.chains.told():
            self.named[name].append(told)
        return Page(
            part,
            rows,
            tuple(self.own),
            {name: tuple(told) for name, told in self.named.items()} if self.named else NOBODY,
            lined or NO_TEXTS,
            frozenset(self.wildcards) or NO_TEXTS,
            frozenset(self.intervals) or NO_INTERVALS,
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
