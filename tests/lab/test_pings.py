"""``collect --ping`` on real nodes: what no answer of theirs shows, and nothing beside it."""

from typing import Any

import pytest

from tests.lab.faults import Fault, broken, fabric_drop, mtu_black_hole, pod_route_deleted
from tests.lab.lab import Lab
from tests.tool import Tool

pytestmark = pytest.mark.lab

WHOLE = 0


def _collect(tool: Tool, label: str) -> None:
    done = tool.run("collect", "--ping", "--label", label)
    assert done.returncode == WHOLE, done.stderr
    assert "pings: 3 nodes and 6 workloads, 42 pairs of addresses" in done.stderr


def _around(fault: Fault, lab: Lab, tool: Tool) -> dict[str, Any]:
    _collect(tool, "t1")
    with broken(lab, fault):
        _collect(tool, "t2")
    print(tool.run("diff", "t1", "t2").stdout)
    return tool.diff("t1", "t2")


def _kinds(told: dict[str, Any]) -> list[tuple[str, str, str, int]]:
    return [(o["kind"], o["between"], o["size"], len(o["pairs"])) for o in told["observed"]]


def test_a_fabric_that_drops_a_pod_is_broken_and_checked(healthy_lab: Lab, tool: Tool) -> None:
    told = _around(fabric_drop.FAULT, healthy_lab, tool)
    assert (told["verdict"], told["causes"]) == ("broken", [])
    assert _kinds(told) == [("lost", "workloads", "small", 8)]
    (seen,) = told["observed"]
    assert {tuple(pair) for pair in seen["pairs"]} == fabric_drop.FAULT.lost
    assert f"to and from {fabric_drop.POD.workload}" in seen["sentence"]
    assert all("small 56 bytes: sent 2" in line["text"] for line in seen["evidence"])
    checked = tool.run("check", "t2")
    assert checked.returncode == 1
    assert checked.stdout.startswith("error    8 of 30 pings between workloads are not answered")
    way = tool.run("path", fabric_drop.POD.workload, "netperf-903608992-kbdqx", "--at", "t2")
    assert "seen   a small ping: not answered, against the model" in way.stdout


def test_an_ipsec_policy_that_blocks_a_pod_is_the_cause_and_ping_agrees(
    healthy_lab: Lab, tool: Tool
) -> None:
    pod = fabric_drop.POD
    policy = f"src {pod.address}/32 dst 0.0.0.0/0 dir fwd"
    _collect(tool, "t1")
    healthy_lab.run(pod.node, f"ip xfrm policy add {policy} action block")
    try:
        lost = healthy_lab.lost_pairs()
        _collect(tool, "t2")
    finally:
        healthy_lab.run(pod.node, f"ip xfrm policy delete {policy}")
    told = tool.diff("t1", "t2")
    (cause,) = told["causes"]
    assert (told["verdict"], cause["what"], cause["node"]) == ("broken", "xfrm-policy", pod.node)
    assert pod.address in cause["subject"]
    assert lost
    assert cause["pings"] == {"agree": len(lost), "disagree": 0}


def test_a_black_hole_of_the_mtu_is_broken_and_checked(healthy_lab: Lab, tool: Tool) -> None:
    told = _around(mtu_black_hole.FAULT, healthy_lab, tool)
    assert (told["verdict"], told["causes"]) == ("broken", [])
    assert _kinds(told) == [("lost", "workloads", "full", 24), ("lost", "nodes", "full", 6)]
    assert "MTU black hole" in told["observed"][0]["sentence"]
    assert "MTU black hole between" in tool.run("check", "t2").stdout


def test_a_loss_that_the_tables_explain_is_told_once_and_ping_agrees(
    healthy_lab: Lab, tool: Tool
) -> None:
    told = _around(pod_route_deleted.FAULT, healthy_lab, tool)
    (cause,) = told["causes"]
    assert cause["pings"] == {"agree": len(pod_route_deleted.FAULT.lost), "disagree": 0}
    assert told["observed"] == []


def test_churn_alone_is_no_change_to_pings(healthy_lab: Lab, tool: Tool) -> None:
    for label in ("t1", "t2"):
        _collect(tool, label)
        healthy_lab.ping_matrix()
    done = tool.run("diff", "t1", "t2")
    assert done.returncode == 0, done.stdout
    assert tool.diff("t1", "t2")["observed"] == []
