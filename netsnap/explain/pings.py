"""What was seen to answer in one snapshot, by the names that the model has for both ends."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from collector.capture import HOST
from netsnap.model.disposition import Endpoint, PairState
from netsnap.model.network import Network
from netsnap.model.pairs import pair_state
from netsnap.model.space import Place
from parsers.facts import Fact
from parsers.pings import NO, YES
from parsers.records import Ping

SMALL, FULL = "small", "full"
Way = tuple[str, str, str]
"""Source, target and size. A node is called with the address that was pinged."""


@dataclass(frozen=True)
class Seen:
    """One ping; each end has the one address that was used."""

    source: Endpoint
    target: Endpoint
    ping: Ping
    fact: Fact

    @property
    def way(self) -> Way:
        """What it is found by in another snapshot: names last, a pod's addresses do not."""
        return self.source.name, self.target.name, self.ping.size

    @property
    def pair(self) -> tuple[str, str]:
        """Its two ends."""
        return self.source.name, self.target.name

    @property
    def of_nodes(self) -> bool:
        """Whether nodes pinged each other, and not workloads."""
        return self.source.netns == HOST

    @property
    def nodes(self) -> frozenset[str]:
        """The nodes of both ends."""
        return frozenset((self.source.node, self.target.node))

    @property
    def answered(self) -> bool:
        """Whether anything came back."""
        return self.ping.answered == YES

    @property
    def lost(self) -> bool:
        """Whether it was sent and nothing came back, not even word that it is too big."""
        return self.ping.answered == NO


@dataclass(frozen=True)
class Pings:
    """All pings of a snapshot; the model is asked only about those that somebody asks about."""

    network: Network
    _states: dict[Way, PairState] = field(default_factory=dict)

    @cached_property
    def ways(self) -> Mapping[Way, Seen]:
        """The pings by their ends. One to an address that nobody has by now is left out."""
        return {seen.way: seen for seen in self._seen()}

    def state(self, seen: Seen) -> PairState:
        """Return what the model says of a ping's way, there and back."""
        if seen.way not in self._states:
            self._states[seen.way] = pair_state(self.network, seen.source, seen.target)
        return self._states[seen.way]

    def _seen(self) -> Iterator[Seen]:
        for fact in self.network.facts.of_kind(Ping.kind):
            if isinstance(fact.record, Ping):
                source = self._source(fact, fact.record.source)
                target = self._owners.get(fact.record.target)
                if source is not None and target is not None:
                    yield Seen(source, target, fact.record, fact)

    def _source(self, fact: Fact, address: str) -> Endpoint | None:
        if fact.key.netns == HOST:
            return _node(fact.key.node, address)
        found = self._places.get((fact.key.node, fact.key.netns))
        return None if found is None else replace(found, addresses=(address,))

    @cached_property
    def _places(self) -> Mapping[Place, Endpoint]:
        return {(each.node, each.netns): each for each in self.network.endpoints}

    @cached_property
    def _owners(self) -> Mapping[str, Endpoint]:
        found: dict[str, Endpoint] = {}
        for endpoint in self.network.endpoints:
            for address in endpoint.addresses:
                found[address] = replace(endpoint, addresses=(address,))
        for space in self.network.spaces.values():
            if space.netns == HOST:
                for address in space.global_addresses:
                    found.setdefault(address, _node(space.node, address))
        return found


def _node(node: str, address: str) -> Endpoint:
    return Endpoint(f"{node} ({address})", node, HOST, (address,))
