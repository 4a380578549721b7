"""Fixtures of the tests that run netsnap against the lab."""

from pathlib import Path

import pytest

from tests.lab.lab import Lab
from tests.tool import Tool


@pytest.fixture
def tool(healthy_lab: Lab, tmp_path: Path) -> Tool:
    """A user's directory with the lab's inventory in it."""
    healthy_lab.inventory_toml(tmp_path / "netsnap.toml")
    return Tool(tmp_path)
