"""Only pairs on whose way the changes lie are walked again, and the answer is the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.diff.compare import compare
from netsnap.explain.causes import restorer
from netsnap.explain.cells import Pair, PairSet
from netsnap.explain.explanation import OUTSIDE
from netsnap.explain.footprint import Footprints
from netsnap.explain.matrix import leaves, matrix
from netsnap.explain.pairs import compare_pairs
from netsnap.model.network import Network
from netsnap.model.pairs import outside, pair_state
from netsnap.model.revert import reverted
from parsers.records import Address, Neighbour, Route
from tests.explain.test_explain import CASES, Case, with_bgp
from tests.model.cluster import (
    BLOCKS,
    NIC,
    NODES,
    cluster,
    facts,
    find,
    pod_of,
    route,
    swap,
)
from tests.model.test_tunnels import tunnelled


def plain(after: Network, lost: frozenset[Pair], changes: list[Change]) -> frozenset[Pair]:
    """Undo the changes and walk every lost pair."""
    undone = reverted(after, changes)
    ends = {endpoint.name: endpoint for endpoint in undone.endpoints}
    ways = outside(undone)
    return frozenset(
        (source, target)
        for source, target in lost
        if (
            leaves(ways.get(source))
            if target == OUTSIDE
            else pair_state(undone, ends[source], ends[target]).works
        )
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(CASES), min_size=1, max_size=3, unique_by=id), st.data())
def test_what_comes_back_is_what_walking_all_lost_pairs_finds(
    broken: list[Case], data: st.DataObject
) -> None:
    after = with_bgp(cluster())
    for case in broken:
        try:
            case.fault(after)
        except ValueError:  # the other fault took away what this one breaks
            continue
    t1, t2 = facts(with_bgp(cluster())), facts(after)
    now, network = matrix(Network.of(t2)), Network.of(t2)
    found = compare_pairs(matrix(Network.of(t1)), now)
    lost = PairSet.of(tuple(found.lost), tuple(found.outside_lost))
    changes = compare(t1, t2).changes
    chosen = [each for each in changes if data.draw(st.booleans())]
    assert set(restorer(network, now, lost)(chosen)) == plain(network, frozenset(lost), chosen)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault.__name__)
def test_a_neighbour_that_came_on_the_side_asks_for_no_walk(case: Case) -> None:
    after = with_bgp(cluster())
    case.fault(after)
    after["k8s1", HOST].append(Neighbour(4, "172.16.0.99", NIC, condition="resolved"))
    t1, t2 = facts(with_bgp(cluster())), facts(after)
    now, network = matrix(Network.of(t2)), Network.of(t2)
    found = compare_pairs(matrix(Network.of(t1)), now)
    lost = PairSet.of(tuple(found.lost), tuple(found.outside_lost))
    changes = compare(t1, t2).changes
    aside = [each for each in changes if "172.16.0.99" in each.key.identity]
    assert aside
    assert Footprints(network, now, lost).may_restore(aside).held == frozenset()


def test_an_address_counts_for_walks_that_never_came_to_its_node() -> None:
    """k8s2 reaches k8s3 by way of k8s1, which lost its address; the way back is direct."""
    worlds = [cluster(), cluster()]
    for world in worlds:
        place = ("k8s2", HOST)
        direct = find(world, place, Route, 4, "main", BLOCKS["k8s3"])
        swap(world, place, direct, route(BLOCKS["k8s3"], NIC, NODES["k8s1"]))
    swap(worlds[1], ("k8s1", HOST), find(worlds[1], ("k8s1", HOST), Address, NIC, 4))
    t1, t2 = (facts(world) for world in worlds)
    now, network = matrix(Network.of(t2)), Network.of(t2)
    found = compare_pairs(matrix(Network.of(t1)), now)
    lost = PairSet.of(found.lost)
    between = (pod_of("k8s2", 1), pod_of("k8s3", 1))
    assert between in lost
    assert between in restorer(network, now, lost)(compare(t1, t2).changes)


def test_the_neighbour_that_a_tunnels_own_packet_asks_for_lies_on_the_way() -> None:
    """It is on the link for the node's address, which is neither end's and no next hop."""
    worlds = [tunnelled("vxlan"), tunnelled("vxlan")]
    for world, condition in zip(worlds, ("resolved", "failed"), strict=True):
        world["k8s1", HOST].append(Neighbour(4, NODES["k8s3"], NIC, condition=condition))
    t1, t2 = map(facts, worlds)
    now, network = matrix(Network.of(t2)), Network.of(t2)
    found = compare_pairs(matrix(Network.of(t1)), now)
    lost = PairSet.of(found.lost)
    (change,) = compare(t1, t2).changes
    assert len(lost) > 0
    assert restorer(network, now, lost)([change]).held == lost.held
