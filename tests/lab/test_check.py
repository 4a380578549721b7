"""Check on real nodes that are well; what it says of those that are not is in test_faults."""

import pytest

from tests.lab.judge import sentences
from tests.lab.lab import Lab
from tests.tool import Tool

pytestmark = pytest.mark.lab


@pytest.mark.parametrize("profile", ["quick", "default", "full"])
def test_a_healthy_cluster_has_no_error_and_no_warning(
    profile: str, healthy_lab: Lab, tool: Tool
) -> None:
    healthy_lab.ping_matrix()
    assert tool.run("collect", "--label", "t", "--profile", profile).returncode == 0
    assert sentences(tool, "t") == ()
