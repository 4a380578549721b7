"""A node that answers no ARP: its silence is named, and not the sessions that fell by it."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from parsers.records import Interface, Neighbour, Sysctl
from tests.explain.test_explain import session_down, told, with_bgp
from tests.model.cluster import NIC, NODES, World, cluster, find, swap

HOST3 = ("k8s3", HOST)
SWITCH = f"net.ipv4.conf.{NIC}.arp_ignore"
OTHERS = ("k8s1", "k8s2")


def _with_switches() -> World:
    world = with_bgp(cluster())
    for node in NODES:
        world[node, HOST].append(Sysctl(SWITCH, "0"))
    return world


def _cut_off(world: World) -> None:
    for node in OTHERS:
        session_down(world, node, "k8s3")
        session_down(world, "k8s3", node)
        old = find(world, (node, HOST), Neighbour, 4, NODES["k8s3"])
        swap(world, (node, HOST), old, replace(old, mac="", condition="unresolved"))


def _ignoring(world: World) -> None:
    swap(world, HOST3, Sysctl(SWITCH, "0"), Sysctl(SWITCH, "8"))


def _without_arp(world: World) -> None:
    old = find(world, HOST3, Interface, NIC)
    swap(world, HOST3, old, replace(old, flags=(*old.flags, "NOARP")))


@pytest.mark.parametrize(
    ("fault", "what", "subject"),
    [(_ignoring, "sysctl", SWITCH), (_without_arp, "interface", NIC)],
)
def test_what_keeps_a_node_from_answering_arp_is_the_one_cause(
    fault: object, what: str, subject: str
) -> None:
    after = _with_switches()
    assert callable(fault)
    fault(after)
    _cut_off(after)
    explanation = told(_with_switches(), after)
    (cause,) = explanation.causes
    assert (cause.what, cause.node, cause.subject) == (what, "k8s3", subject)
    assert len(explanation.pairs.lost) == 16


def test_a_switch_of_another_interface_is_no_cause() -> None:
    before, after = _with_switches(), _with_switches()
    before[HOST3].append(Sysctl("net.ipv4.conf.mgmt0.arp_ignore", "0"))
    after[HOST3].append(Sysctl("net.ipv4.conf.mgmt0.arp_ignore", "8"))
    _cut_off(after)
    assert not [each for each in told(before, after).causes if each.what == "sysctl"]
