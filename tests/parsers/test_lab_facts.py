"""What real nodes said, from the sweep to the facts: names, secrets, and a docker that hangs."""

import dataclasses
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.capture import Sweep
from collector.inventory import load
from collector.probe import Probe
from collector.sweep import sweep
from parsers.catalogue import PROBES
from parsers.facts import Facts
from parsers.mask import mask_visit
from parsers.unsaved import facts_of
from parsers.workloads import NAMING
from tests.lab.lab import Lab

pytestmark = pytest.mark.lab
KEY = b"key of this test"


def _now() -> datetime:
    return datetime.now(UTC)


def _swept(lab: Lab, folder: Path, probes: Iterable[Probe] = PROBES) -> Sweep:
    inventory = load(lab.inventory_toml(folder / "netsnap.toml"))
    return sweep(inventory.select((), ()), tuple(probes), clock=_now)


def _facts(swept: Sweep) -> Facts:
    visits = tuple(mask_visit(visit, KEY) for visit in swept.visits)
    return facts_of(dataclasses.replace(swept, visits=visits))


def test_every_pod_has_its_name_and_nothing_is_blind(healthy_lab: Lab, tmp_path: Path) -> None:
    facts = _facts(_swept(healthy_lab, tmp_path))
    assert [(s.node, s.probe, s.reason) for s in facts.blind if not s.lacking] == []
    assert not {spot.probe for spot in facts.blind} & NAMING.keys()
    named = {name for name in facts.netns.values() if name != "host"}
    assert named == set(healthy_lab.pods)
    for workload, pod in healthy_lab.pods.items():
        assert facts.sees(pod.node, workload, "route")
        inside = [key.kind for key in facts.by_key if key.netns == workload]
        assert {"address", "interface", "route", "sysctl"} <= set(inside)


def test_no_secret_of_an_application_is_in_what_is_stored(healthy_lab: Lab, tmp_path: Path) -> None:
    swept = _swept(healthy_lab, tmp_path)
    said = b"".join(c.stdout + c.stderr for visit in swept.visits for c in visit.captures)
    kept = repr([mask_visit(visit, KEY) for visit in swept.visits])
    assert all(secret.encode() in said for secret in healthy_lab.secrets)
    assert not [secret for secret in healthy_lab.secrets if secret in kept]


def test_a_docker_that_hangs_hides_the_pods_of_its_node_and_no_others(
    healthy_lab: Lab, tmp_path: Path
) -> None:
    probes = [
        dataclasses.replace(each, limit=2.0) if each.name.startswith("docker") else each
        for each in PROBES
    ]
    healthy_lab.run("k8s2", "kill -STOP $(cat /run/dockerd.pid)")
    try:
        facts = _facts(_swept(healthy_lab, tmp_path, probes))
    finally:
        healthy_lab.run("k8s2", "kill -CONT $(cat /run/dockerd.pid)")
    assert {name for (node, _), name in facts.netns.items() if node == "k8s2"} == {"host"}
    assert {key.netns for key in facts.by_key if key.node == "k8s2"} == {"host"}
    assert not facts.sees("k8s2", "host", "container")
    assert facts.sees("k8s2", "host", "route")
    assert {spot.node for spot in facts.blind if not spot.lacking} == {"k8s2"}
    reasons = [spot.reason for spot in facts.blind if spot.netns.startswith("net:")]
    assert len(reasons) == sum(pod.node == "k8s2" for pod in healthy_lab.pods.values())
    (hung,) = (spot for spot in facts.blind if spot.probe == "docker-inspect")
    assert all(hung.reason in reason for reason in reasons)
