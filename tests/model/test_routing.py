"""Rules and tables are one object for two snapshots that say the same of them, and no others."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.model.fib import Action, Packet
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, IPV6
from netsnap.model.space import Space
from parsers.records import FilterRule, Interface, Neighbour, NextHop, Route, Rule
from tests.model.cluster import NIC, World, address_of, cluster, facts, route

HOST1 = ("k8s1", HOST)
MARKED = Rule(4, 100, "from all fwmark 0x10/0x10", "blackhole")


def two(change: Callable[[World], None], *more: Rule) -> tuple[Space, Space]:
    """Return a node's namespace in two snapshots, before and after a change."""
    world = cluster()
    world[HOST1] += more
    before = facts(world)
    change(world)
    after = facts(world)
    earlier = Network.of(before)
    return earlier.spaces[HOST1], Network.of(after, like=earlier).spaces[HOST1]


def _nothing_of_routes(world: World) -> None:
    world[HOST1].append(Neighbour(4, "172.16.0.99", NIC, condition="resolved"))


def _a_route(world: World) -> None:
    world[HOST1].append(route("10.9.0.0/16", NIC, "172.16.0.254"))


def _another_metric(world: World) -> None:
    lines = (replace(each, metric=7) if isinstance(each, Route) else each for each in world[HOST1])
    world[HOST1] = list(lines)


def _a_route_of_ipv6(world: World) -> None:
    world[HOST1].append(Route(6, "main", "fd00::/64", next_hops=(NextHop("", NIC),)))


def _a_rule(world: World) -> None:
    world[HOST1].append(Rule(4, 50, "from all to 192.168.0.0/16", "unreachable"))


def _a_line_that_sets_the_mark(world: World) -> None:
    world[HOST1].append(FilterRule("ip filter", "cali-FORWARD", "meta mark set 0x00000010"))


@pytest.mark.parametrize(
    ("change", "same"),
    [
        (_nothing_of_routes, {IPV4, IPV6}),
        (_a_route, {IPV6}),
        (_another_metric, {IPV6}),
        (_a_route_of_ipv6, {IPV4}),
        (_a_rule, {IPV6}),
    ],
)
def test_takes_over_the_policies_of_the_families_that_say_the_same(
    change: Callable[[World], None], same: set[int]
) -> None:
    was, now = two(change)
    assert was is not now
    assert {family for family in (IPV4, IPV6) if was.policies[family] is now.policies[family]} == (
        same
    )


def test_a_rule_that_asks_for_a_mark_is_read_anew_where_other_marks_may_be_set() -> None:
    was, now = two(_a_line_that_sets_the_mark, MARKED)
    packet = Packet("", address_of("k8s2", 1))
    assert was.decide(packet, "").action is Action.FORWARD
    assert now.decide(packet, "").action is Action.UNKNOWN


def test_a_rule_that_asks_for_a_mark_is_taken_over_where_the_same_may_be_set() -> None:
    was, now = two(_nothing_of_routes, MARKED)
    assert was.policies[IPV4] is now.policies[IPV4]


def test_a_node_that_was_not_seen_lends_no_policies() -> None:
    before, after = facts(cluster(), unreached=frozenset({"k8s1"})), facts(cluster())
    earlier = Network.of(before, assumed=after)
    assert earlier.spaces[HOST1].dark
    now = Network.of(after, like=earlier).spaces[HOST1]
    assert now.policies[IPV4] is not earlier.spaces[HOST1].policies[IPV4]


def test_undoing_what_is_no_route_keeps_the_policies() -> None:
    network = Network.of(facts(cluster()))
    space = network.spaces[HOST1]
    link = next(fact for fact in space.of(Interface))
    undone = network.overlay(network.facts, {link.key: None}).spaces[HOST1]
    assert undone is not space
    assert undone.policies[IPV4] is space.policies[IPV4]
