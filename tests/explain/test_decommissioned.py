"""A BGP peer that is no node any more is worth a notice; one that is missed is an error."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.explain.check import check
from netsnap.explain.checks.finding import Severity
from parsers.records import CalicoPeer, CalicoResource, Neighbour
from tests.explain.test_explain import with_bgp
from tests.model.cluster import NIC, NODES, World, cluster, facts

GONE = "172.16.0.60"
TEXT = "\n".join(f"raw line {number}" for number in range(1, 99)).encode()


def _world(kind: str = "node-to-node mesh", condition: str = "failed") -> World:
    world = with_bgp(cluster())
    for node in NODES:
        world[node, HOST].append(CalicoPeer(4, GONE, kind, "start", "Connect"))
        world[node, HOST].append(Neighbour(4, GONE, NIC, condition=condition))
    return world


def _told(world: World) -> list[tuple[Severity, str]]:
    found = [each.finding for each in check(facts(world), lambda _: TEXT)]
    return [(each.severity, each.sentence) for each in found if GONE in each.sentence]


def test_a_peer_that_is_no_node_and_does_not_answer_is_one_notice() -> None:
    ((severity, sentence),) = _told(_world())
    assert severity is Severity.NOTICE
    assert sentence.startswith(f"{GONE} is a BGP peer of k8s1, k8s2, k8s3; it is no node")


def test_so_is_one_that_calico_has_a_name_for() -> None:
    world = _world()
    spec = (("bgp.ipv4Address", f"{GONE}/24"),)
    world["k8s1", HOST].append(CalicoResource("v3", "Node", "", "k8s4", spec=spec))
    ((severity, _),) = _told(world)
    assert severity is Severity.NOTICE


@pytest.mark.parametrize(
    "world", [_world("global"), _world(condition="resolved")], ids=("by-hand", "answers")
)
def test_a_peer_that_somebody_wants_or_that_is_there_is_an_error(world: World) -> None:
    assert {severity for severity, _ in _told(world)} == {Severity.ERROR}


def test_the_only_peer_is_missed_whoever_it_is() -> None:
    world = _world()
    for records in world.values():
        records[:] = [
            replace(each, state="start", connection="Connect")
            if isinstance(each, CalicoPeer)
            else each
            for each in records
        ]
    assert {severity for severity, _ in _told(world)} == {Severity.ERROR}
