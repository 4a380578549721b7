"""The main job on real nodes: collect, break, collect, diff, for every fault the lab can make.

Ground truth is a ping matrix between all pods, taken right before and right after the second
sweep, so that what is compared is what the kernels really did.
"""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.lab.checked import names_the_fault, wrong
from tests.lab.faults import FAULTS, Blame, Fault, broken
from tests.lab.lab import Lab
from tests.tool import Tool

pytestmark = pytest.mark.lab

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "explanation.schema.json").read_text(encoding="utf-8")
)
BROKEN = {"broken"}
SAME, DIFFERENT, ALL_READ, SOME_NOT_READ = 0, 1, 0, 1


def _pairs(listed: list[dict[str, Any]]) -> frozenset[tuple[str, str]]:
    return frozenset((pair["source"], pair["target"]) for pair in listed)


def _names(blame: Blame, cause: dict[str, Any]) -> bool:
    return (
        cause["what"] == blame.what
        and any(node in (cause["node"], *cause["subject"].split("–")) for node in blame.nodes)
        and (not blame.subjects or any(each in cause["subject"] for each in blame.subjects))
    )


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_the_injected_fault_is_the_first_cause_and_the_lost_pairs_are_those_ping_lost(
    fault: Fault, healthy_lab: Lab, tool: Tool
) -> None:
    assert tool.run("collect", "--label", "t1").returncode == ALL_READ
    with broken(healthy_lab, fault):
        truth = healthy_lab.lost_pairs()
        outside = frozenset(n for n, ok in healthy_lab.ping_outside().items() if not ok)
        collected = tool.run("collect", "--label", "t2", "--connect-limit", "3")
        assert collected.returncode in (ALL_READ, SOME_NOT_READ), collected.stderr
        if healthy_lab.lost_pairs() != truth:
            pytest.fail(f"{fault.name} was not settled: ping changed during the sweep")
    told = tool.diff("t1", "t2", "--pairs")
    jsonschema.validate(told, SCHEMA)
    print(tool.run("diff", "t1", "t2").stdout)

    _lost_pairs_are(told, truth, outside, collected.returncode)
    _blames(fault, told)
    alone = wrong(tool, "t2")
    assert names_the_fault(fault, alone), alone


def _lost_pairs_are(
    told: dict[str, Any],
    truth: frozenset[tuple[str, str]],
    outside: frozenset[str],
    collected: int,
) -> None:
    lost, unknown = _pairs(told["pairs"]["lost"]), _pairs(told["pairs"]["unknown"])
    assert lost <= truth, "pairs called lost that ping still reached"
    if collected == ALL_READ:
        assert lost == truth
        assert {pair["source"] for pair in told["pairs"]["outside_lost"]} == outside
    else:
        assert truth - lost <= unknown, "lost pairs that are neither told nor called unknown"
        assert told["blind"]


def _blames(fault: Fault, told: dict[str, Any]) -> None:
    causes = told["causes"]
    if not fault.blame:
        assert causes == []
        assert told["verdict"] in ("unchanged", "nothing broke")
        return
    assert told["verdict"] in BROKEN
    assert len(causes) == len(fault.blame), [cause["sentence"] for cause in causes]
    for blame, cause in zip(fault.blame, causes, strict=True):
        assert _names(blame, cause), cause["sentence"]
        assert cause["evidence"], "a sentence without a raw line"
        assert cause["node"] not in fault.innocent or cause["what"] == "BGP session"


def test_churn_alone_is_no_change(healthy_lab: Lab, tool: Tool) -> None:
    for label in ("t1", "t2"):
        assert tool.run("collect", "--label", label).returncode == ALL_READ
        healthy_lab.ping_matrix()
    done = tool.run("diff", "t1", "t2")
    assert done.returncode == SAME, done.stdout
    assert tool.diff("t1", "t2")["causes"] == []
