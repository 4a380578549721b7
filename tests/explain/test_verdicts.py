"""The first line claims no more than was seen, and counts what it names."""

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation, Verdict
from netsnap.report.outline import outline
from parsers.records import FilterRule, Route, Sysctl
from parsers.roles import Record
from tests.explain.test_explain import session_down, with_bgp
from tests.model.cluster import NODES, World, cluster, facts, find, swap

AT_HOST = ("k8s1", HOST)


def _told(
    before: World, after: World, dark: tuple[str, ...] = (), dark_since: tuple[str, ...] = ()
) -> Explanation:
    """Explain what befell a cluster of which some nodes were never read, or not at t2."""
    t1, t2 = facts(before, unreached=dark), facts(after, unreached=(*dark, *dark_since))
    return explain(t1, t2, compare(t1, t2), lambda _: b"")


def _with(*records: Record) -> World:
    world = with_bgp(cluster())
    world[AT_HOST] += records
    return world


def _cut_off(world: World) -> World:
    swap(world, AT_HOST, find(world, AT_HOST, Route, 4, "main", "0.0.0.0/0"))
    return world


def _alone() -> World:
    return {place: list(own) for place, own in cluster(1).items() if place[0] == "k8s1"}


@pytest.mark.parametrize("changed", [(), (Sysctl("net.core.somaxconn", "9"),)])
def test_a_node_that_neither_snapshot_reached_is_never_called_unbroken(
    changed: tuple[Record, ...],
) -> None:
    story = _told(_with(), _with(*changed), dark=("k8s2",))
    assert story.verdict is Verdict.CANNOT_TELL
    assert story.sentence.endswith("but k8s2 was read neither at t1 nor at t2.")


def test_what_was_hidden_is_no_part_of_what_was_not_lost() -> None:
    asked = ("k8s2", HOST, "kernel-log")
    t1, t2 = facts(_with(), hidden=[asked]), facts(_with(Sysctl("a.b", "1")), hidden=[asked])
    story = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert story.verdict is Verdict.NOTHING_BROKE
    assert story.sentence == "1 fact changed, no pair that was seen was lost."


def test_a_reason_of_some_pairs_is_not_told_of_all() -> None:
    all_dark, one_dark = (
        _told(cluster(), cluster(), dark_since=nodes).sentence
        for nodes in (tuple(NODES), ("k8s2",))
    )
    assert all_dark == "Cannot tell for 30 of 30 pairs and 6 ways out: e.g. k8s1 was not seen."
    assert one_dark == "Cannot tell for 18 of 30 pairs and 2 ways out: k8s2 was not seen."


def test_ways_out_that_came_back_are_not_counted_as_pairs() -> None:
    alone = _told(_cut_off(_alone()), _alone())
    assert alone.verdict is Verdict.RESTORED
    assert alone.sentence.startswith("1 way out of the cluster came back; 1 fact changed.")
    assert outline(alone).pairs == ("1 way out of the cluster came back",)
    both = _told(_cut_off(cluster()), cluster())
    assert outline(both).pairs == ("18 pairs came back", "2 ways out of the cluster came back")


def test_one_workload_that_lost_its_way_out_is_one() -> None:
    story = _told(_alone(), _cut_off(_alone()))
    assert story.sentence.startswith("1 workload lost its way out: ")


@pytest.mark.parametrize("closed", [True, False], ids=["port 23 was closed", "the session fell"])
def test_an_event_is_not_said_to_cost_nothing_where_pairs_cannot_be_told(*, closed: bool) -> None:
    after = _with()
    if closed:
        chain = "type filter hook forward priority 0; policy accept"
        rules = [
            FilterRule("inet f", "c", chain),
            FilterRule("inet f", "c", "tcp dport 23 drop"),
        ]
        after[AT_HOST] += rules
    else:
        session_down(after, "k8s1", "k8s2")
        session_down(after, "k8s2", "k8s1")
    t1, t2 = facts(_with()), facts(after, hidden=[("k8s2", HOST, "route")])
    told = " ".join(explain(t1, t2, compare(t1, t2), lambda _: b"").witnesses)
    assert "Whether pairs are lost by it cannot be told." in told, told
    assert "is lost by it" not in told
