"""Who could reach whom at t1 and at t2, pair by pair and in groups."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from collector.capture import HOST
from netsnap.explain.explanation import OUTSIDE, PairChange, PairGroup, Pairs
from netsnap.model.disposition import Disposition, Endpoint, PairState, Path
from netsnap.model.network import Network
from netsnap.model.pairs import outside, pairs
from parsers.records import Container, NetworkNamespace

Pair = tuple[str, str]
KEPT = "kept"


@dataclass(frozen=True)
class Matrix:
    """All pairs of one snapshot's model, and each workload's way out of the cluster."""

    endpoints: Mapping[str, Endpoint]
    states: Mapping[Pair, PairState]
    ways_out: Mapping[str, Path]
    named: frozenset[str]  # nodes on which a workload that is not listed is not there

    def lacks(self, pair: Pair, other: "Matrix") -> bool | None:
        """Say whether an end of the ``other`` snapshot's pair is not here; None: cannot tell."""
        missing = [other.endpoints[name] for name in pair if name not in self.endpoints]
        if not missing:
            return False
        return True if all(each.node in self.named for each in missing) else None

    def works(self, pair: Pair) -> bool | None:
        """Whether the pair works; None if that cannot be told."""
        if pair[1] == OUTSIDE:
            return leaves(self.ways_out.get(pair[0]))
        state = self.states.get(pair)
        return state.works if state else None

    def doubts(self, pair: Pair) -> tuple[str, ...]:
        """Return the doubts of a pair that is in the matrix."""
        return self.ways_out[pair[0]].doubts if pair[1] == OUTSIDE else self.states[pair].doubts

    def disposition(self, pair: Pair) -> Disposition:
        """How the pair's first failing way ends."""
        if pair[1] == OUTSIDE:
            way = self.ways_out.get(pair[0])
            return way.disposition if way else Disposition.UNKNOWN
        return self.states[pair].disposition

    def reason(self, pair: Pair) -> str:
        """Say why the pair fails, "" if it works."""
        if pair[1] == OUTSIDE:
            way = self.ways_out.get(pair[0])
            return way.reason if way else ""
        return failing(self.states[pair]).reason


def matrix(network: Network) -> Matrix:
    """Walk every pair of a network, there and back."""
    endpoints = {endpoint.name: endpoint for endpoint in network.endpoints}
    states = {(state.src, state.dst): _slim(state) for state in pairs(network, network.endpoints)}
    facts = network.facts
    named = frozenset(
        node
        for node in facts.reached
        if facts.sees(node, HOST, Container.kind) and facts.sees(node, HOST, NetworkNamespace.kind)
    )
    return Matrix(endpoints, states, outside(network), named)


WELL = Path(Disposition.DELIVERED, ())


def _slim(state: PairState) -> PairState:
    """Forget the ways of a pair that works, which nobody asks for: there are very many."""
    if not state.works or state.doubts:
        return state
    return PairState(state.src, state.dst, WELL, WELL)


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


def compare_pairs(before: Matrix, after: Matrix) -> Pairs:
    """Hold every pair of either snapshot against itself in the other."""
    found: dict[str, list[PairChange]] = defaultdict(list)
    everything: list[PairChange] = []
    for pair in sorted(before.states.keys() | after.states.keys()):
        change = _pair_change(pair, before, after)
        everything.append(change)
        kind = _class_of(pair, before, after)
        if kind != KEPT:
            found[kind].append(change)
    lost_outside, restored_outside, unknown_outside = _outside(before, after)
    return Pairs(
        total=len(everything),
        working=sum(1 for each in everything if each.after is Disposition.DELIVERED),
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
        all=tuple(everything),
    )


def _pair_change(pair: Pair, before: Matrix, after: Matrix) -> PairChange:
    was, is_ = before.states.get(pair), after.states.get(pair)
    told = is_ if is_ is not None and is_.works is not True else was
    reason = failing(told).reason if told else ""
    for here, other in ((before, after), (after, before)):
        if pair not in here.states and here.lacks(pair, other) is None:
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
    if pair not in before.states:
        return "new" if before.lacks(pair, after) else "unknown"
    if pair not in after.states:
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
    lost, restored, unknown = [], [], []
    for name in sorted(before.ways_out.keys() & after.ways_out.keys()):
        pair = (name, OUTSIDE)
        change = PairChange(
            name, OUTSIDE, before.disposition(pair), after.disposition(pair), after.reason(pair)
        )
        was, is_ = before.works(pair), after.works(pair)
        if was is True and is_ is False:
            lost.append(change)
        elif was is False and is_ is True:
            restored.append(change)
        elif was is True and is_ is None:
            unknown.append(change)
        elif doubt := doubtful(pair, before, after):
            reason = f"whether it still gets through is not told: {doubt}"
            unknown.append(replace(change, after=Disposition.UNKNOWN, reason=reason))
    return tuple(lost), tuple(restored), tuple(unknown)


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
