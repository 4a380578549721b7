"""Who could reach whom at t1 and at t2, pair by pair and in groups."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import permutations, product

from collector.capture import HOST
from netsnap.explain.explanation import OUTSIDE, PairChange, PairGroup, Pairs
from netsnap.model.alike import Classes, classes
from netsnap.model.disposition import Disposition, Endpoint, PairState, Path
from netsnap.model.network import Network
from netsnap.model.pairs import both_states, way_out
from netsnap.model.wording import Lexicon
from parsers.records import Container, NetworkNamespace

Pair = tuple[str, str]
KEPT = "kept"


@dataclass(frozen=True)
class Matrix:
    """All pairs of one snapshot's model, and each workload's way out of the cluster.

    A pair is walked when it is asked for; ``classes`` tells which need not be (``model.alike``).
    """

    network: Network
    endpoints: Mapping[str, Endpoint]
    classes: Classes
    named: frozenset[str]  # nodes on which a workload that is not listed is not there
    _walked: dict[Pair, PairState] = field(default_factory=dict)
    _ways_out: dict[str, Path] = field(default_factory=dict)

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


def matrix(network: Network, lexicon: Lexicon | None = None) -> Matrix:
    """Prepare to tell of every pair, there and back; ``lexicon`` as for ``alike.classes``."""
    facts = network.facts
    named = frozenset(
        node
        for node in facts.reached
        if facts.sees(node, HOST, Container.kind) and facts.sees(node, HOST, NetworkNamespace.kind)
    )
    endpoints = {endpoint.name: endpoint for endpoint in network.endpoints}
    return Matrix(network, endpoints, classes(network, lexicon), named)


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

    One pair is walked for all whose ends are alike in both; only where it tells of a change, or of
    what does not work, are the others walked, too.
    """
    found: dict[str, list[PairChange]] = defaultdict(list)
    total = working = 0
    for pair, number, alike in _alike_pairs(before, after):
        total += number
        working += number * (_pair_change(pair, before, after).after is Disposition.DELIVERED)
        kind = _class_of(pair, before, after)
        if kind != KEPT:
            found[kind] += (_pair_change((one, two), before, after) for one, two in alike())
    for changes in found.values():
        changes.sort(key=lambda change: (change.source, change.target))
    lost_outside, restored_outside, unknown_outside = _outside(before, after)
    return Pairs(
        total=total,
        working=working,
        lost=tuple(found["lost"]),
        restored=tuple(found["restored"]),
        never_worked=tuple(found["never_worked"]),
        new=tuple(found["new"]),
        gone=tuple(found["gone"]),
        unknown=tuple(found["unknown"]),
        lost_groups=groups(found["lost"]),
        outside_lost=lost_outside,
        outside_restored=restored_outside,
        outside_unknown=unknown_outside,
        all=EveryPair(before, after),
    )


def _alike(before: Matrix, after: Matrix) -> list[list[str]]:
    """Group the workloads that are alike in both snapshots."""
    members: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
    for name in sorted(before.endpoints.keys() | after.endpoints.keys()):
        members[before.classes.get(name), after.classes.get(name)].append(name)
    return list(members.values())


def _alike_pairs(
    before: Matrix, after: Matrix
) -> Iterator[tuple[Pair, int, Callable[[], Iterable[tuple[str, ...]]]]]:
    """Yield one pair of each two classes, their number, and the way to all of them."""
    members = _alike(before, after)
    for one in members:
        if len(one) > 1:
            number = len(one) * (len(one) - 1)
            yield (one[0], one[1]), number, partial(permutations, one, 2)
    for one, other in permutations(members, 2):
        pair = (one[0], other[0])
        if before.holds(pair) or after.holds(pair):
            yield pair, len(one) * len(other), partial(product, one, other)


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


def _outside(before: Matrix, after: Matrix) -> tuple[tuple[PairChange, ...], ...]:
    """Return the ways out that are lost, those that came back, and those not told any more."""
    found: dict[str, list[PairChange]] = defaultdict(list)
    for names in _alike(before, after):
        kind = _class_of_way_out(names[0], before, after)
        if kind != KEPT:
            found[kind] += (_way_out_change(name, before, after) for name in names)
    order = ("lost", "restored", "unknown")
    return tuple(tuple(sorted(found[kind], key=lambda each: each.source)) for kind in order)


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


def _way_out_change(name: str, before: Matrix, after: Matrix) -> PairChange:
    pair = (name, OUTSIDE)
    end, reason = after.disposition(pair), after.reason(pair)
    if doubt := doubtful(pair, before, after):
        reason, end = f"whether it still gets through is not told: {doubt}", Disposition.UNKNOWN
    return PairChange(name, OUTSIDE, before.disposition(pair), end, reason)


def groups(lost: Iterable[PairChange]) -> tuple[PairGroup, ...]:
    """Fold pairs into blocks "these sources × these targets", largest first.

    Sources that lost the same targets in the same way stand together, and so do sources that lost
    each other and the same rest (a node whose pods lost everybody, one another too).
    """
    targets: dict[tuple[str, Disposition], set[str]] = defaultdict(set)
    reasons: dict[tuple[str, Disposition], str] = {}
    for change in lost:
        row = (change.source, change.after or Disposition.UNKNOWN)
        targets[row].add(change.target)
        reasons.setdefault(row, change.reason)
    blocks: dict[tuple[frozenset[str], Disposition], list[str]] = defaultdict(list)
    for (source, end), lost_targets in targets.items():
        alike = frozenset(lost_targets)
        mutual = alike | {source}
        is_mutual = any(
            other != source and lost_by | {other} == mutual
            for (other, other_end), lost_by in targets.items()
            if other_end is end and other in mutual
        )
        blocks[mutual if is_mutual else alike, end].append(source)
    found = [
        PairGroup(
            sources=tuple(sorted(sources)),
            targets=tuple(sorted(members)),
            pairs=sum(len(targets[source, end]) for source in sources),
            disposition=end,
            reason=reasons[sources[0], end],
        )
        for (members, end), sources in blocks.items()
    ]
    return tuple(sorted(found, key=lambda group: (-group.pairs, group.sources)))
