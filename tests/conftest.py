"""What all tests share: the lab, and where it can run."""

import os
from pathlib import Path

import pytest

from tests.lab import needs
from tests.lab.fixtures import RUN_DIR_OPTION, healthy_lab, lab

__all__ = ["healthy_lab", "lab"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a person lend the tests a lab that is up."""
    parser.addoption(
        RUN_DIR_OPTION, type=Path, help="use the lab that is up in this directory and leave it up"
    )


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip the lab's tests where the lab cannot run; in CI, where it must, fail them."""
    if item.get_closest_marker("lab") is None:
        return
    reason = needs.missing()
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
