"""Workloads without a network of their own: never wired, or parted from their sandbox."""

from dataclasses import replace

from collector.capture import HOST
from netsnap.explain.check import check
from netsnap.explain.checks.finding import Severity
from parsers.records import Container, Interface, NetworkNamespace
from tests.model.cluster import World, cluster, facts, find, pod_of

NODE, POD = "k8s2", pod_of("k8s2", 1)
AT_HOST, IN_POD = (NODE, HOST), (NODE, POD)


def _found(world: World) -> dict[str, Severity]:
    found = (each.finding for each in check(facts(world), lambda _: b""))
    return {finding.sentence: finding.severity for finding in found}


def _bare(world: World) -> None:
    world[IN_POD] = [each for each in world[IN_POD] if "eth0" not in str(each)]


def test_a_running_workload_with_nothing_but_lo_is_told() -> None:
    world = cluster()
    _bare(world)
    (told,) = [each for each in _found(world) if "no interface but lo" in each]
    assert told.startswith(f"{POD} runs")


def test_a_fallback_tunnel_device_is_no_wiring() -> None:
    world = cluster()
    _bare(world)
    world[IN_POD].append(Interface("tunl0", 4, ("NOARP",), link_type="ipip"))
    assert [each for each in _found(world) if "no interface but lo" in each]


def test_an_application_in_an_earlier_sandboxs_namespace_is_told() -> None:
    world = cluster()
    sandbox = find(world, AT_HOST, Container, "k8s_POD_web-21")
    app = replace(sandbox, name="k8s_nginx.1_web-21", role="app", pid=2001)
    world[AT_HOST] += [
        app, NetworkNamespace(77, (1001,), ()), NetworkNamespace(78, (2001,), ()),
    ]  # fmt: skip
    (told,) = [each for each in _found(world) if "earlier sandbox" in each]
    assert told.startswith(f"nginx of {POD} runs in the network namespace of an earlier sandbox")
    assert _found(world)[told] is Severity.WARNING
    _bare(world)
    assert _found(world)[told] is Severity.ERROR
    assert not [each for each in _found(world) if "no interface but lo" in each]


def test_containers_of_one_namespace_are_not_apart() -> None:
    world = cluster()
    sandbox = find(world, AT_HOST, Container, "k8s_POD_web-21")
    app = replace(sandbox, name="k8s_nginx.1_web-21", role="app", pid=2001)
    world[AT_HOST] += [app, NetworkNamespace(77, (1001, 2001), ())]
    assert not [each for each in _found(world) if "earlier sandbox" in each]
