"""The trackers and the reports of the ticket tests."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from netsnap.tickets.attach import attach
from netsnap.tickets.tracker import Attached
from tests.tickets.jira_server import ISSUE, TOKEN, USER, JiraServer, jira_server
from tests.tickets.redmine_server import RedmineServer, missing, redmine_server

KEY = "3f2a9c1b04d7..9be01f55aa23"
REPORT = """\
## netsnap: broken

BGP session k8s2–k8s3 fell since 12:03:04: 192.168.23.192/26 left k8s2.

### Cause 1: BGP session k8s2–k8s3

```text
k8s2, host, birdc show protocols all:
    Mesh_10_0_0_3 BGP master start 12:03:04 Connect Socket: Connection refused
```

- → 192.168.23.192/26 left k8s2's table
- → 3 workloads on k8s3 are unreachable from k8s2
"""

Post = Callable[..., Attached]


@pytest.fixture(scope="session")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedmineServer]:
    """A Redmine of Debian that runs for all tests."""
    if lack := missing():
        if os.environ.get("CI"):
            pytest.fail(lack)
        pytest.skip(lack)
    with redmine_server(tmp_path_factory.mktemp("redmine")) as server:
        server.new_user("bob", "Reporter")  # somebody whom a line could mention
        server.new_issue()  # and an issue, number 1, that one could link to
        yield server


@pytest.fixture
def jira() -> Iterator[JiraServer]:
    """A Jira for one test; the test fails if a request was against Atlassian's description."""
    with jira_server() as server:
        yield server


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """A bundle of 50,000 bytes."""
    path = tmp_path / "netsnap-3f2a9c1b04d7-9be01f55aa23.tar"
    path.write_bytes(bytes(range(250)) * 200)
    return path


@pytest.fixture
def on_redmine(redmine: RedmineServer, bundle: Path) -> Post:
    """Attach the report to an issue of Redmine; every argument has a default but the issue."""

    def post(
        issue: int,
        markdown: str = REPORT,
        *,
        key: str = KEY,
        file: Path = bundle,
        secret: str = redmine.key,
        **section: object,
    ) -> Attached:
        settings = {"redmine": {"url": redmine.url, "key_env": "REDMINE_KEY"} | section}
        return attach(
            f"redmine:{issue}",
            settings=settings,
            secrets={"REDMINE_KEY": secret}.get,
            markdown=markdown,
            bundle=file,
            key=key,
        )

    return post


@pytest.fixture
def on_jira(jira: JiraServer, bundle: Path) -> Post:
    """Attach the report to the issue of Jira; every argument has a default."""

    def post(
        markdown: str = REPORT,
        *,
        issue: str = ISSUE,
        key: str = KEY,
        file: Path = bundle,
        secret: str = TOKEN,
        **section: object,
    ) -> Attached:
        settings = {"jira": {"url": jira.url, "token_env": "JIRA_TOKEN", "user": USER} | section}
        return attach(
            f"jira:{issue}",
            settings=settings,
            secrets={"JIRA_TOKEN": secret}.get,
            markdown=markdown,
            bundle=file,
            key=key,
        )

    return post
