"""A sandbox made anew and wired beside its application: the restart is the cause, joined again."""

from dataclasses import replace
from zlib import crc32

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Proof
from parsers.records import Container, Interface, NetworkNamespace
from tests.model.cluster import World, cluster, facts, find, pod_of, pod_space, swap, veth_of

NODE, POD, VETH = "k8s2", pod_of("k8s2", 1), veth_of("k8s2", 1)
AT_HOST, IN_POD, APART = (NODE, HOST), (NODE, POD), (NODE, f"{POD} (container POD)")


def _namespaces(*places: tuple[tuple[str, str], int]) -> list[NetworkNamespace]:
    return [NetworkNamespace(crc32(place[1].encode()), (pid,)) for place, pid in places]


def _parted() -> World:
    """The host's veth is new and leads into the sandbox's namespace; the application has lo."""
    world = cluster()
    old = find(world, AT_HOST, Interface, VETH)
    swap(world, AT_HOST, old, replace(old, index=70))
    sandbox = find(world, AT_HOST, Container, "k8s_POD_web-21")
    swap(world, AT_HOST, sandbox, replace(sandbox, pid=5001, started_at="then"))
    world[APART] = [
        replace(each, peer_index=70)
        if isinstance(each, Interface) and each.name == "eth0"
        else each
        for each in pod_space(NODE, 1)
    ]
    world[IN_POD] = [each for each in world[IN_POD] if "eth0" not in str(each)]
    world[AT_HOST] += _namespaces((IN_POD, 2001), (APART, 5001))
    return world


def test_the_restart_of_the_sandbox_is_the_cause_and_is_proved() -> None:
    before = cluster()
    before[AT_HOST] += _namespaces((IN_POD, 2001))
    t1, t2 = facts(before), facts(_parted())
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: b"").causes
    assert (cause.what, cause.subject, cause.proof) == ("container", POD, Proof.COUNTERFACTUAL)
    assert "is without eth0 since" in cause.sentence
    assert {POD} <= {name for pair in cause.explains for name in pair}
