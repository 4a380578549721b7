"""A save that is killed, interrupted, or runs out of space leaves the history as it was."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from netsnap.history.store import History
from tests.history.sweeps import sweep

SAVE = """
import os, random, resource, sys
from collector.capture import Capture, Outcome, Question, Reach, Sweep, Visit
from netsnap.history.errors import HistoryError
from netsnap.history.store import History
from tests.history.sweeps import BEGIN

path, megabytes, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
captures = tuple(
    Capture("k8s1", Question("huge", f"net:[{n}]"), "huge", Outcome.ANSWERED, 0,
            os.urandom(1 << 17), b"", BEGIN, 0.1)
    for n in range(megabytes * 8)
)
visit = Visit("k8s1", "", Reach.REACHED, BEGIN, BEGIN, captures=captures)
with History.open(path) as history:
    print("ready", flush=True)
    try:
        history.save(Sweep(BEGIN, BEGIN, (visit,)))
    except HistoryError as error:
        print(type(error).__name__, error, sep=": ")
    else:
        print("saved")
    print(len(history.heads()), history.verify())
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A history with one snapshot."""
    with History.open(tmp_path / "history.db") as history:
        history.save(sweep(), label="before")
    return tmp_path / "history.db"


def command(path: Path, megabytes: int, limit: int = 0) -> list[str]:
    return [sys.executable, "-c", SAVE, str(path), str(megabytes), str(limit)]


def interrupted(path: Path, with_signal: int) -> int:
    """Start a large save, and send a signal while it writes; return how the process ended."""
    journal = path.with_name(path.name + "-journal")
    size = path.stat().st_size
    child = subprocess.Popen(
        command(path, 64), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    deadline = time.monotonic() + 60
    while child.poll() is None and time.monotonic() < deadline:
        # The file grows before the end only when the writer's cache spills: half way.
        if journal.exists() and path.stat().st_size > size + (1 << 20):
            child.send_signal(with_signal)
            break
        time.sleep(0.001)
    out, _ = child.communicate(timeout=60)
    assert "saved" not in out, "the save ended before the signal came"
    return child.returncode


def is_as_before(path: Path) -> bool:
    with History.open(path) as history:
        (head,) = history.heads()
        assert history.verify() == []
        assert [node.node for node in history.load(head).nodes] == ["k8s1", "k8s8", "k8s9"]
        history.save(sweep(5), label="after")
        return head.label == "before"


def test_a_save_that_is_killed_leaves_the_history_as_it_was(path: Path) -> None:
    assert interrupted(path, signal.SIGKILL) == -signal.SIGKILL
    journal = path.with_name(path.name + "-journal")
    assert journal.exists(), "it was killed half way"
    assert is_as_before(path)
    assert not journal.exists()


def test_ctrl_c_half_way_leaves_the_history_as_it_was(path: Path) -> None:
    assert interrupted(path, signal.SIGINT) in (-signal.SIGINT, 128 + signal.SIGINT)
    assert not path.with_name(path.name + "-journal").exists()
    assert is_as_before(path)


def test_a_full_disk_leaves_the_history_as_it_was(tmp_path: Path) -> None:
    """A file system of 3 MB that only this test sees."""
    script = (
        f"mount -t tmpfs -o size=3m tmpfs {tmp_path} || exit 77;"
        f'"$@" {tmp_path}/history.db 1 0 && "$@" {tmp_path}/history.db 8 0'
    )
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh",
         sys.executable, "-c", SAVE],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip(f"needs mount namespaces: {done.stderr}")
    assert done.returncode == 0, done.stderr
    place = tmp_path / "history.db"
    first, second = done.stdout.split("ready\n")[1:]
    assert first == "saved\n1 []\n"
    assert second.startswith(f"FullHistoryError: no space is left for {place} (")
    assert second.endswith("\n1 []\n")


def test_a_file_that_may_not_grow_leaves_the_history_as_it_was(path: Path) -> None:
    limit = path.stat().st_size + (1 << 20)
    done = subprocess.run(command(path, 8, limit), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "saved" not in done.stdout
    assert "HistoryError: " in done.stdout
    assert done.stdout.endswith("\n1 []\n")
    assert is_as_before(path)


SAVE_MANY = """
import sys
from netsnap.history.store import History
from tests.history.sweeps import sweep
place, which = sys.argv[1], int(sys.argv[2])
sweeps = [sweep(n, hosts=[f"10.1.{which}.{n + 1}"], pods=1) for n in range(6)]
with History.open(place) as history:
    print("ready", flush=True)
    sys.stdin.read(1)
    for each in sweeps:
        history.save(each)
"""


@pytest.mark.needs("ip", "unshare")
def test_collects_at_the_same_time_take_turns(place: str) -> None:
    """None is lost, and there is one chain."""
    History.open(place).close()
    children = [
        subprocess.Popen(
            [sys.executable, "-c", SAVE_MANY, place, str(which)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for which in range(3)
    ]  # fmt: skip
    for child in children:
        assert child.stdout
        assert child.stdout.readline() == "ready\n"
    ends = [child.communicate("x", timeout=120) for child in children]
    assert [child.returncode for child in children] == [0, 0, 0], ends
    with History.open(place) as history:
        heads = sorted(history.heads(), key=lambda head: head.number)
        assert len(heads) == 18
        assert [head.previous for head in heads] == ["", *[head.id for head in heads[:-1]]]
        assert history.verify() == []


def test_processes_that_make_the_history_at_the_same_time_make_one(place: str) -> None:
    code = (
        "import sys; from netsnap.history.store import History; History.open(sys.argv[1]).close()"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, place]) for _ in range(4)]
    assert [child.wait(60) for child in children] == [0] * 4
    with History.open(place, create=False) as history:
        assert history.heads() == []


def test_a_reader_sees_whole_snapshots_only(path: Path) -> None:
    """While another process is writing a large one."""
    child = subprocess.Popen(command(path, 24), stdout=subprocess.PIPE, text=True)
    seen = set()
    with History.open(path) as history:
        while child.poll() is None:
            heads = history.heads()
            seen.add(len(heads))
            assert len(history.load(heads[-1]).nodes) == (3 if heads[-1].label else 1)
            os.sched_yield()
        assert len(history.heads()) == 2
    assert child.stdout
    assert child.stdout.read() == "ready\nsaved\n2 []\n"
    child.stdout.close()
    assert seen <= {1, 2}
