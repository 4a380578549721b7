"""The largest packet that passes a way, and whether larger ones are told of."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.model.mtu import Limit, narrowest
from netsnap.model.network import Network
from parsers.records import Address, FdbEntry, Interface, NextHop, Route
from tests.model.cluster import NIC, NODES, World, address_of, cluster, facts, find, pod_of, swap
from tests.model.test_tunnels import tunnelled

SOURCE, BESIDE = pod_of("k8s1", 1), pod_of("k8s1", 2)


def _resized(world: World, *places: tuple[str, str, str, int | None]) -> World:
    for node, netns, device, mtu in places:
        old = find(world, (node, netns), Interface, device)
        swap(world, (node, netns), old, replace(old, mtu=mtu))
    return world


def _limit(world: World, node: str = "k8s1", target: str = "k8s3") -> Limit | None:
    network = Network.of(facts(world))
    return narrowest(network, network.walk((node, pod_of(node, 1)), address_of(target, 1)))


def test_a_way_of_one_size_has_no_limit() -> None:
    assert _limit(cluster()) is None


def test_what_comes_in_too_large_is_dropped_without_a_word() -> None:
    world = _resized(cluster(), ("k8s3", HOST, NIC, 1300))
    assert _limit(world) == Limit(1300, "k8s3", HOST, NIC, silent=True)


def test_what_goes_out_too_large_is_told() -> None:
    world = _resized(cluster(), ("k8s3", HOST, NIC, 1300))
    assert _limit(world, "k8s3", "k8s1") == Limit(1300, "k8s3", HOST, NIC, silent=False)


@pytest.mark.parametrize("mtu", [9000, None])
def test_an_interface_that_is_larger_or_not_read_limits_nothing(mtu: int | None) -> None:
    assert _limit(_resized(cluster(), ("k8s3", HOST, NIC, mtu))) is None


def test_a_sender_that_is_smaller_itself_meets_no_limit() -> None:
    world = _resized(cluster(), ("k8s3", HOST, NIC, 1300), ("k8s1", SOURCE, "eth0", 1300))
    assert _limit(world) is None


def test_a_tunnel_limits_what_goes_through_it() -> None:
    assert _limit(tunnelled("vxlan")) == Limit(1450, "k8s1", HOST, "vxlan.calico", silent=False)


def test_what_carries_a_tunnel_limits_what_is_in_it() -> None:
    world = _resized(tunnelled("vxlan"), ("k8s3", HOST, NIC, 1300))
    assert _limit(world) == Limit(1250, "k8s3", HOST, NIC, silent=True)


def test_a_way_that_fails_has_no_size() -> None:
    world = _resized(cluster(), ("k8s3", HOST, NIC, 1300))
    old = find(world, ("k8s3", HOST), Interface, NIC)
    swap(world, ("k8s3", HOST), old, replace(old, flags=("BROADCAST",)))
    assert _limit(world) is None


def test_a_way_within_the_node_is_measured_too() -> None:
    ends = (("k8s1", HOST, "cali12", 1400), ("k8s1", BESIDE, "eth0", 1400))
    network = Network.of(facts(_resized(cluster(), *ends)))
    limit = narrowest(network, network.walk(("k8s1", SOURCE), address_of("k8s1", 2)))
    assert limit == Limit(1400, "k8s1", HOST, "cali12", silent=False)


def test_over_ipv6_what_carries_a_tunnel_has_a_longer_header() -> None:
    world = tunnelled("vxlan")
    for number, node in ((1, "k8s1"), (3, "k8s3")):
        own = f"fd00::{number}"
        hops = (NextHop("", NIC),)
        world[node, HOST] += [
            Address(NIC, 6, f"{own}/64", scope="global"),
            Route(6, "local", f"{own}/128", type="local", next_hops=hops),
            Route(6, "main", "fd00::/64", next_hops=hops),
        ]
    old = next(
        each
        for each in world["k8s1", HOST]
        if isinstance(each, FdbEntry) and each.destination == NODES["k8s3"]
    )
    swap(world, ("k8s1", HOST), old, replace(old, destination="fd00::3"))
    assert _limit(_resized(world, ("k8s3", HOST, NIC, 1300))) == Limit(
        1230, "k8s3", HOST, NIC, silent=True
    )


@pytest.mark.parametrize(("mtu", "number"), [(83, 10), (84, 0)])
def test_pairs_for_whose_pings_an_interface_gets_too_small_are_untold(
    mtu: int, number: int
) -> None:
    before, after = cluster(), _resized(cluster(), ("k8s1", SOURCE, "eth0", mtu))
    t1, t2 = facts(before), facts(after)
    told = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert len(told.pairs.unknown) == number
    assert not told.pairs.lost
