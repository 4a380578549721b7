"""What classes and cells say of two snapshots, held against single walks of new networks."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from itertools import combinations, permutations
from random import Random

from netsnap.diff.changes import Change
from netsnap.diff.compare import compare
from netsnap.explain.causes import restorer
from netsnap.explain.cells import PairSet
from netsnap.explain.explanation import OUTSIDE, Pairs
from netsnap.explain.pairs import Matrix, compare_pairs, leaves, matrices, touched
from netsnap.model.disposition import PairState
from netsnap.model.network import Network
from netsnap.model.pairs import outside, pair_state, pairs, way_out
from netsnap.model.revert import revert
from parsers.facts import Facts
from tests.networks.worlds import two

Pair = tuple[str, str]
KINDS = ("lost", "restored", "never_worked", "new", "gone", "unknown")


def judge(seed: str) -> list[str]:
    """Draw two snapshots by a seed and return every difference, in words."""
    random = Random(seed)  # noqa: S311 -- no secret is drawn
    t1, t2 = (each.facts() for each in two(random))
    difference = compare(t1, t2)
    before, after = matrices(t1, t2, difference.same)
    found = compare_pairs(before, after)
    was, is_ = _walked(t1, t2), _walked(t2, t1)
    said = [*_alike(before, was, "t1"), *_alike(after, is_, "t2")]
    said += [*_sure(before, was, "t1"), *_sure(after, is_, "t2")]
    said += _kinds(found, was, is_, before, after)
    said += _ways_out(found, t1, t2)
    changes = difference.changes
    lost = PairSet.of(found.lost, found.outside_lost, apart=touched(changes, before, after))
    if len(lost):
        chosen = [each for each in changes if random.random() < random.choice((0.3, 0.9))]
        undone = Network.of(revert(t2, chosen), assumed=t1)
        said += _undone(chosen, undone, after.network, after, lost)
    return said


def _walked(facts: Facts, other: Facts) -> Mapping[Pair, PairState]:
    network = Network.of(facts, assumed=other)
    return {(state.src, state.dst): state for state in pairs(network)}


def _alike(told: Matrix, walked: Mapping[Pair, PairState], when: str) -> Iterator[str]:
    """Yield the classes whose pairs do not fare alike."""
    seen: dict[tuple[int, int], dict[tuple[object, ...], Pair]] = defaultdict(dict)
    for pair, state in walked.items():
        ends = (state.there.disposition, state.back.disposition)
        doubts = (len(state.there.doubts), len(state.back.doubts))
        one, other = (told.classes[name] for name in pair)
        seen[one, other].setdefault((state.works, state.disposition, *ends, *doubts), pair)
    for fates in seen.values():
        if len(fates) > 1:
            yield f"{when}: alike and yet {fates}"


def _sure(told: Matrix, walked: Mapping[Pair, PairState], when: str) -> Iterator[str]:
    """Yield the pairs that are told to work without a walk, and do not, or not so surely."""
    for one, other in combinations(told.endpoints.values(), 2):
        doubts = told.sure.doubts(one, other)
        if doubts is None:
            continue
        ways = (one.name, other.name), (other.name, one.name)
        for pair, said in zip(ways, doubts, strict=True):
            if walked[pair].works is not True or walked[pair].doubts != said:
                yield f"{when}: {pair} is told sure {said}, walked: {walked[pair]}"


def _kinds(
    found: Pairs, was: Mapping[Pair, PairState], is_: Mapping[Pair, PairState], before: Matrix,
    after: Matrix,
) -> Iterator[str]:  # fmt: skip
    """Yield the pairs that are told to be of another kind, or otherwise, than single walks say."""
    expected: dict[str, set[Pair]] = {kind: set() for kind in (*KINDS, "kept")}
    names = sorted(before.endpoints.keys() | after.endpoints.keys())
    for pair in permutations(names, 2):
        if pair in was or pair in is_:
            expected[_kind(pair, was, is_, before, after)].add(pair)
    for kind in KINDS:
        told = {(each.source, each.target): each for each in getattr(found, kind)}
        if len(getattr(found, kind)) != len(told) or told.keys() != expected[kind]:
            yield f"{kind}: {sorted(told.keys() ^ expected[kind])[:4]}"
        for pair, change in told.items():
            if kind in ("lost", "never_worked") and change.after is not is_[pair].disposition:
                yield f"{pair} is {is_[pair].disposition}, told as {change.after}"
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


def _ways_out(found: Pairs, t1: Facts, t2: Facts) -> Iterator[str]:
    was, is_ = outside(Network.of(t1, assumed=t2)), outside(Network.of(t2, assumed=t1))
    both = was.keys() & is_.keys()
    for kind, had, has in (("outside_lost", True, False), ("outside_restored", False, True)):
        expected = {n for n in both if leaves(was[n]) is had and leaves(is_[n]) is has}
        told = {each.source for each in getattr(found, kind)}
        if told != expected:
            yield f"{kind}: {sorted(told ^ expected)}"


def _undone(
    chosen: list[Change], undone: Network, network: Network, now: Matrix, lost: PairSet
) -> Iterator[str]:
    """Yield the pairs that come back, or do not, otherwise than a network built anew says."""
    back = set(restorer(network, now, lost)(chosen))
    known = {each.name: each for each in undone.endpoints}
    for source, target in lost:
        if source not in known or (target != OUTSIDE and target not in known):
            works: bool | None = False
        elif target == OUTSIDE:
            works = leaves(way_out(undone, known[source]))
        else:
            works = pair_state(undone, known[source], known[target]).works
        if ((source, target) in back) is not (works is True):
            yield f"undone: {source} → {target} works: {works}, in its cell: {works is not True}"
