"""What takes packets before the packet filter is told, though the model cannot weigh it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.check import check
from netsnap.explain.checks.finding import Severity
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Verdict
from parsers.records import Interface, TcFilter
from tests.model.cluster import NIC, NODES, World, cluster, facts, find, swap

REDIRECT = (
    "match 00000000/00000000 at 0",
    "action order 1: mirred (Egress Redirect to device t0) stolen",
)


def _program(world: World, node: str = "k8s2") -> None:
    old = find(world, (node, HOST), Interface, NIC)
    swap(world, (node, HOST), old, replace(old, xdp="xdp"))


def _redirect(world: World) -> None:
    world["k8s2", HOST].append(TcFilter(NIC, "ingress", 49152, "ip", "u32", rule=REDIRECT))


def _classify(world: World) -> None:
    world["k8s2", HOST].append(TcFilter(NIC, "1:", 1, "ip", "u32", rule=("flowid 1:10",)))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (_program, f"an XDP program on {NIC}"),
        (_redirect, f"a tc filter on {NIC} (ingress) that sends packets to t0"),
    ],
)
def test_it_is_told_by_diff_and_by_check(fault: Callable[[World], None], told: str) -> None:
    before, world = cluster(), cluster()
    _classify(before)  # so that tc was asked at t1, too
    _classify(world)
    fault(world)
    t1, t2 = facts(before), facts(world)
    explained = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert f"k8s2 got {told}: what it drops the model cannot tell" in explained.witnesses
    assert explained.verdict is Verdict.CANNOT_TELL
    assert f"k8s2 got {told}, on the way of pairs of k8s2" in explained.sentence
    assert explain(t2, t2, compare(t2, t2), lambda _: b"").verdict is Verdict.UNCHANGED
    (found,) = [each.finding for each in check(t2, lambda _: b"") if told in each.finding.sentence]
    assert found.severity is Severity.WARNING


def test_a_program_that_came_with_its_device_is_on_nobodys_way() -> None:
    before, world = cluster(), cluster()
    for each in (before, world):
        _classify(each)
    old = find(world, ("k8s2", HOST), Interface, NIC)
    world["k8s2", HOST] += [
        replace(old, name="cali99", index=99),
        TcFilter("cali99", "ingress", 49152, "ip", "u32", rule=REDIRECT),
    ]
    t1, t2 = facts(before), facts(world)
    explained = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert explained.verdict is Verdict.NOTHING_BROKE


def test_a_filter_that_only_chooses_a_class_takes_nothing() -> None:
    world = cluster()
    _classify(world)
    assert not [e for e in check(facts(world), lambda _: b"") if "tc filter" in e.finding.sentence]


def test_what_every_node_has_is_a_notice_only() -> None:
    world = cluster()
    for node in NODES:
        _program(world, node)
    found = [e.finding for e in check(facts(world), lambda _: b"") if "XDP" in e.finding.sentence]
    assert {finding.severity for finding in found} == {Severity.NOTICE}
