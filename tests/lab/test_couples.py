"""Which faults can be made together; no lab is needed for that."""

from dataclasses import replace

from tests.lab.couples import draw, obstacle
from tests.lab.faults import EVERY, Fault, named


def _older(fault: Fault) -> Fault:
    return replace(fault, older=fault.lost)


def test_faults_on_two_nodes_whose_pairs_differ_are_a_couple() -> None:
    assert not obstacle(named("pod-route-deleted"), named("carrier-lost"))


def test_every_obstacle_has_its_reason() -> None:
    carrier, route = named("carrier-lost"), named("pod-route-deleted")
    assert obstacle(carrier, named("nic-down")) == "are on one node"
    assert obstacle(carrier, named("mesh-off")) == "have a fault that is of no node"
    assert obstacle(carrier, named("ipset-member-gone")) == "need another lab"
    assert obstacle(carrier, _older(route)) == "have one that began before t1"
    assert obstacle(route, replace(carrier, may_lose=route.lost)) == "lose the same pairs"


def test_a_draw_counts_what_it_passes_over_and_blames_both() -> None:
    drawn = draw(EVERY, 5, 1)
    usable = [fault for fault in EVERY if fault.blame and fault.lost and fault.timers == "short"]
    assert drawn.fitting + drawn.passed_over.total() == len(usable) * (len(usable) - 1) // 2
    assert len(drawn.couples) == 5
    for couple in drawn.couples:
        one, other = (named(name) for name in couple.name.split(" + "))
        assert couple.blame == (*one.blame, *other.blame)
        assert couple.lost == one.lost | other.lost
    assert draw(EVERY, 5, 1).couples[0].name == drawn.couples[0].name
