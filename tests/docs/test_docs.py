"""Every example of the documentation runs, and prints what stands below it."""

import re
import shlex
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.inventory import load
from netsnap.cli import main
from parsers.entry import Profile
from tests.docs.blocks import PAGES, ROOT, Block, blocks, pattern, steps
from tests.played import Cluster, cluster

COMMANDS = {name: main.load(name) for name in main.COMMANDS}
SHELL = [block for block in blocks("sh", "indented") if "netsnap" in block.text]

TABLE = re.compile(r"\[[a-z]+[.\]]")
SETTINGS = [block for block in blocks("toml", "indented") if TABLE.match(block.text)]


def _name(block: Block) -> str:
    return block.name


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Three nodes that answer as recorded; snapshots ``before`` and ``after`` of them."""
    with cluster(tmp_path_factory.mktemp("documented")) as found:
        yield found


@pytest.mark.parametrize("block", blocks("console"), ids=_name)
def test_an_example_prints_what_the_page_shows(
    block: Block, played: Cluster, tmp_path: Path
) -> None:
    first = steps(block.text)[0][0]
    user = played.user(tmp_path, history="collect" not in first)
    for typed, printed in steps(block.text):
        program, *arguments = shlex.split(typed)
        assert program == "netsnap"
        done = user.run(*arguments)
        assert done.returncode in (0, 1), done.stderr
        assert pattern(printed).fullmatch(done.stdout), f"{typed} printed:\n{done.stdout}"


@pytest.mark.parametrize("block", blocks("sh"), ids=_name)
def test_a_script_is_one(block: Block) -> None:
    checked = subprocess.run(
        ["sh", "-n"], input=block.text, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("block", SHELL, ids=_name)
def test_a_script_names_commands_and_options_that_there_are(block: Block) -> None:
    for line in block.text.splitlines():
        words = shlex.split(line.split("  #")[0], comments=True)
        program = next((n for n, word in enumerate(words) if Path(word).name == "netsnap"), None)
        if program is None or words[0] in {"git", "pipx", "python3"} or len(words) == program + 1:
            continue
        command, arguments = words[program + 1], words[program + 2 :]
        assert command in COMMANDS, line
        known = {name for option in COMMANDS[command].params for name in option.opts}
        for word in arguments:
            assert not word.startswith("-") or word.split("=")[0] in known, line


@pytest.mark.parametrize("block", SETTINGS, ids=_name)
def test_an_inventory_loads(block: Block, tmp_path: Path) -> None:
    path = tmp_path / "netsnap.toml"
    node = "" if "[nodes." in block.text else "\n[nodes.k8s1]\n"
    path.write_text(block.text + node, encoding="utf-8")
    assert load(path).nodes
    assert set(tomllib.loads(block.text)) <= {"defaults", "nodes", "tickets"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_option_that_a_page_names_exists(page: Path) -> None:
    known = {name for command in COMMANDS.values() for each in command.params for name in each.opts}
    for named in re.findall(r"`(?:netsnap [^`]*)?(--[a-z][a-z-]+)", page.read_text("utf-8")):
        assert named in known | {"--help", "--version"}, named


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_of_a_command_stands_on_a_page(command: str) -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for option in COMMANDS[command].params:
        for name in (name for name in option.opts if name.startswith("--")):
            assert re.search(rf"(?<![\w-]){name}(?![\w-])", text), name


def test_the_pattern_of_an_example_tells_lines_apart() -> None:
    """Else an example could show anything."""
    assert pattern("a … c\n").fullmatch("a b c\n")
    assert not pattern("a …\n").fullmatch("b c\n")
    assert pattern("a\n…\nz\n").fullmatch("a\nb\nc\nz\n")
    assert pattern("a\n…\n").fullmatch("a\n")
    assert not pattern("a\n").fullmatch("a\nb\n")
    assert not pattern("a\n…\nz\n").fullmatch("a\nb\n")


def test_the_readme_tells_every_profile_and_where_every_command_stands() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = text.partition("## What runs on the nodes")[2].partition("\n## ")[0]
    listed = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
    assert listed == [str(profile) for profile in Profile]
    assert "(docs/records.md)" in section
