"""Which workloads are alike: exchange any two of one class, and the network is what it was.

What the model says of a pair of workloads then holds for every pair of the same two classes, so
that one walk speaks for them all. Two workloads are alike if, with their own addresses, hardware
addresses and host interface written as placeholders,

- their own namespaces say the same,
- every fact elsewhere that names one of them has its like that names the other, in the same place,
- and no prefix anywhere holds one's address and not the other's.

Where order decides (the lines of a packet filter), lines that name workloads may change places only
with lines of the same form between the same neighbours. What is doubtful makes a class of one,
which costs time and is never wrong. The idea is that of network symmetry (Plotkin et al., "Scaling
network verification using symmetry and surgery", POPL 2016).
"""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import NamedTuple

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, IPV6, block, number
from netsnap.model.ruleset import KINDS as FILTERS
from netsnap.model.space import Place, Port, Space, is_same_row
from netsnap.model.wording import Interval, Lexicon, Said, Words, chain_of
from parsers.facts import Fact
from parsers.records import Container, FdbEntry, FdbMoving, Rule, TcFilter, XfrmPolicy

Classes = Mapping[str, int]
"""A workload's name → the number of its class."""

SEEN = (
    *("interface", "address", "route", "rule", "neighbour", "sysctl"),
    *(kind.kind for kind in (*FILTERS, XfrmPolicy, TcFilter)),
)
LOOPBACK = {IPV4: block("127.0.0.0/8"), IPV6: block("::1/128")}

NO_INTERVALS: frozenset[Interval] = frozenset()

_WILDCARD = re.compile(r'"([^"*]*)\*"|-[io] (\S+)\+')
_SELECTS = re.compile(r'(?:saddr|daddr|[io]if(?:name)?) "?@|(?<!! )-[sdio] @')
"""A line that picks out one workload's packets; of such lines only one can fit a packet's end."""


def classes(network: Network, lexicon: Lexicon | None = None) -> Classes:
    """Sort the workloads of a network into classes of those that are alike."""
    return sort(network, lexicon or Lexicon()).classes


def sort(network: Network, lexicon: Lexicon, like: "Sorting | None" = None) -> "Sorting":
    """Sort the workloads of a network, and keep what they are called.

    ``lexicon`` is what was read of another network's records, many of which are this one's too;
    ``like`` is how that network's workloads were sorted, of which is taken over what is the same.
    """
    sorting = Sorting(network, lexicon)
    for endpoint in network.endpoints:
        sorting.name(endpoint)
    kept = Kept.of(sorting, like) if like is not None else None
    for space in network.spaces.values():
        sorting.read(space, kept)
    bounds: dict[int, set[int]] = {IPV4: set(), IPV6: set()}
    for family, first, after in sorting.intervals:
        bounds[family] |= {first, after}
    sorting.edges = {family: sorted(found) for family, found in bounds.items()}
    told = kept is not None and kept.tells_the_same()
    for endpoint in network.endpoints:
        known = kept.signature(endpoint) if told and kept is not None else None
        sorting.signatures[endpoint.name] = known or sorting.signature(endpoint)
    numbers: dict[Hashable, int] = {}
    sorting.classes = {
        name: numbers.setdefault(signature, len(numbers))
        for name, signature in sorting.signatures.items()
    }
    return sorting


@dataclass(frozen=True, slots=True)
class Mention:
    """A line that names a workload, with placeholders, and where it stands.

    ``slot`` is what a line whose order counts may not leave; ``order`` its place in the text,
    which counts where the lines of the slot are of several forms.
    """

    place: Place
    form: Words
    slot: Hashable = None
    order: int = 0
    is_line: bool = False


class _Line(NamedTuple):
    """A fact, what it says, its place in the namespace's text, and how many workloads it names."""

    fact: Fact
    said: Said
    at: int
    named: int


@dataclass(slots=True)
class _Chains:
    """Where in the packet filter of one namespace the reader is."""

    length: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    common: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    forms: dict[Hashable, set[Hashable]] = field(default_factory=lambda: defaultdict(set))


class Page(NamedTuple):
    """What a row of facts says of the workload whose they are, and of those that it names."""

    facts: tuple[Sequence[Fact], ...]
    own: tuple[Words, ...]
    named: tuple[tuple[str, Mention], ...]
    forms: Mapping[Hashable, set[Hashable]]
    wildcards: frozenset[str]
    intervals: frozenset[Interval]


@dataclass
class Sorting:
    """What tells the workloads of a network apart."""

    network: Network
    lexicon: Lexicon
    owner: dict[Place, str] = field(default_factory=dict)
    placeholders: dict[str, dict[str, str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)  # → whose it is
    devices: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # by node
    pages: dict[tuple[Place, str], Page] = field(default_factory=dict)
    own: dict[str, tuple[Words, ...]] = field(default_factory=dict)
    mentions: dict[str, list[Mention]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[Hashable, set[Hashable]] = field(default_factory=lambda: defaultdict(set))
    alone: set[str] = field(default_factory=set)
    wildcards: set[str] = field(default_factory=set)
    intervals: set[Interval] = field(default_factory=set)
    edges: dict[int, list[int]] = field(default_factory=dict)
    signatures: dict[str, Hashable] = field(default_factory=dict)
    classes: Classes = field(default_factory=dict)

    def touched(self, fact: Fact) -> Iterator[str]:
        """Yield the workloads of which a fact tells, or on whose lines its place may bear."""
        place, record = fact.key[:2], fact.record
        if place in self.owner:
            yield self.owner[place]
        if isinstance(record, Container):
            name = self.owner.get((fact.key.node, record.workload))
            yield from (name,) if name else ()
        said = self.lexicon.said(record)
        space = self.network.spaces.get(place)
        if said is not None and space is not None:
            yield from self._named(said, space)
        if isinstance(record, (Rule, *FILTERS)):  # where it stands among others may count
            yield from self._lined.get(place, ())
        if isinstance(record, FdbEntry | FdbMoving):  # which name hardware addresses
            yield from (each.name for each in self.network.endpoints if each.node == place[0])

    @cached_property
    def _lined(self) -> Mapping[Place, set[str]]:
        """The workloads that are named in lines whose order counts, by where these stand."""
        found: dict[Place, set[str]] = defaultdict(set)
        for name, mentions in self.mentions.items():
            for each in mentions:
                if each.is_line:
                    found[each.place].add(name)
        return found

    def name(self, endpoint: Endpoint) -> None:
        """Give placeholders to what a workload is called by. Who shares a name is alone."""
        space = self.network.spaces[endpoint.node, endpoint.netns]
        names = self.placeholders[endpoint.name] = {}
        self.owner[space.place] = endpoint.name
        for at, text in enumerate(_addresses(endpoint, space)):
            names[text] = f"@address {at}"
            if self.addresses.setdefault(text, endpoint.name) != endpoint.name:
                self.alone |= {endpoint.name, self.addresses[text]}
        for device, (_, interface) in space.interfaces.items():
            if interface.mac and interface.mac not in self.network.hardware:
                names.setdefault(interface.mac, f"@mac of {device}")
            self._name_ends(endpoint, device, self._far(space, device))

    def _name_ends(self, endpoint: Endpoint, device: str, far: tuple[Port, ...]) -> None:
        if len(far) > 1:
            self.alone.add(endpoint.name)
        for port in far:
            if port.netns == endpoint.netns:
                continue
            if port.netns != HOST:
                self.alone.add(endpoint.name)
            other = self.devices[port.node].setdefault(port.device, endpoint.name)
            if other != endpoint.name:
                self.alone |= {endpoint.name, other}
            self.placeholders[endpoint.name][port.device] = f"@end of {device}"

    def _far(self, space: Space, device: str) -> tuple[Port, ...]:
        if space.dark:
            return ()
        return self.network.ends(space.node).get(Port(*space.place, device), ())

    def read(self, space: Space, kept: "Kept | None") -> None:
        """Go through the facts of a namespace once, but for those that another network has."""
        for part, facts in _parts(space):
            page = kept.page(space, part, facts) if kept is not None else None
            page = page or self._page(space, facts)
            self.pages[space.place, part] = page
            if page.own:
                own = self.owner[space.place]
                self.own[own] = page.own  # a workload's namespace is one part
            for name, mention in page.named:
                self.mentions[name].append(mention)
            for slot, forms in page.forms.items():
                self.forms[slot] |= forms
            self.wildcards |= page.wildcards
            self.intervals |= page.intervals

    def _page(self, space: Space, facts: tuple[Sequence[Fact], ...]) -> Page:
        chains, own = _Chains(), self.owner.get(space.place)
        said_of_own: list[Words] = []
        mentions: list[tuple[str, Mention]] = []
        wildcards: set[str] = set()
        intervals: set[Interval] = set()
        for at, fact in enumerate(chain.from_iterable(facts)):
            said = self.lexicon.said(fact.record)
            if said is None:
                continue
            if said.intervals:
                intervals.update(said.intervals)
            if own is not None:
                said_of_own.append(self._form(said, own))
            named = frozenset(self._named(said, space)) - {own or ""}
            for name in named:
                line = _Line(fact, said, at, len(named))
                mentions.append((name, self._mention(name, line, chains)))
            place = chain_of(fact.record)
            if place is not None:
                found = _WILDCARD.findall("".join(said.words))
                wildcards.update(name for some in found for name in some if name)
                chains.length[place] += 1
                chains.common[place] += not named
        return Page(
            facts, tuple(said_of_own), tuple(mentions), chains.forms, frozenset(wildcards),
            frozenset(intervals) or NO_INTERVALS,
        )  # fmt: skip

    def _named(self, said: Said, space: Space) -> Iterator[str]:
        tables = (
            [self.addresses, self.devices[space.node]] if space.netns == HOST else [self.addresses]
        )
        for table in tables:
            if not table.keys().isdisjoint(said.words):
                yield from (table[word] for word in said.words if word in table)

    def _form(self, said: Said, name: str) -> Words:
        names = self.placeholders[name]
        if names.keys().isdisjoint(said.words):
            return said.words
        return tuple(names.get(word, word) for word in said.words)

    def _mention(self, name: str, line: _Line, chains: _Chains) -> Mention:
        place, form = line.fact.key[:2], self._form(line.said, name)
        record = line.fact.record
        if isinstance(record, Rule):
            return Mention(place, form, "rule", line.at, is_line=True)
        row = chain_of(record)
        if row is None:
            return Mention(place, form)
        if any(word.startswith("@") for word in form[: form.index("|", 3)]):
            chain_end = (*form, str(chains.length[row]))  # a chain of its own
            return Mention(place, chain_end, is_line=True)
        slot = (place, row, chains.common[row])
        picks = line.named == 1 and _SELECTS.search("".join(form)) is not None
        chains.forms[slot].add(form if picks else line.at)
        return Mention(place, form, slot, line.at, is_line=True)

    def signature(self, endpoint: Endpoint) -> Hashable:
        """Return what is equal for workloads that are alike, and for no others."""
        name = endpoint.name
        if name in self.alone:
            return name
        space = self.network.spaces[endpoint.node, endpoint.netns]
        return (
            endpoint.node,
            endpoint.assumed,
            len(endpoint.addresses),
            space.seen(SEEN),
            tuple(self._atom(each) for each in _addresses(endpoint, space)),
            tuple(self._joined(space, name)),
            self.own.get(name, ()),
            tuple(self._placed(mention) for mention in self.mentions[name]),
        )

    def _placed(self, mention: Mention) -> Hashable:
        counts = mention.slot == "rule" or len(self.forms[mention.slot]) > 1
        return (mention.place, mention.form, mention.slot, mention.order if counts else 0)

    def _atom(self, address: str) -> tuple[int, int]:
        family, bits = number(address)
        return family, bisect_right(self.edges[family], bits)

    def _joined(self, space: Space, name: str) -> Iterator[Hashable]:
        """Tell to what each interface of a workload is joined."""
        names = self.placeholders[name]
        for device in space.interfaces:
            for far in self._far(space, device):
                fits = sorted(each for each in self.wildcards if far.device.startswith(each))
                yield device, names.get(far.device, far.device), far.netns == HOST, tuple(fits)


def _parts(space: Space) -> Iterator[tuple[str, tuple[Sequence[Fact], ...]]]:
    """Yield a namespace's facts in parts that do not depend on each other.

    A node's own are many, and a few of them change: those of each kind are a part, and those of
    all packet filters together.
    """
    if space.netns != HOST:
        yield "", tuple(space.held.values())
        return
    filters = {kind.kind for kind in FILTERS}
    yield "filter", tuple(facts for kind, facts in space.held.items() if kind in filters)
    yield from ((kind, (facts,)) for kind, facts in space.held.items() if kind not in filters)


@dataclass
class Kept:
    """What one sorting can take over from another: what says the same, in the same words."""

    sorting: Sorting
    like: Sorting
    renamed: frozenset[str]  # workloads that are not called as they were
    words: frozenset[str]  # that are another's name now, or were
    devices: Mapping[str, frozenset[str]]  # likewise, on each node

    @classmethod
    def of(cls, sorting: Sorting, like: Sorting) -> "Kept":
        """Compare what the workloads are called in both."""
        now, was = sorting.placeholders, like.placeholders
        return cls(
            sorting,
            like,
            frozenset(name for name in now.keys() | was.keys() if now.get(name) != was.get(name)),
            _differing(sorting.addresses, like.addresses),
            {
                node: _differing(sorting.devices.get(node, {}), like.devices.get(node, {}))
                for node in sorting.devices.keys() | like.devices.keys()
            },
        )

    def page(self, space: Space, part: str, facts: tuple[Sequence[Fact], ...]) -> Page | None:
        """Return the page of the other sorting if it is this one's too."""
        page = self.like.pages.get((space.place, part))
        owner = self.sorting.owner.get(space.place)
        if page is None or owner != self.like.owner.get(space.place) or owner in self.renamed:
            return None
        if not _same_records(page.facts, facts):
            return None
        if self.renamed and any(name in self.renamed for name, _ in page.named):
            return None
        words = self.words
        if space.netns == HOST:
            words = words | self.devices.get(space.node, frozenset())
        if words and any(not words.isdisjoint(said) for said in self._words(facts)):
            return None
        return page

    def tells_the_same(self) -> bool:
        """Say whether what signatures ask of the whole network is the same in both."""
        now, was = self.sorting, self.like
        return (now.edges, now.wildcards, now.alone, now.forms) == (
            was.edges, was.wildcards, was.alone, was.forms
        )  # fmt: skip

    def signature(self, endpoint: Endpoint) -> Hashable:
        """Return a workload's signature in the other sorting if it is the same in this one."""
        name, now, was = endpoint.name, self.sorting, self.like
        place = endpoint.node, endpoint.netns
        if name in self.renamed or now.network.spaces[place] is not was.network.spaces.get(place):
            return None
        if now.own.get(name) is not was.own.get(name) or now.mentions[name] != was.mentions[name]:
            return None
        return was.signatures.get(name)

    def _words(self, facts: tuple[Sequence[Fact], ...]) -> Iterator[Words]:
        for fact in chain.from_iterable(facts):
            said = self.sorting.lexicon.said(fact.record)
            if said is not None:
                yield said.words


def _differing(one: Mapping[str, str], other: Mapping[str, str]) -> frozenset[str]:
    if one == other:
        return frozenset()
    return frozenset(word for word, _ in one.items() ^ other.items())


def _same_records(one: tuple[Sequence[Fact], ...], other: tuple[Sequence[Fact], ...]) -> bool:
    return len(one) == len(other) and all(map(is_same_row, one, other))


def _addresses(endpoint: Endpoint, space: Space) -> tuple[str, ...]:
    """List all addresses of a workload but those that every namespace has."""
    own = (
        each.text for each in space.addresses if not LOOPBACK[each.number.family].holds(each.number)
    )
    return tuple(dict.fromkeys((*endpoint.addresses, *own)))
