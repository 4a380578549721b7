"""Which workloads are alike: exchange any two of one class, and the network is what it was.

What the model says of a pair of workloads then holds for every pair of the same two classes, so
that one walk speaks for them all. Two workloads are alike if, with their own addresses, hardware
addresses and host interface written as placeholders (``naming``),

- their own namespaces say the same,
- every fact elsewhere that names one of them has its like that names the other, in the same place
  (``pages``),
- and no prefix anywhere holds one's address and not the other's.

What is doubtful makes a class of one, which costs time and is never wrong. The idea is that of
network symmetry (Plotkin et al., "Scaling network verification using symmetry and surgery", POPL
2016).
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TypeVar

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.kept import Kept
from netsnap.model.lexicon import Lexicon
from netsnap.model.naming import Names, addresses_of
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, IPV6, number
from netsnap.model.pages import Page, Reader, parts
from netsnap.model.ruleset import KINDS as FILTERS
from netsnap.model.space import Place
from netsnap.model.wording import said
from parsers.facts import Fact
from parsers.records import (
    BridgeVlan,
    ConntrackTable,
    Container,
    FdbEntry,
    FdbMoving,
    Rule,
    TcFilter,
    XfrmPolicy,
)

T = TypeVar("T")

Classes = Mapping[str, int]
"""A workload's name → the number of its class."""

SEEN = (
    *("interface", "address", "route", "rule", "neighbour", "sysctl"),
    *(kind.kind for kind in (*FILTERS, XfrmPolicy, TcFilter, BridgeVlan, ConntrackTable)),
)


def classes(network: Network, lexicon: Lexicon | None = None) -> Classes:
    """Sort the workloads of a network into classes of those that are alike."""
    return sort(network, lexicon or Lexicon()).classes


def sort(network: Network, lexicon: Lexicon, like: "Sorting | None" = None) -> "Sorting":
    """Sort the workloads of a network, and keep what they are called.

    ``lexicon`` is what was read of another network's records, many of which are this one's too;
    ``like`` is how that network's workloads were sorted, of which is taken over what is the same.
    """
    names = Names.of(network, like.names if like is not None else None)
    lexicon.learn(names.words)
    sorting = Sorting(network, lexicon, names)
    if like is None:
        sorting.read({}, None)
        sorting.tell(names.placeholders)
        sorting.number({})
    else:
        sorting.read(like.pages, Kept.of(names, like.names, lexicon))
        sorting.follow(like)
    return sorting


@dataclass
class Sorting:
    """What tells the workloads of a network apart."""

    network: Network
    lexicon: Lexicon
    names: Names
    pages: dict[Place, tuple[Page, ...]] = field(default_factory=dict)
    wildcards: frozenset[str] = frozenset()
    edges: dict[int, list[int]] = field(default_factory=dict)
    bases: dict[str, int] = field(default_factory=dict)
    """A workload's name → the number of what tells it from others by its own and by mentions."""
    classes: dict[str, int] = field(default_factory=dict)

    def touched(self, fact: Fact) -> Iterator[str]:
        """Yield the workloads of which a fact tells, or on whose lines its place may bear."""
        place, record = fact.key[:2], fact.record
        if place in self.names.owner:
            yield self.names.owner[place]
        if isinstance(record, Container):
            name = self.names.owner.get((fact.key.node, record.workload))
            yield from (name,) if name else ()
        spoken = said(record)
        if spoken is not None and place in self.network.spaces:
            yield from self.names.named(spoken.words, place[0] if place[1] == HOST else "")
        if isinstance(record, (Rule, *FILTERS)):  # where it stands among others may count
            for page in self.pages.get(place, ()):
                yield from page.lined
        if isinstance(record, FdbEntry | FdbMoving):  # which name hardware addresses
            yield from (each.name for each in self.network.endpoints if each.node == place[0])

    def read(self, known: Mapping[Place, tuple[Page, ...]], kept: Kept | None) -> None:
        """Go through all facts, but for the pages that are ``kept`` from another network."""
        reader = Reader(self.names, self.lexicon)
        for place, space in self.network.spaces.items():
            former = known.get(place, ())
            if kept is not None and former and kept.all_of(space, former):
                self.pages[place] = former
                continue
            by_part = {page.part: page for page in former} if kept is not None else {}
            found = []
            for part, rows in parts(space):
                page = by_part.get(part)
                if page is None or kept is None or not kept.holds(space, page, rows):
                    page = reader.page(space, part, rows)
                found.append(page)
            self.pages[place] = tuple(found)
        bounds: dict[int, set[int]] = {IPV4: set(), IPV6: set()}
        for family, first, after in self._all(lambda page: page.intervals):
            bounds[family] |= {first, after}
        self.edges = {family: sorted(found) for family, found in bounds.items()}
        self.wildcards = frozenset(self._all(lambda page: page.wildcards))

    def _all(self, of: Callable[[Page], frozenset[T]]) -> set[T]:
        each = {of(page) for pages in self.pages.values() for page in pages}
        return set(chain.from_iterable(each))

    def follow(self, like: "Sorting") -> None:
        """Number the workloads as another network's, but for those of which it tells otherwise."""
        present = self.names.placeholders
        anew = (self._differing(like) | self.names.anew) & present.keys()
        self.bases = {name: base for name, base in like.bases.items() if name in present}
        self.tell(anew)
        same = (self.edges, self.wildcards) == (like.edges, like.wildcards)
        again = anew | (self.names.alone ^ like.names.alone)
        self.number({} if not same else {
            name: number
            for name, number in like.classes.items()
            if name in present and name not in again
        })  # fmt: skip

    def _differing(self, like: "Sorting") -> set[str]:
        """Return the workloads whose own pages, or those that name them, are not the same."""
        found: set[str] = set()
        places = chain(self.pages, like.pages.keys() - self.pages.keys())
        for place in places:
            now, was = self.pages.get(place, ()), like.pages.get(place, ())
            if now is was:
                continue
            owners = (self.names.owner.get(place), like.names.owner.get(place))
            found.update(filter(None, owners))
            same = {id(page) for page in now} & {id(page) for page in was}
            found.update(
                name for page in (*now, *was) if id(page) not in same for name in page.named
            )
        return found

    def tell(self, names: Collection[str]) -> None:
        """Number what tells some workloads from others: their own facts, and what names them."""
        mentions: dict[str, list[int]] = {name: [] for name in names}
        wanted = mentions.keys()
        for place, pages in self.pages.items():
            for page in pages:
                if page.named:
                    for name in page.named.keys() & wanted:
                        told = (place, page.part, page.named[name])
                        mentions[name].append(self.lexicon.number(told))
        for endpoint in self.network.endpoints:
            if endpoint.name in wanted:
                said = tuple(mentions[endpoint.name])
                self.bases[endpoint.name] = self.lexicon.number(self._base(endpoint, said))

    def _base(self, endpoint: Endpoint, mentions: tuple[int, ...]) -> Hashable:
        place = endpoint.node, endpoint.netns
        space = self.network.spaces[place]
        own = self.names.placeholders[endpoint.name]
        return (
            endpoint.node,
            endpoint.assumed,
            len(endpoint.addresses),
            space.seen(SEEN),
            tuple(
                (device, own.get(far.device, far.device), far.netns == HOST)
                for device, far in self.names.joined(space)
            ),
            tuple(page.own for page in self.pages[place]),
            mentions,
        )

    def number(self, known: Mapping[str, int]) -> None:
        """Number the classes: equal for workloads that are alike; ``known`` are so already."""
        self.classes = dict(known)
        for endpoint in self.network.endpoints:
            name = endpoint.name
            if name in known:
                continue
            told: Hashable = name
            if name not in self.names.alone:
                told = (self.bases[name], self._atoms(endpoint), self._fitting(endpoint))
            self.classes[name] = self.lexicon.number(told)

    def _atoms(self, endpoint: Endpoint) -> Hashable:
        """Tell where a workload's addresses lie among all prefixes."""
        space = self.network.spaces[endpoint.node, endpoint.netns]
        found = map(number, addresses_of(endpoint, space))
        return tuple([(family, bisect_right(self.edges[family], bits)) for family, bits in found])

    def _fitting(self, endpoint: Endpoint) -> Hashable:
        """Tell which wildcards fit the interfaces that a workload's are joined to."""
        if not self.wildcards:
            return ()
        space = self.network.spaces[endpoint.node, endpoint.netns]
        return tuple(
            tuple(sorted(each for each in self.wildcards if far.device.startswith(each)))
            for _, far in self.names.joined(space)
        )
