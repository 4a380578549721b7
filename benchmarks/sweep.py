"""What a sweep costs the machine that collects: CPU and wall time a node, beside tuned asyncssh.

All against a real sshd on loopback, whose own CPU (28-36 ms a connection) sets the wall time on a
machine with few cores. Ratios within one run are what counts.
"""

import asyncio
import resource
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import asyncssh
import paramiko

from collector.frames import Frames
from collector.inventory import Node
from collector.probe import Probe, Where
from collector.script import bootstrap, script
from collector.sweep import SweepOptions, sweep
from tests.collector.node import MARKER, Sshd, clock, running_sshd

NODES = 60
QUESTIONS = 150
ANSWER = Probe("answer", "head -c 60000 /dev/urandom | od -An -tx1 | head -c 60000", Where.NODE)
SMALL = "ip addr"


class Meter:
    """CPU of this process (its threads, not its children) and wall time, in seconds."""

    cpu = 0.0
    wall = 0.0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Measure what happens inside."""
        usage, began = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
        yield
        self.wall = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_SELF)
        self.cpu = after.ru_utime + after.ru_stime - usage.ru_utime - usage.ru_stime


def run() -> None:
    """Print both comparisons."""
    with (
        tempfile.TemporaryDirectory(prefix="netsnap-bench-") as folder,
        running_sshd(Path(folder), "MaxSessions 500") as sshd,
    ):
        many_nodes(sshd)
        many_questions(sshd)


def many_nodes(sshd: Sshd) -> None:
    """One sweep over NODES nodes with about 60 kB from each."""
    print(f"sweep: {NODES} nodes, 60 kB from each; ms a node")
    ours = best(lambda: _sweep(sshd, NODES))
    theirs = best(lambda: asyncio.run(_asyncssh_sweep(sshd, NODES)))
    few = best(lambda: _sweep(sshd, NODES // 3))
    print(f"  netsnap     CPU {ours.cpu / NODES * 1000:6.1f}  wall {ours.wall / NODES * 1000:6.1f}")
    per = theirs.cpu / NODES * 1000, theirs.wall / NODES * 1000
    print(f"  asyncssh    CPU {per[0]:6.1f}  wall {per[1]:6.1f}")
    print(f"  CPU  {ours.cpu / theirs.cpu:5.2f} × asyncssh (goal ≤ 1.25)")
    print(f"  wall {ours.wall / theirs.wall:5.2f} × asyncssh (goal ≤ 1.1)")
    growth = (ours.cpu / NODES) / (few.cpu / (NODES // 3))
    print(f"  CPU a node with {NODES} nodes: {growth:4.2f} × with {NODES // 3} (goal ≤ 1.2)")


def many_questions(sshd: Sshd) -> None:
    """QUESTIONS questions to one node: the framed script beside a channel for each command."""
    print(f"{QUESTIONS} questions to one node; ms")
    ours = best(lambda: _sweep(sshd, 1, [Probe("q", SMALL, Where.NODE)] * QUESTIONS))
    channels = best(lambda: _channels(sshd))
    print(f"  one framed script     CPU {ours.cpu * 1000:7.1f}  wall {ours.wall * 1000:7.1f}")
    print(
        f"  a channel a command   CPU {channels.cpu * 1000:7.1f}  wall {channels.wall * 1000:7.1f}"
    )
    print(f"  CPU  1/{channels.cpu / ours.cpu:.1f} (goal ≤ 1/15)")
    print(f"  wall 1/{channels.wall / ours.wall:.1f} (goal ≤ 1/3)")


def best(measure: Callable[[], Meter], times: int = 3) -> Meter:
    """Return the run with the least wall time: what disturbs a run only ever adds."""
    return min((measure() for _ in range(times)), key=lambda meter: meter.wall)


def _sweep(sshd: Sshd, count: int, probes: list[Probe] | None = None) -> Meter:
    nodes: list[Node] = [sshd.node(f"n{number}") for number in range(count)]
    options: SweepOptions = sshd.options(width=10)
    meter = Meter()
    with meter.running():
        done = sweep(nodes, probes or [ANSWER], options=options, clock=clock)
    assert all(visit.detail == "" for visit in done.visits), done.visits[0].detail
    return meter


async def _asyncssh_sweep(sshd: Sshd, count: int) -> Meter:
    """The same script and frames over asyncssh, tuned likewise, 50 wide."""
    key = asyncssh.read_private_key(str(sshd.key))
    known = asyncssh.read_known_hosts(str(sshd.known_hosts))
    program = script([ANSWER], marker=MARKER, budget=60, output_limit=1 << 24)
    gate = asyncio.Semaphore(50)

    async def visit() -> None:
        async with (
            gate,
            asyncssh.connect(
                "127.0.0.1",
                sshd.port,
                client_keys=[key],
                known_hosts=known,
                config=None,
                agent_path=None,
                kex_algs=["curve25519-sha256"],
                username="root",
            ) as connection,
        ):
            process = await connection.create_process(bootstrap(program), encoding=None)
            process.stdin.write(program)
            frames = Frames("n", [ANSWER], MARKER, 1 << 24, 1 << 28)
            while not frames.complete:
                frames.feed(await process.stdout.read(65536))

    meter = Meter()
    with meter.running():
        await asyncio.gather(*(visit() for _ in range(count)))
    return meter


def _channels(sshd: Sshd) -> Meter:
    """One connection, a session channel for each command, 10 at a time; no TCP delay."""
    client = paramiko.SSHClient()
    client.load_host_keys(str(sshd.known_hosts))
    stream = socket.create_connection(("127.0.0.1", sshd.port))
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    meter = Meter()
    with meter.running():
        client.connect(
            "127.0.0.1",
            sshd.port,
            username="root",
            key_filename=str(sshd.key),
            allow_agent=False,
            look_for_keys=False,
            sock=stream,
        )
        with ThreadPoolExecutor(10) as threads:
            said = list(
                threads.map(lambda _: client.exec_command(SMALL)[1].read(), range(QUESTIONS))
            )
        client.close()
    assert all(said)
    return meter
