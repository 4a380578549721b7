"""Recorded nodes and a user of theirs, for every test of a command."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.played import Cluster, cluster
from tests.tickets.conftest import redmine
from tests.tool import Tool

__all__ = ["redmine"]


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes that answer as recorded; snapshots ``before`` and ``after`` of them."""
    with cluster(tmp_path_factory.mktemp("played")) as found:
        yield found


@pytest.fixture
def user(played: Cluster, tmp_path: Path) -> Tool:
    """A user with the inventory and both snapshots."""
    return played.user(tmp_path)


@pytest.fixture
def newcomer(played: Cluster, tmp_path: Path) -> Tool:
    """A user with the inventory and no history yet."""
    return played.user(tmp_path, history=False)


@pytest.fixture
def stranger(tmp_path: Path) -> Tool:
    """Somebody who has netsnap and nothing else."""
    return Tool(tmp_path)
