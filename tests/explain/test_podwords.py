"""Causes at a pod name the pod, and say what it is left with."""

from dataclasses import replace
from zlib import crc32

import pytest

from collector.capture import HOST
from netsnap.diff.changes import Alteration, NetnsChange
from netsnap.diff.compare import compare
from netsnap.explain.causes import Culprit
from netsnap.explain.cells import NO_PAIRS
from netsnap.explain.events import World as Events
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Proof
from netsnap.explain.naming import events
from netsnap.explain.podwords import still_there
from netsnap.explain.story import story
from parsers.records import Container, Interface, NetworkNamespace, Route, Sysctl
from tests.model.cluster import World, cluster, facts, find, pod_of, swap, veth_of

NODE, POD, VETH = "k8s2", pod_of("k8s2", 1), veth_of("k8s2", 1)
AT_HOST, IN_POD = (NODE, HOST), (NODE, POD)


def _sentences(before: World, after: World) -> list[str]:
    t1, t2 = facts(before), facts(after)
    return [each.sentence for each in explain(t1, t2, compare(t1, t2), lambda _: b"").causes]


def test_a_switch_of_a_veth_is_told_with_its_pod() -> None:
    after = cluster()
    name = f"net.ipv4.conf.{VETH}.forwarding"
    swap(after, AT_HOST, Sysctl(name, "1"), Sysctl(name, "0"))
    (told,) = _sentences(cluster(), after)
    assert told == f"{NODE}: the switch {name} (the veth of {POD}): 1 → 0."


def test_a_container_of_a_deleted_veth_runs_only_where_it_was_seen_to() -> None:
    ends = {"running": "; its container still runs.", "exited": "; its network namespace is still"}
    for status, end in ends.items():
        after = cluster()
        swap(after, AT_HOST, find(after, AT_HOST, Interface, VETH))
        sandbox = find(after, AT_HOST, Container, "k8s_POD_web-21")
        swap(after, AT_HOST, sandbox, replace(sandbox, status=status))
        (told,) = _sentences(cluster(), after)
        assert f"{VETH} (the veth of {POD}) on {NODE} was deleted{end}" in told, told
    del after[IN_POD]
    t1, t2 = facts(cluster()), facts(after, hidden=[(*AT_HOST, "container")])
    assert still_there(NODE, POD, Events(t1, t2, compare(t1, t2))) == ""


def test_a_restart_is_told_without_the_instant_and_the_process_that_are_not_known() -> None:
    worlds = [cluster(), cluster()]
    for world, name in zip(worlds, ("a", "b"), strict=True):
        sandbox = find(world, AT_HOST, Container, "k8s_POD_web-21")
        swap(world, AT_HOST, sandbox, replace(sandbox, id=name * 64, pid=None))
    t1, t2 = map(facts, worlds)
    told = explain(t1, t2, compare(t1, t2), lambda _: b"").witnesses
    assert told == (f"{POD} on {NODE} was restarted",)


@pytest.mark.parametrize(
    ("alteration", "words"),
    [
        (Alteration.ADDED, "is new"),
        (Alteration.REMOVED, "is gone"),
        (Alteration.RENEWED, "is a new one under its old name"),
    ],
)
def test_a_namespace_that_went_is_not_called_new(alteration: Alteration, words: str) -> None:
    t1, t2 = facts(cluster()), facts(cluster())
    difference = replace(compare(t1, t2), netns=(NetnsChange(NODE, POD, alteration),))
    world = Events(t1, t2, difference)
    (event,) = events(world).values()
    told = story(Culprit(event, (), NO_PAIRS, Proof.RULE), world).sentence
    assert told == f"the network namespace of {POD} on {NODE} {words}."


def test_a_restart_that_left_a_pod_without_its_interface_says_so() -> None:
    before, after = cluster(), cluster()
    for world, pid in ((before, 1001), (after, 5001)):
        sandbox = find(world, AT_HOST, Container, "k8s_POD_web-21")
        swap(world, AT_HOST, sandbox, replace(sandbox, pid=pid, started_at=f"at-{pid}"))
        world[AT_HOST].append(NetworkNamespace(crc32(POD.encode()), (pid,)))
    swap(after, AT_HOST, find(after, AT_HOST, Interface, VETH))
    for each in list(after[AT_HOST]):
        if isinstance(each, Route) and any(hop.device == VETH for hop in each.next_hops):
            swap(after, AT_HOST, each)
    after[IN_POD] = [each for each in after[IN_POD] if "eth0" not in str(each)]
    told = " ".join(_sentences(before, after))
    assert "restarted at at-5001, and its network namespace is without eth0 since" in told, told
