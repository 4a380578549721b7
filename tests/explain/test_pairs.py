"""All pairs of two snapshots by classes, held against all pairs walked one by one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.capture import HOST
from netsnap.explain.matrix import matrix
from netsnap.explain.pairs import compare_pairs
from netsnap.model.network import Network
from netsnap.model.pairs import outside, pairs
from parsers.facts import Facts
from tests.model.cluster import NODES, World, cluster, facts, pod_of
from tests.model.test_alike import PODS, worlds

Told = dict[tuple[str, str], bool | None]


def _one_by_one(world: Facts) -> Told:
    network = Network.of(world)
    return {(state.src, state.dst): state.works for state in pairs(network)}


@settings(max_examples=30, deadline=None)
@given(worlds(), worlds(), st.data())
def test_classes_tell_what_single_walks_tell(was: World, now: World, data: st.DataObject) -> None:
    if data.draw(st.booleans()):  # a pod that is not there any more
        node = data.draw(st.sampled_from(list(NODES)))
        del now[node, pod_of(node, PODS)]
    t1, t2 = facts(was), facts(now)
    found = compare_pairs(matrix(Network.of(t1)), matrix(Network.of(t2)))
    before, after = _one_by_one(t1), _one_by_one(t2)
    told = {
        name: {(each.source, each.target) for each in getattr(found, name)}
        for name in ("lost", "restored", "never_worked", "new", "gone", "unknown")
    }
    both = before.keys() & after.keys()
    assert found.total == len(before.keys() | after.keys())
    assert told["gone"] == before.keys() - after.keys()
    assert told["lost"] | told["unknown"] >= {p for p in both if before[p] and after[p] is False}
    assert told["lost"] <= {pair for pair in both if before[pair] and after[pair] is False}
    assert told["restored"] == {p for p in both if before[p] is False and after[p]}
    assert told["never_worked"] == {
        p for p in both if before[p] is False and after[p] is False
    }  # fmt: skip
    told_all = [(each.source, each.target) for each in found.all]
    assert told_all == sorted(before.keys() | after.keys())


@settings(max_examples=20, deadline=None)
@given(worlds(), worlds())
def test_ways_out_by_classes_are_those_of_each_workload(was: World, now: World) -> None:
    t1, t2 = Network.of(facts(was)), Network.of(facts(now))
    found = compare_pairs(matrix(t1), matrix(t2))
    before, after = outside(t1), outside(t2)
    lost = {each.source: each.after for each in found.outside_lost}
    assert lost == {
        name: way.disposition
        for name, way in after.items()
        if before[name].disposition == "left the cluster"
        and way.disposition not in ("left the cluster", "unknown")
    }


def test_a_quiet_cluster_is_told_by_few_walks() -> None:
    told = matrix(Network.of(facts(cluster(pods=20))))
    found = compare_pairs(told, told)
    assert found.total == found.working == 60 * 59
    assert len(told._walked) <= 2 * len(NODES) ** 2


def test_a_pair_of_which_one_end_came_is_new() -> None:
    before, after = cluster(pods=2), cluster(pods=2)
    del before["k8s1", pod_of("k8s1", 2)]
    before["k8s1", HOST] = cluster(pods=1)["k8s1", HOST]
    found = compare_pairs(matrix(Network.of(facts(before))), matrix(Network.of(facts(after))))
    assert {pod_of("k8s1", 2) in (each.source, each.target) for each in found.new} <= {True}
    assert len(found.new) + len(found.unknown) == 10
