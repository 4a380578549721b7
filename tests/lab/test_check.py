"""Check on real nodes: nothing on healthy ones, and each fault without a snapshot of before."""

import json
from typing import Any

import pytest

from tests.lab.faults import FAULTS, Fault, broken, churn_only, container_restarted
from tests.lab.lab import Lab
from tests.tool import Tool

pytestmark = pytest.mark.lab

FIRST = 3
HARMLESS = (churn_only.FAULT, container_restarted.FAULT)
MARKS = {
    "bgp-cut": ("the BGP session k8s2–k8s3",),
    "bgp-cut-on-node": ("a packet filter of k8s3 drops BGP",),
    "nic-down": ("enp1s0f0 of k8s3", "is down"),
    "carrier-lost": ("enp1s0f0 of k8s3", "has no carrier"),
    "node-off": ("k8s3 was not reached",),
    "veth-deleted": ("cannot reach default/iperf3-225180425-dkqlp",),
    "pod-route-deleted": ("k8s2 has no route to", "192.168.167.85"),
    "default-route-changed": ("172.16.0.253 does not answer k8s2",),
    "default-route-gone": ("k8s2 has no default route",),
    "forwarding-off": ("k8s3 does not forward",),
    "bird-stopped": ("bird on k8s3", "is not running"),
    "bird-hung": ("bird on k8s3 is stopped",),
    "mesh-off": ("the node-to-node mesh is off",),
}
"""What one of the first findings must say of each fault."""


def _checked(tool: Tool, label: str) -> list[dict[str, Any]]:
    done = tool.run("check", label, "--format", "json")
    assert done.returncode in (0, 1), done.stderr
    print(tool.run("check", label).stdout)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("profile", ["quick", "default", "full"])
def test_a_healthy_cluster_has_no_error_and_no_warning(
    profile: str, healthy_lab: Lab, tool: Tool
) -> None:
    healthy_lab.ping_matrix()
    assert tool.run("collect", "--label", "t", "--profile", profile).returncode == 0
    found = _checked(tool, "t")
    assert [each["sentence"] for each in found if each["severity"] != "notice"] == []


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_one_snapshot_names_the_fault_among_its_first_findings(
    fault: Fault, healthy_lab: Lab, tool: Tool
) -> None:
    with broken(healthy_lab, fault):
        tool.run("collect", "--label", "t", "--connect-limit", "3")
    found = [each for each in _checked(tool, "t") if each["severity"] != "notice"]
    sentences = [each["sentence"] for each in found[:FIRST]]
    if fault in HARMLESS:
        assert sentences == []
        return
    assert any(all(mark in sentence for mark in MARKS[fault.name]) for sentence in sentences), (
        sentences
    )
