"""The help of every command, and that no command or exit status is undocumented."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from netsnap.cli import main
from tests.tool import Tool

ROOT = Path(__file__).parents[2]
COMMANDS = sorted(main.COMMANDS)
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


HEAVY = {"sqlalchemy", "alembic", "paramiko", "jira", "httpx", "requests", "pyroute2", "zstandard"}
"""Together they take twice as long to load as everything else."""


@pytest.mark.parametrize("words", [["--help"], ["parse", "ip-route", "-"]], ids=" ".join)
def test_a_command_loads_no_package_that_it_has_no_use_for(words: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "netsnap", *words],
        input="default dev eth0\n",
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {line.rpartition("|")[2].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "netsnap" in loaded
    assert not HEAVY & loaded


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_says_of_a_command_what_its_help_says(command: str) -> None:
    said = main.load(command).help.partition("\n\n")[0]
    assert " ".join(said.split()) == main.COMMANDS[command].does


@pytest.mark.parametrize("word", ["prase", "--shiny"])
def test_a_word_that_is_no_command_is_refused_in_a_sentence(word: str, stranger: Tool) -> None:
    done = stranger.run(word)
    assert done.returncode == 2
    assert re.search(rf"No such (?:command|option)\W+{word}", done.stderr)
    assert "Traceback" not in done.stderr
