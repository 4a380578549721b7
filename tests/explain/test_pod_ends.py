"""Veth pairs and addresses of pods: the end that was touched is the cause, not what it took."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.check import check
from netsnap.explain.explain import explain
from parsers.facts import Facts
from parsers.records import Address, Container, Interface, NextHop, Route
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


def test_a_container_taken_off_its_network_is_the_cause_and_not_its_veth() -> None:
    before, after = cluster(), cluster()
    for world, addresses in ((before, ("shop=192.168.167.66",)), (after, ())):
        sandbox = find(world, AT_HOST, Container, "k8s_POD_web-21")
        swap(world, AT_HOST, sandbox, replace(sandbox, addresses=addresses))
    swap(after, AT_HOST, find(after, AT_HOST, Interface, VETH))
    _without_routes(after, AT_HOST, VETH)
    after[IN_POD] = [each for each in after[IN_POD] if "eth0" not in str(each)]
    t1, t2 = facts(before), facts(after)
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: b"").causes
    assert (cause.what, cause.subject) == ("container", POD)
    assert "addresses" in cause.sentence


def test_a_bridge_that_is_down_leads_and_its_disabled_ports_follow() -> None:
    before = _on_a_bridge("state forwarding")
    after = _on_a_bridge("state disabled")
    old = find(after, AT_HOST, Interface, "br0")
    swap(after, AT_HOST, old, replace(old, flags=("BROADCAST",), operstate="DOWN"))
    t1, t2 = facts(before), facts(after)
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: b"").causes
    assert cause.sentence == f"br0 on {NODE} was set down."


def test_a_veth_that_is_no_port_any_more_is_told_with_its_bridge() -> None:
    before, after = _on_a_bridge("state forwarding"), _on_a_bridge("state forwarding")
    old = find(after, AT_HOST, Interface, VETH)
    swap(after, AT_HOST, old, replace(old, master="", slave_detail=""))
    t1, t2 = facts(before), facts(after)
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: b"").causes
    told = f"{VETH} (the veth of {POD}) on {NODE} is no longer a port of br0."
    assert cause.sentence == told
    found = [each.finding.sentence for each in check(t2, lambda _: b"")]
    assert any(f"br0, of which its veth {VETH} is no port" in each for each in found), found


def _on_a_bridge(state: str) -> World:
    """Put a pod behind a bridge that routes for it, in the place of its point-to-point veth."""
    world = cluster()
    old = find(world, AT_HOST, Interface, VETH)
    swap(world, AT_HOST, old, replace(old, master="br0", slave_detail=state))
    _without_routes(world, AT_HOST, VETH)
    own = find(world, IN_POD, Address, "eth0").address.partition("/")[0]
    world[AT_HOST] += [
        Interface("br0", 90, old.flags, 1500, operstate="UP", link_kind="bridge"),
        Address("br0", 4, "169.254.1.1/24", scope="global"),
        Route(4, "main", f"{own}/32", next_hops=(NextHop("", "br0"),)),
    ]
    return world
