"""Pairs told by cells: every pair of a cell fares as the one that speaks for it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.causes import restorer
from netsnap.explain.cells import Changes, PairSet
from netsnap.explain.explanation import OUTSIDE
from netsnap.explain.grouping import groups
from netsnap.explain.matrix import leaves, matrix, touched
from netsnap.explain.pairs import compare_pairs
from netsnap.model.network import Network
from netsnap.model.pairs import pair_state, way_out
from netsnap.model.revert import revert
from parsers.records import Route
from tests.model.cluster import BLOCKS, NODES, World, cluster, facts, find, pod_of
from tests.model.test_alike import worlds


@settings(max_examples=30, deadline=None)
@given(worlds(), worlds(), st.data())
def test_what_is_undone_brings_back_whole_cells(
    was: World, now: World, data: st.DataObject
) -> None:
    t1, t2 = facts(was), facts(now)
    network = Network.of(t2)
    then, after = matrix(Network.of(t1)), matrix(network)
    pairs = compare_pairs(then, after)
    changes = compare(t1, t2).changes
    lost = PairSet.of(pairs.lost, pairs.outside_lost, apart=touched(changes, then, after))
    chosen = [each for each in changes if data.draw(st.booleans())]
    back = set(restorer(network, after, lost)(chosen))
    undone = Network.of(revert(t2, chosen))
    known = {each.name: each for each in undone.endpoints}
    for source, target in lost:
        if target == OUTSIDE:
            works = leaves(way_out(undone, known[source])) if source in known else False
        elif source in known and target in known:
            works = pair_state(undone, known[source], known[target]).works
        else:
            works = False
        assert ((source, target) in back) is (works is True), (source, target)


@settings(max_examples=60, deadline=None)
@given(worlds(), worlds())
def test_cells_fold_into_the_groups_that_their_pairs_fold_into(was: World, now: World) -> None:
    pairs = compare_pairs(matrix(Network.of(facts(was))), matrix(Network.of(facts(now))))
    for changes in (pairs.lost, pairs.never_worked, pairs.unknown):
        whole, single = groups(changes), groups(tuple(changes))
        assert [(g.sources, g.targets, g.pairs, g.disposition, g.reason) for g in whole] == [
            (g.sources, g.targets, g.pairs, g.disposition, g.reason) for g in single
        ]
        assert [group.is_common for group in whole] == [group.is_common for group in single]


def test_a_lost_block_is_few_cells_and_all_its_pairs() -> None:
    before, after = cluster(pods=9), cluster(pods=9)
    after["k8s1", HOST].remove(find(after, ("k8s1", HOST), Route, 4, "main", BLOCKS["k8s2"]))
    pairs = compare_pairs(matrix(Network.of(facts(before))), matrix(Network.of(facts(after))))
    assert isinstance(pairs.lost, Changes)
    assert len(pairs.lost.cells) == 2  # there and back
    ours, theirs = ({pod_of(node, pod) for pod in range(1, 10)} for node in list(NODES)[:2])
    assert {(each.source, each.target) for each in pairs.lost} == {
        (one, other)
        for some, rest in ((ours, theirs), (theirs, ours))
        for one in some
        for other in rest
    }
    assert len(pairs.lost) == 162
    assert pairs.lost[3] == tuple(pairs.lost)[3]
    (group,) = (g for g in pairs.lost_groups if set(g.sources) == ours)
    assert (set(group.targets), group.pairs) == (theirs, 81)
