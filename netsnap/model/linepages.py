"""What the lines of packet filters say of the workloads that they name.

Their order decides: lines that name workloads may change places only with lines of the same form
between the same neighbours. A chain that is called by a workload's name is told as a whole.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from netsnap.model.intervals import Interval, intervals
from netsnap.model.lexicon import Lexicon, Plain, wildcards
from netsnap.model.naming import Names
from netsnap.model.wording import CHAINS, TEXTS, Said, Words
from parsers.facts import Fact
from parsers.roles import Record

NOBODY: frozenset[str] = frozenset()
NO_NAMES: Mapping[str, str] = {}

_SELECTS = re.compile(r'(?:saddr|daddr|[io]if(?:name)?) "?@|(?<!! )-[sdio] @')
"""A line that picks out one workload's packets; of such lines only one can fit a packet's end."""


class Mention(NamedTuple):
    """Lines that name a workload.

    ``slot`` is what a line may not leave; ``order`` its place in the text, which counts where the
    lines of the slot are of several forms.
    """

    name: str
    form: int
    slot: Hashable
    order: int


@dataclass(slots=True)
class _Chain:
    """A chain, and how far it was read."""

    called: Words
    head: Plain | Said
    whose: AbstractSet[str]  # the workloads that its name names
    length: int = 0
    common: int = 0  # lines that name nobody


class Lines:
    """The lines of one namespace, as they are read."""

    def __init__(self, names: Names, lexicon: Lexicon, node: str, owner: str) -> None:
        """``node`` is the one whose devices may be named, or ""; ``owner`` the workload."""
        self.own: list[int] = []
        self.wildcards: set[str] = set()
        self.intervals: set[Interval] = set()
        self._names = names
        self._lexicon = lexicon
        self._node = node
        self._owner = owner
        self._chains: dict[Words, _Chain] = {}
        self._forms: dict[Hashable, set[int]] = defaultdict(set)
        self._selecting: dict[int, bool] = {}  # by form: whether such a line picks packets out
        self._mentions: list[Mention] = []

    def read(self, facts: Sequence[Fact], at: int) -> None:
        """Read lines of one kind, which stand in the text from ``at`` on."""
        records = [fact.record for fact in facts]
        for called, run in groupby(records, CHAINS[type(records[0])]):
            lines = list(run)
            chain = self._chains.get(called) or self._begin(lines[0].kind, called)
            self._run(chain, lines, at)
            at += len(lines)

    def told(self) -> Iterator[tuple[str, Hashable]]:
        """Yield what is told of each workload, once all lines are read."""
        for name, form, slot, order in self._mentions:
            counts = len(self._forms.get(slot, ())) > 1
            yield name, (form, slot, order if counts else 0)

    def _begin(self, kind: str, called: Words) -> _Chain:
        head = self._lexicon.chains.get(called) or self._lexicon.chain(kind, called)
        chain = self._chains[called] = _Chain(called, head, self._named(head))
        if isinstance(head, Said) and not chain.whose:
            self._lexicon.form(head, NO_NAMES)  # its words may be names in another snapshot
        return chain

    def _run(self, chain: _Chain, lines: Sequence[Record], at: int) -> None:
        """Read lines of one chain that stand one after the other."""
        told: dict[str, list[int]] = {name: [] for name in chain.whose}
        if self._owner:
            told[self._owner] = self.own
        self._tell(chain.head, told)
        begun, kind = chain.length, type(lines[0])
        known = self._lexicon.texts[kind]
        for place, (line, texts) in enumerate(zip(lines, map(TEXTS[kind], lines), strict=True), at):
            text = known.get(texts) or self._lexicon.text(line, texts)
            if isinstance(text, Plain):
                self._tell_apart(text.intervals, text.wildcards)
                chain.common += not chain.whose
            else:
                self._tell_apart(intervals(line), wildcards(text))
                self._open(chain, text, place)
            self._tell(text, told)
            chain.length += 1
        for name in chain.whose:
            form = self._lexicon.number(tuple(told[name]))
            self._mentions.append(Mention(name, form, ("at", begun), 0))

    def _named(self, found: Plain | Said) -> AbstractSet[str]:
        if isinstance(found, Plain):
            return NOBODY
        return self._names.named(found.words, self._node) - {self._owner}

    def _tell(self, found: Plain | Said, told: Mapping[str, list[int]]) -> None:
        """Tell each of some workloads, in its own terms."""
        if isinstance(found, Plain):
            for forms in told.values():
                forms.append(found.form)
        else:
            for name, forms in told.items():
                forms.append(self._lexicon.form(found, self._names.placeholders[name]))

    def _tell_apart(self, apart: tuple[Interval, ...], beginnings: tuple[str, ...]) -> None:
        if apart:
            self.intervals.update(apart)
        if beginnings:
            self.wildcards.update(beginnings)

    def _open(self, chain: _Chain, text: Said, place: int) -> None:
        """Tell the workloads of a line that names them, but for those that its chain names."""
        others = self._named(text) - chain.whose
        is_alone = len(others) + len(chain.whose) == 1
        for name in others:
            self._mentions.append(self._mention(name, chain, text, place, is_alone=is_alone))
        if not (others or chain.whose):
            self._lexicon.form(text, NO_NAMES)  # as above
            chain.common += 1

    def _mention(
        self, name: str, chain: _Chain, text: Said, place: int, *, is_alone: bool
    ) -> Mention:
        names = self._names.placeholders[name]
        form = self._lexicon.form(text, names)
        head = chain.head
        if isinstance(head, Said) and not names.keys().isdisjoint(head.words):
            both = self._lexicon.number((self._lexicon.form(head, names), form))
            return Mention(name, both, ("at", chain.length), 0)
        slot = (chain.called, chain.common)
        picks = is_alone and self._selects(form, text, names)
        self._forms[slot].add(form if picks else -1 - place)
        return Mention(name, form, slot, place)

    def _selects(self, form: int, text: Said, names: Mapping[str, str]) -> bool:
        if form not in self._selecting:
            words = map(names.get, text.words, text.words)
            self._selecting[form] = _SELECTS.search("".join(words)) is not None
        return self._selecting[form]
