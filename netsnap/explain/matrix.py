"""What becomes of every pair of one snapshot, walked when it is asked for."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.explain.cells import Pair
from netsnap.explain.explanation import OUTSIDE
from netsnap.model.alike import Classes, Sorting, sort
from netsnap.model.disposition import Disposition, Endpoint, PairState, Path
from netsnap.model.lexicon import Lexicon
from netsnap.model.network import Network
from netsnap.model.pairs import both_states, way_out
from netsnap.model.space import Place
from netsnap.model.sure import Sure
from parsers.facts import Facts
from parsers.records import Container, NetworkNamespace


@dataclass(frozen=True)
class Matrix:
    """All pairs of one snapshot's model, and each workload's way out of the cluster.

    A pair is walked when it is asked for; ``sorting`` tells which need not be (``model.alike``).
    """

    network: Network
    endpoints: Mapping[str, Endpoint]
    sorting: Sorting
    named: frozenset[str]  # nodes on which a workload that is not listed is not there
    sure: Sure
    _walked: dict[Pair, PairState] = field(default_factory=dict)
    _ways_out: dict[str, Path] = field(default_factory=dict)

    @property
    def classes(self) -> Classes:
        """The workloads' classes by name."""
        return self.sorting.classes

    @cached_property
    def homes(self) -> Mapping[str, str]:
        """The workloads' nodes by name."""
        return {name: endpoint.node for name, endpoint in self.endpoints.items()}

    def holds(self, pair: Pair) -> bool:
        """Say whether both ends of a pair are in the snapshot."""
        return pair[0] in self.endpoints and pair[1] in self.endpoints

    def state(self, pair: Pair) -> PairState:
        """Return the state of a pair that is in the matrix."""
        if pair not in self._walked:
            one, other = (self.endpoints[name] for name in pair)
            for state in both_states(self.network, one, other):
                self._walked[state.src, state.dst] = state
        return self._walked[pair]

    def way_out(self, name: str) -> Path | None:
        """Return a workload's way out, None if it is not in the snapshot."""
        if name not in self._ways_out and name in self.endpoints:
            self._ways_out[name] = way_out(self.network, self.endpoints[name])
        return self._ways_out.get(name)

    def lacks(self, pair: Pair, other: "Matrix") -> bool | None:
        """Say whether an end of the ``other`` snapshot's pair is not here; None: cannot tell."""
        missing = [other.endpoints[name] for name in pair if name not in self.endpoints]
        if not missing:
            return False
        return True if all(each.node in self.named for each in missing) else None

    def works(self, pair: Pair) -> bool | None:
        """Whether the pair works; None if that cannot be told."""
        if pair[1] == OUTSIDE:
            return leaves(self.way_out(pair[0]))
        return self.state(pair).works if self.holds(pair) else None

    def doubts(self, pair: Pair) -> tuple[str, ...]:
        """Return the doubts of a pair that is in the matrix."""
        if pair[1] == OUTSIDE:
            way = self.way_out(pair[0])
            return way.doubts if way else ()
        return self.state(pair).doubts

    def disposition(self, pair: Pair) -> Disposition:
        """How the pair's first failing way ends."""
        if pair[1] == OUTSIDE:
            way = self.way_out(pair[0])
            return way.disposition if way else Disposition.UNKNOWN
        return self.state(pair).disposition

    def reason(self, pair: Pair) -> str:
        """Say why the pair fails, "" if it works."""
        if pair[1] == OUTSIDE:
            way = self.way_out(pair[0])
            return way.reason if way else ""
        return failing(self.state(pair)).reason


def matrices(before: Facts, after: Facts, same: frozenset[Place]) -> tuple[Matrix, Matrix]:
    """Prepare to tell of every pair of two snapshots, in ``same`` namespaces once for both."""
    earlier = Network.of(before, assumed=after)
    then = matrix(earlier)
    later = Network.of(after, assumed=before, like=earlier, same=same)
    return then, matrix(later, then)


def matrix(network: Network, like: Matrix | None = None) -> Matrix:
    """Prepare to tell of every pair, there and back; ``like`` is that of a network like this."""
    facts = network.facts
    named = frozenset(
        node
        for node in facts.reached
        if facts.sees(node, HOST, Container.kind) and facts.sees(node, HOST, NetworkNamespace.kind)
    )
    endpoints = {endpoint.name: endpoint for endpoint in network.endpoints}
    lexicon = like.sorting.lexicon if like is not None else Lexicon()
    sorting = sort(network, lexicon, like.sorting if like is not None else None)
    return Matrix(network, endpoints, sorting, named, Sure(network))


def failing(state: PairState) -> Path:
    """Return the way of a pair that decides its disposition."""
    return next(
        (way for way in (state.there, state.back) if way.disposition is state.disposition),
        state.there,
    )


def leaves(way: Path | None) -> bool | None:
    """Say whether a way out gets out of the cluster; None if that cannot be told."""
    if way is None or way.disposition is Disposition.UNKNOWN:
        return None
    return way.disposition is Disposition.LEFT_CLUSTER


def touched(changes: Iterable[Change], *matrices: Matrix) -> frozenset[str]:
    """Return the workloads that may not be like their likes any more once a change is undone.

    All others are named by no fact that comes or goes then; and no prefix that comes back parts
    them, as it did not where it was.
    """
    return frozenset(
        name
        for change in changes
        for fact in (change.before, change.after)
        if fact is not None
        for each in matrices
        for name in each.sorting.touched(fact)
    )
