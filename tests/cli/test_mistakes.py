"""What a user does wrong, or the system refuses, is told in one sentence and changes nothing."""

import os
import shlex
import signal
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from netsnap.history.schema import VERSION_TABLE
from tests.played import AFTER, BEFORE
from tests.tool import Tool

TICKETS = '[tickets.redmine]\nurl = "http://127.0.0.1:9"\nkey_env = "REDMINE_KEY"\n'
CONFIG = ("--config", "tickets.toml")
ATTACH = ("attach", "redmine:1", BEFORE, AFTER)

# What is typed, and what the sentence must say. The files of ``_litter`` lie in the folder.
MISTAKES: tuple[tuple[tuple[str, ...], str], ...] = (
    (("collect", "--label", BEFORE), f"the label '{BEFORE}' is taken"),
    (("collect", "--node", "k9"), "no node named 'k9' in netsnap.toml (it has k8s1, k8s2, k8s3)"),
    (("collect", "--group", "blue"), "no group named 'blue' in netsnap.toml"),
    (("collect", "--node", "a b"), "no node named 'a b'"),
    (("collect", "-i", "misspelt.toml"), "nodes.k8s1.adress: unknown key (known: address, "),
    (("collect", "-i", "none.toml"), "there is no inventory none.toml; write one with: netsnap"),
    (("collect", "-i", "folder"), "cannot read the inventory folder: Is a directory"),
    (("collect", "-i", "text.txt"), "text.txt is not valid TOML"),
    (("collect", "--width", "0"), "Invalid value for '--width'"),
    (("collect", "--local", "--node", "k8s1"), "--local asks this machine alone"),
    (("collect", "--local", "--group", "blue"), "--local asks this machine alone"),
    (("init",), "netsnap.toml exists already; it was left as it is"),
    (("init", "-o", "none/nodes.toml"), "cannot write none/nodes.toml: No such file"),
    (("init", "-o", "folder"), "folder exists already"),
    (("init", "-o", "new.toml", "a@b@c"), "cannot read 'a@b@c' as a node"),
    (("log", "--format", "xml"), "--format takes text or json, not 'xml'"),
    (("log", "--most", "0"), "Invalid value for '--most'"),
    (("log", "--db", "none.db"), "none.db: 'netsnap collect' makes one"),
    (("log", "--db", "folder"), "folder is no file, and a netsnap history is one"),
    (("log", "--db", "text.txt"), "text.txt is not a netsnap history, nor any SQLite database"),
    (("log", "--db", "newer.db"), "newer.db was written by a later netsnap (schema 9999)"),
    (("log", "--db", "other.db"), "is the database of something else: it holds songs"),
    (("log", "--db", "mysql://u:s3cret@h/n"), "a SQLite file or a postgresql:// database, not"),
    (("log", "--db", "postgresql://u:s3cret@127.0.0.1:1/n"), "postgresql://u:***@127.0.0.1:1/n"),
    (
        ("log", "--db", "postgresql://u:p@h:port/n"),
        "URL has a port that is no number",
    ),
    (("show", "never"), "no snapshot 'never': give an id"),
    (("show", "2026-13-45"), "'2026-13-45' is no time: month must be in 1..12"),
    (("show", "10 weeks ago"), "no snapshot"),
    (("show", "2001-01-01"), "no snapshot at or before"),
    (("show", "latest~9"), "latest~9"),
    (("show", "--node", "k9"), "no node named 'k9' in snapshot"),
    (("show", "--node", ""), "no node named '' in snapshot"),
    (("show", "\x1b[2J"), "no snapshot '\\x1b[2J'"),
    (("raw", "latest", "", "ip route"), "no node named ''"),
    (("raw", "latest", "k8s1", "ip frob"), "was not asked 'ip frob' in host; it was asked: "),
    (("raw", "latest", "k8s1", ""), "was not asked '' in host"),
    (("raw", "latest", "k8s1", "ip route", "--netns", "x"), "no namespace 'x' was asked on k8s1"),
    (("diff", BEFORE, "never"), "no snapshot 'never'"),
    (("diff", "--format", "yaml"), "--format takes text or json"),
    (("parse", "frob", "text.txt"), "nothing here reads 'frob'; what can be read: "),
    (("parse", "ip route", "none"), "cannot read none: No such file or directory"),
    (("parse", "ip route", "folder"), "cannot read folder: Is a directory"),
    (("export", "never"), "no snapshot 'never'"),
    (("export", BEFORE, "-o", "folder"), "folder is no file"),
    (("export", BEFORE, "-o", "none/x.zip"), "none/x.zip: No such file or directory"),
    (("import", "none.zip"), "cannot read none.zip: No such file or directory"),
    (("import", "text.txt"), "text.txt is no bundle, or damaged"),
    (("import", "text.txt", "--db", "new.db"), "text.txt is no bundle, or damaged"),
    (("import", "folder"), "cannot read folder: Is a directory"),
    (("attach", "redmine", BEFORE, *CONFIG), "'redmine' names no ticket: write redmine:123"),
    (("attach", "trac:1", BEFORE, *CONFIG), "netsnap knows no tracker 'trac'"),
    (ATTACH, "add a [tickets.redmine] table"),
    ((*ATTACH, "--config", "none.toml"), "cannot read none.toml: No such file"),
    ((*ATTACH, "--config", "text.txt"), "text.txt is not TOML"),
    ((*ATTACH, *CONFIG), "the environment variable REDMINE_KEY is not set"),
    (("demo", "--keep", "text.txt"), "text.txt is not a netsnap history"),
    (("frob",), "No such command 'frob'"),
    (("diff", "--frob"), "No such option: --frob"),
    (("raw", "latest"), "Missing argument"),
)


def _litter(user: Tool) -> None:
    """Put what is no history, no bundle and no inventory into the user's folder."""
    folder = user.folder
    (folder / "folder").mkdir()
    (folder / "text.txt").write_text("neither this nor that\n", encoding="utf-8")
    (folder / "misspelt.toml").write_text('[nodes.k8s1]\nadress = "x"\n', encoding="utf-8")
    (folder / "tickets.toml").write_text(TICKETS, encoding="utf-8")
    (folder / "newer.db").write_bytes(user.history.read_bytes())
    for name, statement in (
        ("newer.db", f"UPDATE {VERSION_TABLE} SET version_num = '9999'"),  # noqa: S608 -- our own name
        ("other.db", "CREATE TABLE songs (name TEXT)"),
    ):
        with closing(sqlite3.connect(folder / name)) as database, database:
            database.execute(statement)


def _contents(user: Tool) -> dict[str, object]:
    """Every file's bytes; of the history its snapshots, since readers add their readings to it."""
    folder = user.folder
    files = (path for path in folder.rglob("*") if path.is_file() and path != user.history)
    found: dict[str, object] = {str(path.relative_to(folder)): path.read_bytes() for path in files}
    with closing(sqlite3.connect(user.history)) as database:
        found["history"] = database.execute("SELECT id, label FROM snapshots").fetchall()
    return found


@pytest.mark.parametrize(("typed", "told"), MISTAKES, ids=[" ".join(m[0]) for m in MISTAKES])
def test_a_mistake_is_told_in_a_sentence_and_changes_no_file(
    typed: tuple[str, ...], told: str, user: Tool
) -> None:
    _litter(user)
    before = _contents(user)
    done = user.run(*typed)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stderr
    assert "\x1b" not in done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1 or lines[0].startswith("Usage: netsnap")
    assert _contents(user) == before


@pytest.mark.parametrize("command", ["log", "show", "diff", "verify", "export", "raw", "attach"])
def test_without_a_history_every_reader_says_so_and_makes_none(
    command: str, newcomer: Tool
) -> None:
    arguments = {
        "export": (BEFORE,),
        "raw": ("latest", "k8s1", "ip route"),
        "attach": ("redmine:1", BEFORE, *CONFIG),
    }
    (newcomer.folder / "tickets.toml").write_text(TICKETS, encoding="utf-8")
    tool = replace(newcomer, variables={"REDMINE_KEY": "0123"})
    done = tool.run(command, *arguments.get(command, ()))
    assert (done.returncode, done.stdout) == (2, "")
    assert "history.db: 'netsnap collect' makes one" in done.stderr
    assert not newcomer.history.exists()


def test_a_home_that_cannot_be_made_is_told_before_a_node_is_asked(newcomer: Tool) -> None:
    (newcomer.folder / "file").write_text("", encoding="utf-8")
    home = newcomer.folder / "file" / "home"
    tool = replace(newcomer, variables={"NETSNAP_HOME": str(home)})
    for options in ((), ("--db", "here.db")):
        done = tool.run("collect", *options)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == f"netsnap: cannot make {home}: Not a directory\n"


def test_a_mask_key_that_is_none_is_left_alone(user: Tool) -> None:
    key = user.folder / "home" / "mask.key"
    key.write_bytes(b"short")
    done = user.run("collect")
    assert (done.returncode, done.stdout) == (2, "")
    assert "is not a mask key of 32 bytes" in done.stderr
    assert key.read_bytes() == b"short"


def test_a_bundle_takes_the_place_of_no_pipe_or_device(user: Tool) -> None:
    pipe = user.folder / "pipe"
    os.mkfifo(pipe)
    done = user.run("export", BEFORE, "-o", "pipe")
    assert done.returncode == 2
    assert "pipe is no file" in done.stderr
    assert pipe.is_fifo()


PRINTERS = (
    ("log",),
    ("log", "--format", "json"),
    ("show", BEFORE),
    ("diff", BEFORE, AFTER),
    ("diff", BEFORE, AFTER, "--format", "json", "--pairs"),
    ("diff", BEFORE, BEFORE),
    ("raw", BEFORE, "k8s1", "ip route"),
    ("verify",),
)


@pytest.mark.parametrize("typed", PRINTERS, ids=" ".join)
def test_a_closed_pipe_is_trouble_in_silence(typed: tuple[str, ...], user: Tool) -> None:
    """Status 1 would say "something changed" or "altered"."""
    reader, writer = os.pipe()
    os.close(reader)
    done = _into(writer, user, typed)
    assert (done.returncode, done.stderr) == (2, "")


@pytest.mark.skipif(not Path("/dev/full").is_char_device(), reason="the system has no /dev/full")
@pytest.mark.parametrize("typed", PRINTERS, ids=" ".join)
def test_a_full_disk_under_the_output_is_trouble(typed: tuple[str, ...], user: Tool) -> None:
    done = _into(os.open("/dev/full", os.O_WRONLY), user, typed)
    assert (done.returncode, done.stderr) == (2, "netsnap: No space left on device\n")


def _into(output: int, user: Tool, typed: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [sys.executable, "-m", "netsnap", *typed],
            cwd=user.folder,
            env=user.environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(output)


def test_a_closed_output_is_told_before_a_node_is_asked(user: Tool) -> None:
    netsnap = f"{shlex.quote(sys.executable)} -m netsnap"
    for typed, told in (
        ("log >&-", "netsnap: standard output is closed\n"),
        ("collect --label closed >&-", "netsnap: standard output is closed\n"),
        ("log >&- 2>&-", ""),
    ):
        done = subprocess.run(
            ["sh", "-c", f"{netsnap} {typed}"],
            cwd=user.folder,
            env=user.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (2, "", told)
    assert user.run("show", "closed").returncode == 2


def test_what_is_told_elsewhere_needs_no_standard_error(user: Tool) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{shlex.quote(sys.executable)} -m netsnap log 2>&-"],
        cwd=user.folder,
        env=user.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, user.run("log").stdout)


def test_a_terminal_without_unicode_gets_the_report(user: Tool) -> None:
    tool = replace(user, variables={"PYTHONIOENCODING": "ascii"})
    done = tool.run("diff", BEFORE, AFTER)
    assert (done.returncode, done.stderr) == (1, "")
    assert "BGP session k8s2\\u2013k8s3 fell" in done.stdout


def test_interrupted_while_asking_nothing_is_saved(newcomer: Tool) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        with newcomer.start(
            "collect", "-i", "none.toml", "--node", f"root@127.0.0.1:{port}"
        ) as process:
            silent.settimeout(60)
            connection, _ = silent.accept()  # it waits for a banner that never comes
            with connection:
                process.send_signal(signal.SIGINT)
                out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err.splitlines() == ["nothing was saved", "netsnap: interrupted"]
    assert "no snapshots yet" in newcomer.run("log").stderr
