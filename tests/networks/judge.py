"""What classes and cells say of two snapshots, held against single walks of new networks."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, islice, permutations
from random import Random

from netsnap.diff.compare import compare
from netsnap.explain.explanation import PairChange, Pairs
from netsnap.explain.matrix import Matrix, leaves, matrices
from netsnap.explain.pairs import compare_pairs
from netsnap.model.disposition import PairState, Path
from netsnap.model.network import Network
from netsnap.model.pairs import pair_state, pairs, way_out
from parsers.facts import Facts
from tests.networks.undone import undone
from tests.networks.worlds import two

Pair = tuple[str, str]
KINDS = ("lost", "restored", "never_worked", "new", "gone", "unknown")
WATCHED = 6
"""Workloads whose pairs are walked one by one; the others' are told, and count."""
SAMPLED = 6
"""Pairs of a kind whose words are asked for."""


@dataclass(frozen=True)
class Judgement:
    """Every difference, in words, and what was told how: a run that tells little shows."""

    said: Sequence[str]
    counts: Counter[str]


@dataclass
class Walked:
    """The pairs of some workloads in one snapshot, each walked."""

    facts: Facts
    other: Facts
    watched: frozenset[str]
    network: Network = field(init=False)
    states: Mapping[Pair, PairState] = field(init=False)
    ways_out: Mapping[str, Path] = field(init=False)

    def __post_init__(self) -> None:
        self.network = self.anew()
        chosen = [each for each in self.network.endpoints if each.name in self.watched]
        self.states = {(each.src, each.dst): each for each in pairs(self.network, chosen)}
        self.ways_out = {each.name: way_out(self.network, each) for each in chosen}

    def anew(self) -> Network:
        """Return the network as if nothing of it were known."""
        return Network.of(self.facts, assumed=self.other)


def judge(seed: str) -> Judgement:
    """Draw two snapshots by a seed, and judge what is told of them."""
    random = Random(seed)  # noqa: S311 -- no secret is drawn
    t1, t2 = two(random)
    difference = compare(t1, t2)
    before, after = matrices(t1, t2, difference.same)
    found = compare_pairs(before, after)
    watched = _watched(before, after, random)
    was, is_ = Walked(t1, t2, watched), Walked(t2, t1, watched)
    counts: Counter[str] = Counter()
    said: list[str] = []
    for when, matrix, walked in (("t1", before, was), ("t2", after, is_)):
        sure = _sure(matrix, walked)
        said += (f"{when}: {each}" for each in _wrongly_sure(sure, walked))
        said += (f"{when}: {each}" for each in _unlike(matrix, walked))
        said += (f"{when}: {each}" for each in _by_itself(walked, random))
        counts += _told_by(matrix, sure)
    counts += Counter({kind: len(getattr(found, kind)) for kind in KINDS})
    counts += Counter(total=found.total, working=found.working)
    said += _kinds(found, was, is_, before, after)
    said += _ways_out(found, was, is_)
    said += undone(difference.changes, found, (before, after), (t1, t2), random)
    return Judgement(said, counts)


def _watched(before: Matrix, after: Matrix, random: Random) -> frozenset[str]:
    names = sorted(before.endpoints.keys() | after.endpoints.keys())
    return frozenset(random.sample(names, min(len(names), WATCHED)))


def _unlike(told: Matrix, walked: Walked) -> Iterator[str]:
    """Yield the classes whose pairs do not fare alike."""
    seen: dict[tuple[int, int], dict[tuple[object, ...], Pair]] = defaultdict(dict)
    for pair, state in walked.states.items():
        ends = (state.there.disposition, state.back.disposition)
        doubts = (len(state.there.doubts), len(state.back.doubts))
        one, other = (told.classes[name] for name in pair)
        seen[one, other].setdefault((state.works, state.disposition, *ends, *doubts), pair)
    for fates in seen.values():
        if len(fates) > 1:
            yield f"alike and yet {fates}"
    ways: dict[tuple[int, object, int], str] = {}
    for name, way in walked.ways_out.items():
        ways.setdefault((told.classes[name], way.disposition, len(way.doubts)), name)
    for number, among in Counter(number for number, *_ in ways).items():
        if among > 1:
            yield f"alike and out otherwise: {[k for k in ways.items() if k[0][0] == number]}"


def _sure(told: Matrix, walked: Walked) -> Mapping[Pair, tuple[str, ...]]:
    """Return the doubts of the pairs that are told to work without a walk."""
    found = {}
    for one, other in combinations(
        (each for name, each in told.endpoints.items() if name in walked.watched), 2
    ):
        doubts = told.sure.doubts(one, other)
        if doubts is not None:
            found[one.name, other.name], found[other.name, one.name] = doubts
    return found


def _wrongly_sure(sure: Mapping[Pair, tuple[str, ...]], walked: Walked) -> Iterator[str]:
    """Yield the pairs that are told to work without a walk, and do not, or not so surely."""
    for pair, said in sure.items():
        state = walked.states[pair]
        if state.works is not True or state.doubts != said:
            yield f"{pair} is told sure {said}, walked: {state}"


def _by_itself(walked: Walked, random: Random) -> Iterator[str]:
    """Yield a pair that fares otherwise in a network in which no other was walked."""
    if not walked.states:
        return
    pair = random.choice(list(walked.states))
    network = walked.anew()
    ends = {each.name: each for each in network.endpoints}
    alone, among = pair_state(network, ends[pair[0]], ends[pair[1]]), walked.states[pair]
    if alone != among:
        yield f"{pair} by itself: {alone}, after others: {among}"


def _told_by(told: Matrix, sure: Mapping[Pair, tuple[str, ...]]) -> Counter[str]:
    """Count the pairs by how they are told."""
    members = Counter(told.classes.values())
    size = len(told.classes)
    found: Counter[str] = Counter()
    known = frozenset((told.classes[one], told.classes[other]) for one, other in sure)
    for one, some in members.items():
        for other, others in members.items():
            pairs_there = some * (others - (one == other))
            if pairs_there:
                found["short cut" if (one, other) in known else "walk"] += 1
                found["class"] += pairs_there - 1
    assert found.total() == size * (size - 1)
    return found


def _kinds(found: Pairs, was: Walked, is_: Walked, before: Matrix, after: Matrix) -> Iterator[str]:
    """Yield the pairs that are told to be of another kind, or otherwise, than single walks say."""
    expected: dict[str, set[Pair]] = {kind: set() for kind in (*KINDS, "kept")}
    for pair in permutations(sorted(was.watched), 2):
        if pair in was.states or pair in is_.states:
            expected[_kind(pair, was.states, is_.states, before, after)].add(pair)
    for kind in KINDS:
        told = _pairs(getattr(found, kind), was.watched)
        if len(told) != len(set(told)) or set(told) != expected[kind]:
            yield f"{kind}: {sorted(set(told) ^ expected[kind])[:4]}"
        changes: Sequence[PairChange] = getattr(found, kind)
        for change in islice(changes, SAMPLED if kind in ("lost", "never_worked") else 0):
            pair = change.source, change.target
            if pair in is_.states and change.after is not is_.states[pair].disposition:
                yield f"{pair} is {is_.states[pair].disposition}, told as {change.after}"
    if before.endpoints.keys() | after.endpoints.keys() == was.watched:
        yield from _totals(found, was.states, is_.states, expected)


def _pairs(changes: Sequence[PairChange], watched: frozenset[str]) -> list[Pair]:
    """List those pairs of a row that are between watched workloads, untold."""
    return [
        (source, target)
        for cell in getattr(changes, "cells", ())
        for source in watched.intersection(cell.sources)
        for target in watched.intersection(cell.targets)
        if source != target
    ]


def _totals(
    found: Pairs, was: Mapping[Pair, PairState], is_: Mapping[Pair, PairState],
    expected: Mapping[str, set[Pair]],
) -> Iterator[str]:  # fmt: skip
    working = sum(state.works is True for state in is_.values())
    both = expected["unknown"] & was.keys() & is_.keys()
    doubted = {pair for pair in both if was[pair].works and is_[pair].works}
    if found.working != working - len(doubted):
        yield f"{found.working} work, and {working} do ({len(doubted)} doubted)"
    if found.total != sum(map(len, expected.values())):
        yield f"{found.total} pairs, and there are {sum(map(len, expected.values()))}"


def _kind(
    pair: Pair, was: Mapping[Pair, PairState], is_: Mapping[Pair, PairState], before: Matrix,
    after: Matrix,
) -> str:  # fmt: skip
    if pair not in was:
        return "new" if before.lacks(pair, after) else "unknown"
    if pair not in is_:
        return "gone" if after.lacks(pair, before) else "unknown"
    one, other = was[pair], is_[pair]
    doubted = one.works and other.works and other.doubts and one.doubts != other.doubts
    if one.works is None or other.works is None or doubted:
        return "unknown"
    if one.works:
        return "kept" if other.works else "lost"
    return "restored" if other.works else "never_worked"


def _ways_out(found: Pairs, was: Walked, is_: Walked) -> Iterator[str]:
    both = was.ways_out.keys() & is_.ways_out.keys()
    for kind, had, has in (("outside_lost", True, False), ("outside_restored", False, True)):
        expected = {
            name
            for name in both
            if leaves(was.ways_out[name]) is had and leaves(is_.ways_out[name]) is has
        }
        cells = getattr(getattr(found, kind), "cells", ())
        told = {name for cell in cells for name in was.watched.intersection(cell.sources)}
        if told != expected:
            yield f"{kind}: {sorted(told ^ expected)}"
