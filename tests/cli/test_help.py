"""The help of every command, and that no command or exit status is undocumented."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main

from netsnap.cli.main import app
from tests.tool import Tool

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(typer.main.get_command(app).commands)  # type: ignore[attr-defined] # it is a group
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_shows_an_example_and_its_exit_statuses(command: str, stranger: Tool) -> None:
    done = stranger.run(command, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    words = " ".join(done.stdout.split())
    assert re.search(rf"Example: .*netsnap {command}\b", words)
    assert re.search(r"Exit status: 0 .*\b2 trouble", words)
    options = re.findall(r"^ +(?:-\w, )?--[\w-]+.*\n?.*$", done.stdout, re.MULTILINE)
    for option in options:
        assert re.search(r"--[\w-]+.*  +\S|\n {12,}\S", option), f"{option} has no help"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_stands_in_the_documentation(command: str) -> None:
    pages = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert re.search(rf"netsnap {command}\b", pages)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_table_of_exit_statuses_has_every_command(command: str) -> None:
    page = (ROOT / "docs" / "exit.md").read_text(encoding="utf-8")
    assert re.search(rf"^\| .*`{command}`", page, re.MULTILINE)


def test_netsnap_alone_shows_its_commands(stranger: Tool) -> None:
    done = stranger.run()
    assert done.returncode == 2
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", done.stderr, re.MULTILINE)


def test_the_version_is_told(stranger: Tool) -> None:
    done = stranger.run("--version")
    assert done.returncode == 0
    assert re.fullmatch(r"netsnap \d+\.\d+\.\d+\n", done.stdout)


def test_help_loads_no_tracker_and_no_netlink() -> None:
    """They take a third of a second, and one command each needs them."""

    program = "import netsnap.cli.main, sys; print(*{name.split('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not {"jira", "httpx", "requests", "pyroute2", "alembic"} & set(done.stdout.split())
