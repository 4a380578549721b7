"""Veth pairs and addresses of pods: the end that was touched is the cause, not what it took."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.check import check
from netsnap.explain.explain import explain
from parsers.facts import Facts
from parsers.records import Address, Interface, NextHop, Route
from tests.model.cluster import World, cluster, facts, find, pod_of, swap, veth_of

NODE, POD = "k8s2", pod_of("k8s2", 1)
VETH = veth_of("k8s2", 1)
AT_HOST, IN_POD = (NODE, HOST), (NODE, POD)
DEAD = ("BROADCAST", "MULTICAST", "NO-CARRIER", "UP")


def _down(world: World, place: tuple[str, str], name: str) -> None:
    old = find(world, place, Interface, name)
    swap(world, place, old, replace(old, flags=("BROADCAST", "MULTICAST"), operstate="DOWN"))


def _without_carrier(world: World, place: tuple[str, str], name: str) -> None:
    old = find(world, place, Interface, name)
    swap(world, place, old, replace(old, flags=DEAD, operstate="DOWN"))


def _without_routes(world: World, place: tuple[str, str], device: str) -> None:
    for each in list(world[place]):
        if isinstance(each, Route) and any(hop.device == device for hop in each.next_hops):
            swap(world, place, each)


def _host_end_down(world: World) -> None:
    _down(world, AT_HOST, VETH)
    _without_carrier(world, IN_POD, "eth0")
    _without_routes(world, AT_HOST, VETH)


def _pod_end_down(world: World) -> None:
    _down(world, IN_POD, "eth0")
    _without_carrier(world, AT_HOST, VETH)
    _without_routes(world, IN_POD, "eth0")


def _address_gone(world: World) -> None:
    swap(world, IN_POD, find(world, IN_POD, Address, "eth0"))
    _without_routes(world, IN_POD, "eth0")


def _both(world: World) -> tuple[Facts, Facts]:
    return facts(cluster()), facts(world)


@pytest.mark.parametrize(
    ("fault", "netns", "subject"),
    [
        (_host_end_down, HOST, VETH),
        (_pod_end_down, POD, "eth0"),
        (_address_gone, POD, "eth0"),
    ],
)
def test_what_was_touched_is_the_only_cause(
    fault: Callable[[World], None], netns: str, subject: str
) -> None:
    world = cluster()
    fault(world)
    before, after = _both(world)
    (cause,) = explain(before, after, compare(before, after), lambda _: b"").causes
    assert (cause.node, cause.netns) == (NODE, netns)
    assert subject in cause.subject


def test_one_of_two_addresses_takes_no_route_with_it() -> None:
    """The kernel takes the routes of an interface with its last address alone."""
    world = cluster()
    other = replace(find(world, IN_POD, Address, "eth0"), address="192.168.167.99/32")
    world[IN_POD].append(other)
    default = find(world, IN_POD, Route, 4, "main", "0.0.0.0/0")
    before = facts(world)
    swap(world, IN_POD, other)
    swap(world, IN_POD, default)
    after = facts(world)
    causes = explain(before, after, compare(before, after), lambda _: b"").causes
    assert [cause.what for cause in causes] == ["default route"]


def test_check_names_the_end_that_is_down_and_not_the_one_without_carrier() -> None:
    world = cluster()
    _host_end_down(world)
    found = [each.finding.sentence for each in check(facts(world), lambda _: b"")]
    assert f"{VETH} of {NODE}, the other end of eth0 of {POD}, is down" in found
    assert not [each for each in found if "has no carrier" in each]


def test_a_route_by_hand_inside_another_nodes_block_is_told() -> None:
    world = cluster()
    hand = Route(4, "main", "192.168.167.64/27", next_hops=(NextHop("172.16.0.254", "enp1s0f0"),))
    world["k8s1", HOST].append(hand)
    found = [each.finding.sentence for each in check(facts(world), lambda _: b"")]
    (told,) = [each for each in found if each.startswith("k8s1 has a route to 192.168.167.64/27")]
    assert "192.168.167.64/26" in told
