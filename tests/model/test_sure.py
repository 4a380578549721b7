"""What is said of a pair without a walk of its own is what the walk says."""

from itertools import permutations

from hypothesis import given, settings

from collector.capture import HOST
from netsnap.model.network import Network
from netsnap.model.pairs import both_states
from netsnap.model.sure import Sure, unsure
from parsers.records import Sysctl
from tests.model.cluster import NIC, NODES, World, cluster, facts, pod_of
from tests.model.test_alike import worlds


@settings(max_examples=75, deadline=None)
@given(worlds())
def test_what_is_sure_is_what_the_walks_say(world: World) -> None:
    network = Network.of(facts(world))
    sure = Sure(network)
    for one, other in permutations(network.endpoints, 2):
        told = sure.doubts(one, other)
        if told is not None:
            states = both_states(network, one, other)
            assert [state.works for state in states] == [True, True]
            assert told == (states[0].doubts, states[1].doubts)


@settings(max_examples=75, deadline=None)
@given(worlds(), worlds())
def test_what_is_sure_of_all_at_once_is_what_is_sure_of_each_pair(was: World, now: World) -> None:
    t1, t2 = (Network.of(facts(world)) for world in (was, now))
    known = [{each.name: each for each in network.endpoints} for network in (t1, t2)]
    names = sorted(known[0].keys() | known[1].keys())
    before, after = ([some.get(name) for name in names] for some in known)
    then, later = Sure(t1), Sure(t2)
    found = unsure(then, before, later, after)
    if found is None:  # a packet filter is asked of each pair
        return
    for one, other in permutations(range(len(names)), 2):
        told = [
            sure.doubts(a, b)
            for sure, ends in ((then, before), (later, after))
            if (a := ends[one]) is not None and (b := ends[other]) is not None
        ]
        assert bool(found[one] >> other & 1) is (len(told) < 2 or None in told)


def test_a_quiet_cluster_is_all_sure() -> None:
    network = Network.of(facts(cluster()))
    sure = Sure(network)
    pairs = list(permutations(network.endpoints, 2))
    assert [sure.doubts(*pair) for pair in pairs] == [((), ())] * len(pairs)


def test_a_strict_filter_on_the_way_is_heeded() -> None:
    world = cluster()
    world["k8s2", HOST].append(Sysctl(f"net.ipv4.conf.{NIC}.rp_filter", "1"))
    world["k8s2", HOST] = [r for r in world["k8s2", HOST] if "192.168.86.0/26" not in r.identity]
    network = Network.of(facts(world))
    known = {each.name: each for each in network.endpoints}
    for node in list(NODES)[1:]:
        pair = known[pod_of("k8s1", 1)], known[pod_of(node, 1)]
        assert (Sure(network).doubts(*pair) is None) == (node == "k8s2")
