"""Which lost pairs a change could bring back at all, so that only those are walked again.

A walk without a change is the same walk until it comes to what changed. So a pair whose failing
walk never came there stays lost, and need not be asked: a cluster has hundreds of changes, and
most lie on nobody's way.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.explain.cells import Pair, PairSet
from netsnap.explain.events import record_of
from netsnap.explain.explanation import OUTSIDE
from netsnap.explain.matrix import Matrix
from netsnap.model.disposition import Hop, Path
from netsnap.model.network import Network
from parsers.records import Address, Neighbour, Route

Token = tuple[str, ...]
"""What a walk may depend on: (node, netns), or (node, netns, device, neighbour's address).

Without an address it is any neighbour there: on the link is asked for whom the packet is for at
that hop, which is another than the pair's ends where it is masqueraded or in a tunnel's packet.
"""


class Footprints:
    """Where the failing walks of ``lost`` went, in the network of t2."""

    def __init__(self, network: Network, matrix: Matrix, lost: PairSet) -> None:
        self._network, self._matrix, self._lost = network, matrix, lost

    def may_restore(self, changes: Iterable[Change]) -> PairSet:
        """Return the lost pairs whose fate can depend on these changes; others surely do not."""
        found: set[Pair] = set()
        for change in changes:
            tokens = self._tokens_of(change)
            if tokens is None:
                return self._lost
            for token in tokens:
                found.update(self._index.get(token, ()))
        return self._lost.only(found)

    def _tokens_of(self, change: Change) -> tuple[Token, ...] | None:
        """Say what must be on a walk for the change to count; None if any walk may depend on it.

        Whose address a node's is, is asked from everywhere; and on a bridge one workload can
        answer in another's place.
        """
        place = change.key.node, change.key.netns
        record = record_of(change)
        everywhere = isinstance(record, Address) and record.scope != "link" and place[1] == HOST
        if everywhere or place[0] in self._bridged:
            return None
        if isinstance(record, Neighbour):
            on_link = (*place, record.device)
            return (*on_link, record.address), on_link
        return (place,)

    @cached_property
    def _bridged(self) -> frozenset[str]:
        return frozenset(
            space.node
            for space in self._network.spaces.values()
            for _, interface in space.interfaces.values()
            if interface.master or interface.link_kind == "bridge"
        )

    @cached_property
    def _index(self) -> Mapping[Token, set[Pair]]:
        found: dict[Token, set[Pair]] = defaultdict(set)
        for pair in self._lost.held:
            for token in self._tokens(pair):
                found[token].add(pair)
        return found

    def _tokens(self, pair: Pair) -> Iterator[Token]:
        known = (self._matrix.endpoints.get(name) for name in pair)
        yield from ((each.node, each.netns) for each in known if each is not None)
        for path in self._paths(pair):
            for hop in path.hops:
                yield hop.node, hop.netns
                on_link = (hop.node, hop.netns, hop.device)
                gateways = self._gateways(hop)
                yield from ((*on_link, address) for address in gateways) if gateways else (on_link,)

    def _gateways(self, hop: Hop) -> list[str]:
        """Return whom the hop's route asks its next hop of; nobody where it is on the link."""
        space = self._network.spaces.get((hop.node, hop.netns))
        fact = space.facts.get(hop.decided_by) if space and hop.decided_by else None
        if fact is None or not isinstance(fact.record, Route):
            return []
        return [each.gateway for each in fact.record.next_hops if each.gateway]

    def _paths(self, pair: Pair) -> Iterator[Path]:
        if pair[1] == OUTSIDE:
            way = self._matrix.way_out(pair[0])
            yield from (way,) if way is not None else ()
        else:
            state = self._matrix.state(pair)
            yield from (state.there, state.back)
