"""Who could reach whom at t1 and at t2, pair by pair and in groups."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import permutations

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.explain.cells import Cell, Changes, Pair, Tell
from netsnap.explain.explanation import OUTSIDE, PairChange, Pairs
from netsnap.explain.grouping import groups
from netsnap.model.alike import Classes, Sorting, sort
from netsnap.model.disposition import Disposition, Endpoint, PairState, Path
from netsnap.model.lexicon import Lexicon
from netsnap.model.network import Network
from netsnap.model.pairs import both_states, way_out
from netsnap.model.space import Place
from netsnap.model.sure import Sure, unsure
from netsnap.model.sweep import Set, places, set_of
from parsers.facts import Facts
from parsers.records import Container, NetworkNamespace

KEPT = "kept"

Names = tuple[str, ...]


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


@dataclass(frozen=True)
class EveryPair:
    """What became of each pair of either snapshot, in order, walked one by one."""

    before: Matrix
    after: Matrix

    def __iter__(self) -> Iterator[PairChange]:
        names = sorted(self.before.endpoints.keys() | self.after.endpoints.keys())
        for pair in permutations(names, 2):
            if self.before.holds(pair) or self.after.holds(pair):
                yield _pair_change(pair, self.before, self.after)


def compare_pairs(before: Matrix, after: Matrix) -> Pairs:
    """Hold every pair of either snapshot against itself in the other.

    One pair is walked for all whose ends are alike in both; another is when somebody asks for it.
    """
    found: dict[str, list[Cell]] = defaultdict(list)
    members = [tuple(names) for names in _alike(before, after)]
    asked = _asked(members, before, after)
    total = working = 0 if asked is None else _unasked(members, asked, before, after)
    for cell, works in _cells(members, asked, before, after):
        pair = cell.first
        total += cell.size
        if works:
            working += cell.size
            continue
        working += cell.size * (_pair_change(pair, before, after).after is Disposition.DELIVERED)
        kind = _class_of(pair, before, after)
        if kind != KEPT:
            found[kind].append(cell)
    told = {
        kind: _told(found[kind], lambda pair: _pair_change(pair, before, after))
        for kind in ("lost", "restored", "never_worked", "new", "gone", "unknown")
    }
    return Pairs(
        total=total,
        working=working,
        **told,
        lost_groups=groups(told["lost"]),
        **_outside(before, after),
        all=EveryPair(before, after),
    )


def _told(cells: list[Cell], tell: Tell) -> Sequence[PairChange]:
    return Changes(tuple(cells), tell) if cells else ()


def _alike(before: Matrix, after: Matrix) -> list[list[str]]:
    """Group the workloads that are alike in both snapshots."""
    members: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
    for name in sorted(before.endpoints.keys() | after.endpoints.keys()):
        members[before.classes.get(name), after.classes.get(name)].append(name)
    return list(members.values())


def _asked(members: Sequence[Names], before: Matrix, after: Matrix) -> list[Set] | None:
    """Return which two classes do not surely work as they did; None if each has to be asked."""
    first = [names[0] for names in members]
    was, is_ = ([each.endpoints.get(name) for name in first] for each in (before, after))
    return unsure(before.sure, was, after.sure, is_)


def _unasked(members: Sequence[Names], asked: list[Set], before: Matrix, after: Matrix) -> int:
    """Count the pairs of two classes that are in both snapshots and need not be asked."""
    sizes = {
        at: len(names)
        for at, names in enumerate(members)
        if names[0] in before.endpoints and names[0] in after.endpoints
    }
    whole, here = sum(sizes.values()), set_of(sizes)
    return sum(
        size * (whole - size - sum(map(sizes.__getitem__, places(asked[at] & here))))
        for at, size in sizes.items()
    )


def _cells(
    members: Sequence[Names], asked: list[Set] | None, before: Matrix, after: Matrix
) -> Iterator[tuple[Cell, bool]]:
    """Yield the pairs that are asked about, and whether they surely work as they did after all."""
    for one in members:
        if len(one) > 1:
            yield Cell(one, one), all(_just_work(one[:2], before, after))
    for at, one in enumerate(members):
        others = range(at + 1, len(members)) if asked is None else places(asked[at] >> at << at)
        for two in map(members.__getitem__, others):
            ways = (False, False)
            if asked is None:
                ways = _just_work((one[0], two[0]), before, after)
            for cell, works in zip((Cell(one, two), Cell(two, one)), ways, strict=True):
                if works or before.holds(cell.first) or after.holds(cell.first):
                    yield cell, works


def _just_work(pair: Sequence[str], before: Matrix, after: Matrix) -> tuple[bool, bool]:
    """Say of a pair, and of the pair turned round, whether it surely works as it did."""
    if not all(name in each.endpoints for each in (before, after) for name in pair):
        return False, False
    told = [each.sure.doubts(*(each.endpoints[name] for name in pair)) for each in (before, after)]
    was, is_ = told
    if was is None or is_ is None:
        return False, False
    return was[0] == is_[0] or not is_[0], was[1] == is_[1] or not is_[1]


def _pair_change(pair: Pair, before: Matrix, after: Matrix) -> PairChange:
    was = before.state(pair) if before.holds(pair) else None
    is_ = after.state(pair) if after.holds(pair) else None
    told = is_ if is_ is not None and is_.works is not True else was
    reason = failing(told).reason if told else ""
    for here, other in ((before, after), (after, before)):
        if not here.holds(pair) and here.lacks(pair, other) is None:
            names = " and ".join(name for name in pair if name not in here.endpoints)
            reason = f"which network namespace is that of {names} was not read"
    end = is_.disposition if is_ else None
    if was and is_ and (doubt := doubtful(pair, before, after)):
        reason, end = f"whether it still gets through is not told: {doubt}", Disposition.UNKNOWN
    return PairChange(pair[0], pair[1], was.disposition if was else None, end, reason)


def doubtful(pair: Pair, before: Matrix, after: Matrix) -> str:
    """Return a doubt that makes it untold whether a pair still works, "" if none does.

    Lines of a packet filter that are not understood do no harm while they stay as they are.
    """
    if not (before.works(pair) and after.works(pair)):
        return ""
    was, is_ = before.doubts(pair), after.doubts(pair)
    if not is_ or was == is_:
        return ""
    return next((each for each in is_ if each not in was), is_[0])


def _class_of(pair: Pair, before: Matrix, after: Matrix) -> str:
    if not before.holds(pair):
        return "new" if before.lacks(pair, after) else "unknown"
    if not after.holds(pair):
        return "gone" if after.lacks(pair, before) else "unknown"
    was, is_ = before.works(pair), after.works(pair)
    if was is None or is_ is None or doubtful(pair, before, after):
        return "unknown"
    return {
        (True, False): "lost",
        (False, True): "restored",
        (False, False): "never_worked",
        (True, True): KEPT,
    }[was, is_]


def _outside(before: Matrix, after: Matrix) -> dict[str, Sequence[PairChange]]:
    """Return the ways out that are lost, those that came back, and those not told any more."""
    found: dict[str, list[Cell]] = defaultdict(list)
    for names in _alike(before, after):
        kind = _class_of_way_out(names[0], before, after)
        if kind != KEPT:
            found[kind].append(Cell(tuple(names), (OUTSIDE,)))
    return {
        f"outside_{kind}": _told(found[kind], lambda pair: _way_out_change(pair, before, after))
        for kind in ("lost", "restored", "unknown")
    }


def _class_of_way_out(name: str, before: Matrix, after: Matrix) -> str:
    pair = (name, OUTSIDE)
    was, is_ = before.works(pair), after.works(pair)
    if name not in before.endpoints or name not in after.endpoints:
        return KEPT
    if was is True and is_ is not True:
        return "lost" if is_ is False else "unknown"
    if was is False and is_ is True:
        return "restored"
    return "unknown" if doubtful(pair, before, after) else KEPT


def _way_out_change(pair: Pair, before: Matrix, after: Matrix) -> PairChange:
    end, reason = after.disposition(pair), after.reason(pair)
    if doubt := doubtful(pair, before, after):
        reason, end = f"whether it still gets through is not told: {doubt}", Disposition.UNKNOWN
    return PairChange(*pair, before.disposition(pair), end, reason)


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
