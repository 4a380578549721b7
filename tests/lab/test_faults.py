"""The main job on real nodes: collect, break, collect, diff, for the lab's faults.

``make faults`` runs those, too, that take longer, and prints all as a table.
"""

import pytest

from tests.lab.faults import EVERY, Fault
from tests.lab.judge import judge
from tests.lab.lab import Lab
from tests.tool import Tool

pytestmark = pytest.mark.lab

ALL_READ, SAME = 0, 0


@pytest.mark.parametrize(
    "fault", [fault for fault in EVERY if not fault.slow], ids=lambda fault: fault.name
)
def test_the_injected_fault_is_the_first_cause_and_the_lost_pairs_are_those_ping_lost(
    fault: Fault, healthy_lab: Lab, tool: Tool
) -> None:
    score = judge(fault, healthy_lab, tool)
    print(tool.run("diff", "t1", "t2").stdout, tool.run("check", "t2").stdout)
    assert score.wrong == ()
    assert healthy_lab.state.broken == ()


def test_churn_alone_is_no_change(healthy_lab: Lab, tool: Tool) -> None:
    for label in ("t1", "t2"):
        assert tool.run("collect", "--label", label).returncode == ALL_READ
        healthy_lab.ping_matrix()
    done = tool.run("diff", "t1", "t2")
    assert done.returncode == SAME, done.stdout
    assert tool.diff("t1", "t2")["causes"] == []
