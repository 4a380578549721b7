"""A real sshd for the tests of this room."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.collector.node import Sshd, running_sshd

needs_root = pytest.mark.skipif(os.getuid() != 0, reason="needs root: makes network namespaces")


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sshd]:
    """One sshd for all tests that do not count its connections."""
    with running_sshd(tmp_path_factory.mktemp("sshd")) as running:
        yield running


@pytest.fixture
def own_sshd(tmp_path: Path) -> Iterator[Sshd]:
    """An sshd of the test's own, whose log and host key it may use up."""
    with running_sshd(tmp_path / "sshd") as running:
        yield running
