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
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, IPV6, block, number
from netsnap.model.ruleset import KINDS as FILTERS
from netsnap.model.space import Place, Port, Space
from netsnap.model.wording import Lexicon, Said, Words, chain_of
from parsers.facts import Fact
from parsers.records import Container, FdbEntry, FdbMoving, Rule, XfrmPolicy

Classes = Mapping[str, int]
"""A workload's name → the number of its class."""

SEEN = (
    *("interface", "address", "route", "rule", "neighbour", "sysctl"),
    *(kind.kind for kind in (*FILTERS, XfrmPolicy)),
)
LOOPBACK = {IPV4: block("127.0.0.0/8"), IPV6: block("::1/128")}

_WILDCARD = re.compile(r'"([^"*]*)\*"|-[io] (\S+)\+')
_SELECTS = re.compile(r'(?:saddr|daddr|[io]if(?:name)?) "?@|(?<!! )-[sdio] @')
"""A line that picks out one workload's packets; of such lines only one can fit a packet's end."""


def classes(network: Network, lexicon: Lexicon | None = None) -> Classes:
    """Sort the workloads of a network into classes of those that are alike."""
    return sort(network, lexicon or Lexicon()).classes


def sort(network: Network, lexicon: Lexicon) -> "Sorting":
    """Sort the workloads of a network, and keep what they are called.

    ``lexicon`` is what was read of another network's records, many of which are this one's too.
    """
    sorting = Sorting(network, lexicon)
    for endpoint in network.endpoints:
        sorting.name(endpoint)
    for space in network.spaces.values():
        sorting.read(space)
    sorting.edges = {family: sorted(bounds) for family, bounds in sorting.bounds.items()}
    numbers: dict[Hashable, int] = {}
    sorting.classes = {
        endpoint.name: numbers.setdefault(sorting.signature(endpoint), len(numbers))
        for endpoint in network.endpoints
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


@dataclass
class Sorting:
    """What tells the workloads of a network apart."""

    network: Network
    lexicon: Lexicon
    owner: dict[Place, str] = field(default_factory=dict)
    placeholders: dict[str, dict[str, str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)  # → whose it is
    devices: dict[str, dict[str, str]] = field(default_factory=lambda: defaultdict(dict))  # by node
    own: dict[str, list[Words]] = field(default_factory=lambda: defaultdict(list))
    mentions: dict[str, list[Mention]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[Hashable, set[Hashable]] = field(default_factory=lambda: defaultdict(set))
    alone: set[str] = field(default_factory=set)
    wildcards: set[str] = field(default_factory=set)
    bounds: dict[int, set[int]] = field(default_factory=lambda: {IPV4: set(), IPV6: set()})
    edges: dict[int, list[int]] = field(default_factory=dict)
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

    def read(self, space: Space) -> None:
        """Go through the facts of a namespace once."""
        chains = _Chains()
        own = self.owner.get(space.place)
        for at, fact in enumerate(space.facts.values()):
            said = self.lexicon.said(fact.record)
            if said is None:
                continue
            for family, first, after in said.intervals:
                self.bounds[family] |= {first, after}
            if own is not None:
                self.own[own].append(self._form(said, own))
            named = frozenset(self._named(said, space)) - {own or ""}
            for name in named:
                line = _Line(fact, said, at, len(named))
                self.mentions[name].append(self._mention(name, line, chains))
            chain = chain_of(fact.record)
            if chain is not None:
                found = _WILDCARD.findall("".join(said.words))
                self.wildcards.update(name for some in found for name in some if name)
                chains.length[chain] += 1
                chains.common[chain] += not named

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
        chain = chain_of(record)
        if chain is None:
            return Mention(place, form)
        if any(word.startswith("@") for word in form[: form.index("|", 3)]):
            chain_end = (*form, str(chains.length[chain]))  # a chain of its own
            return Mention(place, chain_end, is_line=True)
        slot = (place, chain, chains.common[chain])
        picks = line.named == 1 and _SELECTS.search("".join(form)) is not None
        self.forms[slot].add(form if picks else line.at)
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
            tuple(space.sees(kind) for kind in SEEN),
            tuple(self._atom(each) for each in _addresses(endpoint, space)),
            tuple(self._joined(space, name)),
            tuple(self.own[name]),
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


def _addresses(endpoint: Endpoint, space: Space) -> tuple[str, ...]:
    """List all addresses of a workload but those that every namespace has."""
    own = (
        each.text for each in space.addresses if not LOOPBACK[each.number.family].holds(each.number)
    )
    return tuple(dict.fromkeys((*endpoint.addresses, *own)))
