"""The sweep over several nodes, and its interruption."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector.capture import Reach, Visit
from collector.inventory import Node
from collector.sweep import sweep
from tests.collector.node import Sshd, ask, clock, free_port

pytestmark = pytest.mark.needs("sshd", "ssh-keygen")


def test_a_failing_node_leaves_the_others_alone(sshd: Sshd) -> None:
    nodes = [
        sshd.node("a"),
        sshd.node("down", port=free_port()),
        Node("nowhere", "no-such-host.invalid"),
        sshd.node("b"),
    ]
    seen: list[Visit] = []
    done = sweep(
        nodes, [ask("q", "echo x")], options=sshd.options(), clock=clock, on_visit=seen.append
    )
    assert [visit.node for visit in done.visits] == ["a", "down", "nowhere", "b"]
    assert [visit.reach for visit in done.visits] == [
        Reach.REACHED,
        Reach.UNREACHABLE,
        Reach.UNREACHABLE,
        Reach.REACHED,
    ]
    assert sorted(visit.node for visit in seen) == ["a", "b", "down", "nowhere"]
    assert done.started <= min(visit.started for visit in done.visits)
    assert done.ended >= max(visit.ended for visit in done.visits)


def test_asks_as_many_at_a_time_as_it_may(sshd: Sshd) -> None:
    nodes = [sshd.node(f"n{number}") for number in range(4)]
    probes = [ask("nap", "sleep 1")]
    began = time.monotonic()
    sweep(nodes, probes, options=sshd.options(width=4), clock=clock)
    wide = time.monotonic() - began
    began = time.monotonic()
    sweep(nodes[:2], probes, options=sshd.options(width=1), clock=clock)
    narrow = time.monotonic() - began
    assert wide < 3.5
    assert narrow >= 2


PROGRAM = """
import sys
from pathlib import Path
from tests.collector.node import Node, SweepOptions, ask, clock
from collector.sweep import sweep
port, folder = int(sys.argv[1]), Path(sys.argv[2])
nodes = [Node(f"n{n}", "127.0.0.1", port=port, key=folder / "client",
              known_hosts=folder / "known_hosts") for n in range(6)]
options = SweepOptions(width=3, agent=False, folder=folder / "none")
print("asking", flush=True)
try:
    sweep(nodes, [ask("nap", "sleep 41", limit=60)], options=options, clock=clock)
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_ctrl_c_ends_it_promptly_and_the_nodes_too(own_sshd: Sshd) -> None:
    root = Path(__file__).parents[2]
    words = [sys.executable, "-c", PROGRAM, str(own_sshd.port), str(own_sshd.folder)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=root) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        assert run.stdout.readline() == b"asking\n"
        deadline = time.monotonic() + 15
        while own_sshd.log.count("Starting session") < 3 and time.monotonic() < deadline:
            time.sleep(0.1)
        assert own_sshd.log.count("Starting session") == 3
        began = time.monotonic()
        run.send_signal(signal.SIGINT)
        assert run.wait(10) == 130
        assert time.monotonic() - began < 2
        assert run.stderr.read() == b""
    time.sleep(2.5)
    assert naps() == 0


def naps() -> int:
    count = 0
    for cmdline in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            count += cmdline.read_bytes() == b"sleep\x0041\x00"
        except OSError:
            continue
    return count
