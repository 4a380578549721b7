"""BIRD against the kernel, on real nodes: what it says it exports is what the kernel has."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from collector.capture import Capture, Outcome, Question
from parsers.catalogue import entry
from parsers.read import read
from parsers.records import BirdConfig, BirdProtocol, BirdRoute, Route
from parsers.roles import Record, Role, roles
from tests.lab.lab import Lab

pytestmark = pytest.mark.lab

Hops = frozenset[tuple[str, str, int]]
BIRD = ("birdcl-status", "birdcl-protocols", "birdcl-routes", "bird-config")


def _said(lab: Lab, node: str, probe: str, command: str = "") -> tuple[Record, ...]:
    """Ask a node; the answer must be read whole."""
    began = datetime.now(UTC)
    text = lab.run(node, command or entry(probe).probe.command).encode()
    capture = Capture(node, Question(probe), "", Outcome.ANSWERED, 0, text, started=began)
    reading = read(capture)
    assert (reading.blind, reading.ledger.unknown) == ("", ())
    return reading.records


def _protocols(lab: Lab, node: str) -> list[BirdProtocol]:
    return [r for r in _said(lab, node, "birdcl-protocols") if isinstance(r, BirdProtocol)]


def _routes(lab: Lab, node: str, command: str = "") -> list[BirdRoute]:
    found = _said(lab, node, "birdcl-routes", command)
    return [each for each in found if isinstance(each, BirdRoute)]


def _hops(route: BirdRoute | Route) -> Hops:
    return frozenset((hop.gateway, hop.device, hop.weight) for hop in route.next_hops)


def test_the_kernel_has_what_bird_exports_with_the_same_next_hops_and_no_more(
    healthy_lab: Lab,
) -> None:
    for node in healthy_lab.nodes:
        kernels = {p.name for p in _protocols(healthy_lab, node) if p.protocol == "Kernel"}
        best = [each for each in _routes(healthy_lab, node) if each.primary]
        assert not [each for each in best if each.refused]
        told = {
            each.prefix: (each.type, _hops(each))
            for each in best
            # The kernel's own come from there, and those of its devices it has already.
            if each.protocol not in kernels and "device" not in each.source
        }
        installed = {
            each.prefix: (each.type, _hops(each))
            for each in _said(healthy_lab, node, "ip-route")
            if isinstance(each, Route) and each.protocol == "bird"
        }
        assert told == installed
        assert len(told) >= len(healthy_lab.nodes)


def test_a_protocol_has_as_many_routes_as_it_counts(healthy_lab: Lab) -> None:
    for node in healthy_lab.nodes:
        held = [each.protocol for each in _routes(healthy_lab, node)]
        for protocol in _protocols(healthy_lab, node):
            assert held.count(protocol.name) == protocol.routes_imported, protocol.name
            if protocol.protocol in ("BGP", "Kernel"):
                ask = f"birdc -r -s /run/calico/bird.ctl show route export {protocol.name}"
                exported = _routes(healthy_lab, node, ask)
                assert len(exported) == protocol.routes_exported, protocol.name


def test_a_quiet_bird_changes_nothing_but_drift(healthy_lab: Lab) -> None:
    for probe in BIRD:
        first = _said(healthy_lab, "k8s2", probe)
        time.sleep(2.3)
        second = _said(healthy_lab, "k8s2", probe)
        assert first
        assert list(map(_without_drift, first)) == list(map(_without_drift, second))


def _without_drift(record: Record) -> dict[str, object]:
    own_type: type = type(record)
    return {n: getattr(record, n) for n, role in roles(own_type).items() if role is not Role.DRIFT}


def test_a_session_that_fell_tells_when(healthy_lab: Lab) -> None:
    began = datetime.now(UTC)
    healthy_lab.run("k8s1", "birdcl -s /run/calico/bird.ctl disable Mesh_172_16_0_57")
    sessions = {each.name: each for each in _protocols(healthy_lab, "k8s1")}
    fell = datetime.fromisoformat(sessions["Mesh_172_16_0_57"].since_at)
    assert abs(fell - began) < timedelta(seconds=4)


_IN_A_CONTAINER = r"""
mkdir -p /run/lab/bird
cp "$(tr '\0' '\n' </proc/$(cat /run/bird.pid)/cmdline | sed -n '/^-c$/{n;p;}')" /run/lab/bird/
sed -i 's/^log .*/log stderr all;/' /run/lab/bird/bird.conf
kill $(cat /run/bird.pid); sleep 0.5
image=$(docker ps --format '{{.Image}}' | grep netperf)
docker run -d --name calico-node --network host --cap-add NET_ADMIN \
  -v /usr:/usr:ro -v /usr/lib:/lib:ro -v /usr/lib64:/lib64:ro -v /run/lab/bird:/etc/calico:ro \
  $image sh -c 'mkdir -p /var/run/calico
    exec bird -f -c /etc/calico/bird.conf -s /var/run/calico/bird.ctl' >/dev/null
sleep 2"""


def test_a_bird_in_a_container_is_asked_whatever_its_runtime(healthy_lab: Lab) -> None:
    try:
        healthy_lab.run("k8s2", _IN_A_CONTAINER)
        assert healthy_lab.run("k8s2", "ls /run/calico").split() == ["bird6.ctl"]
        sessions = [p.name for p in _protocols(healthy_lab, "k8s2") if p.protocol == "BGP"]
        assert sorted(sessions) == ["Mesh_172_16_0_47", "Mesh_172_16_0_55"]
        assert "192.168.167.64/26" in {each.prefix for each in _routes(healthy_lab, "k8s2")}
        files = {
            each.file
            for each in _said(healthy_lab, "k8s2", "bird-config")
            if isinstance(each, BirdConfig) and each.daemon == "bird"
        }
        assert files == {"/etc/calico/bird.conf"}
    finally:
        healthy_lab.run("k8s2", "docker rm -f calico-node")
