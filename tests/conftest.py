"""What all tests share: the lab, and where it can run."""

import os
import shutil
from pathlib import Path

import pytest

from tests.lab import needs
from tests.lab.fixtures import RUN_DIR_OPTION, healthy_lab, lab

__all__ = ["healthy_lab", "lab"]

SEARCHED = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a person lend the tests a lab that is up."""
    parser.addoption(
        RUN_DIR_OPTION, type=Path, help="use the lab that is up in this directory and leave it up"
    )


ALONE = frozenset({"cli", "collector", "docs", "history", "tickets"})
"""Folders whose tests measure time, look at all of the machine, or share what took long to make."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what must not run beside other tests; ``make test`` runs the rest side by side.

    Those of the lab run beside each other only, each process with a lab of its own.
    """
    here = Path(__file__).parent
    for item in items:
        room = item.path.relative_to(here).parts[0]
        if room in ALONE and item.get_closest_marker("lab") is None:
            item.add_marker("alone")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what cannot run here, and say why; in CI, where all must, fail it."""
    wanted = [name for marker in item.iter_markers("needs") for name in marker.args]
    absent = [name for name in wanted if shutil.which(name, path=SEARCHED) is None]
    reason = f"no {' and no '.join(absent)} on this machine" if absent else None
    if reason is None and item.get_closest_marker("lab") is not None:
        reason = needs.missing()
    if reason is None:
        return
    if os.environ.get("CI") == "true":
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)
