"""An address that went from one workload to another is told, though nothing is lost by it."""

from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from parsers.records import Address
from tests.model.cluster import World, cluster, facts, find, swap

NODE = "k8s2"


def _events(before: World, after: World) -> tuple[str, ...]:
    t1, t2 = facts(before), facts(after)
    return explain(t1, t2, compare(t1, t2), lambda _: b"").witnesses


def _named(cache: str, front: str) -> World:
    world = cluster()
    for name, address in (("cache", cache), ("front", front)):
        world[NODE, name] = [Address("eth0", 4, f"{address}/24", scope="global")]
    return world


def test_two_containers_that_came_back_with_each_others_address_are_told() -> None:
    events = _events(_named("10.44.0.2", "10.44.0.3"), _named("10.44.0.3", "10.44.0.2"))
    assert "10.44.0.2 was cache@k8s2's and is front@k8s2's now" in events
    assert "10.44.0.3 was front@k8s2's and is cache@k8s2's now" in events


def test_a_new_address_that_nobody_had_is_no_such_event() -> None:
    assert not [
        each
        for each in _events(_named("10.44.0.2", "10.44.0.3"), _named("10.44.0.4", "10.44.0.3"))
        if " was " in each and "now" in each
    ]


def test_an_address_with_another_length_stays_with_its_workload() -> None:
    before, after = cluster(), cluster()
    place = (NODE, "default/web-21")
    old = find(after, place, Address, "eth0")
    swap(after, place, old, Address("eth0", 4, old.address.replace("/32", "/24"), scope="global"))
    assert not [each for each in _events(before, after) if each.endswith("now")]
