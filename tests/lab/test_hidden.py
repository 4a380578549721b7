"""Faults that no node shows, two faults at once, and healing: what is said must be honest."""

from typing import Any

import pytest

from tests.lab.faults import (
    Fault,
    bgp_cut,
    broken,
    dockerd_hung,
    fabric_drop,
    make,
    nic_down,
    pod_route_deleted,
    sshd_gone,
    undo,
    veth_deleted,
)
from tests.lab.lab import Lab
from tests.tool import Tool

pytestmark = pytest.mark.lab

Pair = tuple[str, str]
WHOLE, PARTLY = 0, 1


def _pairs(listed: list[dict[str, Any]]) -> frozenset[Pair]:
    return frozenset((pair["source"], pair["target"]) for pair in listed)


def _told(tool: Tool) -> dict[str, Any]:
    print(tool.run("diff", "t1", "t2").stdout)
    return tool.diff("t1", "t2", "--pairs")


@pytest.mark.parametrize(
    ("fault", "collected"),
    [(dockerd_hung.FAULT, WHOLE), (sshd_gone.FAULT, PARTLY)],
    ids=lambda value: getattr(value, "name", ""),
)
def test_what_hides_a_node_loses_nothing_and_is_no_cause(
    fault: Fault, collected: int, healthy_lab: Lab, tool: Tool
) -> None:
    assert tool.run("collect", "--label", "t1").returncode == WHOLE
    with broken(healthy_lab, fault):
        done = tool.run("collect", "--label", "t2", "--connect-limit", "3")
        assert done.returncode == collected, done.stderr
        assert healthy_lab.lost_pairs() == frozenset()
    told = _told(tool)
    assert told["verdict"] == "cannot tell"
    assert told["causes"] == []
    assert told["blind"]
    for kind in ("lost", "gone", "new", "outside_lost"):
        assert told["pairs"][kind] == [], kind
    assert not [each for each in told["changes"] if each["alteration"] == "removed"]


def test_a_fault_between_the_nodes_is_not_called_health(healthy_lab: Lab, tool: Tool) -> None:
    """No node shows it: netsnap may say that nothing changed, and no more than that."""
    assert tool.run("collect", "--label", "t1").returncode == WHOLE
    with broken(healthy_lab, fabric_drop.FAULT):
        assert tool.run("collect", "--label", "t2").returncode == WHOLE
    told = _told(tool)
    assert told["verdict"] in ("unchanged", "nothing broke", "cannot tell")
    assert told["causes"] == []
    assert "works" not in told["sentence"]


@pytest.mark.parametrize(
    ("faults", "causes"),
    [
        (
            (veth_deleted.FAULT, bgp_cut.FAULT),
            {("interface", "k8s2"): veth_deleted.FAULT, ("BGP session", "k8s2"): bgp_cut.FAULT},
        ),
        (
            (nic_down.FAULT, pod_route_deleted.FAULT),
            {("interface", "k8s3"): nic_down.FAULT, ("route", "k8s2"): pod_route_deleted.FAULT},
        ),
    ],
    ids=("one-path", "two-nodes"),
)
def test_two_faults_are_two_causes_each_with_its_own_pairs(
    faults: tuple[Fault, Fault],
    causes: dict[tuple[str, str], Fault],
    healthy_lab: Lab,
    tool: Tool,
) -> None:
    assert tool.run("collect", "--label", "t1").returncode == WHOLE
    try:
        for fault in faults:
            make(healthy_lab, fault)
        truth = healthy_lab.lost_pairs()
        assert tool.run("collect", "--label", "t2").returncode == WHOLE
        assert healthy_lab.lost_pairs() == truth
    finally:
        for fault in faults:
            undo(healthy_lab, fault)
    told = _told(tool)
    assert _pairs(told["pairs"]["lost"]) == truth
    found = {(cause["what"], cause["node"]): cause for cause in told["causes"]}
    assert len(told["causes"]) == len(found)
    assert set(found) == set(causes)
    for name, fault in causes.items():
        own = {(s, t) for s, t in map(tuple, found[name]["explains"]) if t != "(outside)"}
        assert own == fault.lost


def test_healing_names_what_mended_it_and_an_old_fault_is_told_as_old(
    healthy_lab: Lab, tool: Tool
) -> None:
    with broken(healthy_lab, bgp_cut.FAULT):
        for label in ("t0", "t1"):
            assert tool.run("collect", "--label", label).returncode == WHOLE
    assert tool.run("collect", "--label", "t2").returncode == WHOLE

    old = tool.diff("t0", "t1", "--pairs")
    assert (old["verdict"], old["causes"]) == ("broken before", [])
    assert _pairs(old["pairs"]["never_worked"]) == bgp_cut.FAULT.lost

    healed = _told(tool)
    assert (healed["verdict"], healed["causes"]) == ("restored", [])
    assert _pairs(healed["pairs"]["restored"]) == bgp_cut.FAULT.lost
    assert "BGP session k8s2–k8s3 came up" in healed["sentence"]


FORWARDED = "table inet f; add chain inet f c { type filter hook forward priority 0; }; add rule"


@pytest.mark.parametrize(
    ("rule", "cut"),
    [
        ("inet f c reject", 18),
        ("inet f c ip daddr 192.168.167.85 drop", 10),
        ("inet f c ct state new iifname cali* drop", 10),
        ("inet f c tcp dport 23 drop", 0),
        ("inet f c counter accept", 0),
    ],
)
def test_a_filter_on_a_node_costs_in_the_model_what_it_costs_ping(
    rule: str, cut: int, healthy_lab: Lab, tool: Tool
) -> None:
    assert tool.run("collect", "--label", "t1").returncode == WHOLE
    try:
        healthy_lab.run("k8s2", f"nft 'add {FORWARDED} {rule}'")
        truth = healthy_lab.lost_pairs()
        assert tool.run("collect", "--label", "t2").returncode == WHOLE
    finally:
        healthy_lab.run("k8s2", "nft delete table inet f")
    told = _told(tool)
    assert _pairs(told["pairs"]["lost"]) == truth
    assert len(truth) == cut
    assert [(cause["what"], cause["node"]) for cause in told["causes"]] == (
        [("filter rule", "k8s2")] if cut else []
    )
