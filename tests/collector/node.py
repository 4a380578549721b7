"""The test's node: the probe script run by a real shell on this machine, and a real sshd."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.capture import Capture
from collector.frames import Frames
from collector.inventory import Node
from collector.probe import Probe, Where
from collector.script import bootstrap, script
from collector.visit import SweepOptions

MARKER = "0123456789abcdef" * 2
LIMIT = 1 << 20
TOTAL = 1 << 28
SHELLS = [
    pytest.param(shell, marks=pytest.mark.needs(shell[0]))
    for shell in (["dash"], ["bash"], ["busybox", "sh"])
]


def clock() -> datetime:
    return datetime.now(UTC)


def ask(name: str, command: str, where: Where = Where.NODE, **more: object) -> Probe:
    return Probe(name, command, where, **more)  # type: ignore[arg-type] # limit, needs, shown


def start(
    program: bytes, shell: Sequence[str] = ("sh",), prefix: Sequence[str] = (), **more: object
) -> subprocess.Popen[bytes]:
    """Start a shell on a program as sshd would: a session of its own, stdin kept open."""
    words = [*prefix, *shell, "-c", bootstrap(program).removeprefix("exec sh -c ").strip("'")]
    process = subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        **more,  # type: ignore[call-overload] # env, cwd
    )
    assert isinstance(process, subprocess.Popen)
    assert process.stdin is not None
    process.stdin.write(program)
    process.stdin.flush()
    return process


def stream(
    probes: Sequence[Probe],
    shell: Sequence[str] = ("sh",),
    *,
    prefix: Sequence[str] = (),
    budget: float = 60,
    limit: int = LIMIT,
) -> bytes:
    """Run the script for these probes and return all that it wrote."""
    program = script(probes, marker=MARKER, budget=budget, output_limit=limit)
    with start(program, shell, prefix) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        written = process.stdout.read()
        assert process.stderr.read() == b""
    return written


def read(
    data: bytes, probes: Sequence[Probe], *, limit: int = LIMIT, why: str = "cut"
) -> list[Capture]:
    frames = Frames("n1", probes, MARKER, limit, TOTAL)
    frames.feed(data)
    frames.finish(why)
    return frames.captures


def answers(
    probes: Sequence[Probe],
    shell: Sequence[str] = ("sh",),
    *,
    prefix: Sequence[str] = (),
    budget: float = 60,
    limit: int = LIMIT,
) -> dict[tuple[str, str, str], Capture]:
    """Ask these probes; return the captures by (probe, scope, subject)."""
    data = stream(probes, shell, prefix=prefix, budget=budget, limit=limit)
    captures = read(data, probes, limit=limit)
    return {(c.question.probe, c.question.scope, c.question.subject): c for c in captures}


def processes(session: int) -> list[int]:
    """Return the processes of a session, from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                found.append(int(stat.parent.name))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert isinstance(port, int)
    return port


@dataclass
class Sshd:
    """A real sshd on loopback, with keys of its own. ``log`` is what it wrote (VERBOSE)."""

    folder: Path
    port: int
    process: subprocess.Popen[bytes]
    extra: list[str] = field(default_factory=list)

    @property
    def key(self) -> Path:
        return self.folder / "client"

    @property
    def known_hosts(self) -> Path:
        return self.folder / "known_hosts"

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def node(self, name: str = "k8s1", **more: object) -> Node:
        settings: dict[str, object] = {
            "port": self.port,
            "key": self.key,
            "known_hosts": self.known_hosts,
            **more,
        }
        return Node(name, "127.0.0.1", **settings)  # type: ignore[arg-type] # fields of Node

    def options(self, **more: object) -> SweepOptions:
        settings: dict[str, object] = {
            "folder": self.folder / "dot-ssh",
            "system_known_hosts": (),
            "agent": False,
            **more,
        }
        return SweepOptions(**settings)  # type: ignore[arg-type] # fields of SweepOptions


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> None:
    path.unlink(missing_ok=True)
    words = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path), "-C", path.name]
    subprocess.run(words, check=True)


def trust(sshd: Sshd, host_key: Path) -> None:
    public = " ".join((host_key.with_suffix(".pub")).read_text().split()[:2])
    sshd.known_hosts.write_text(f"[127.0.0.1]:{sshd.port} {public}\n")


@contextlib.contextmanager
def running_sshd(folder: Path, *extra: str) -> Iterator[Sshd]:
    """Start an sshd; ``extra`` are lines of its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("host", "client"):
        make_key(folder / name)
    shutil.copy(folder / "client.pub", folder / "authorized_keys")
    port = free_port()
    config = folder / "sshd_config"
    lines = [
        f"Port {port}",
        "ListenAddress 127.0.0.1",
        f"HostKey {folder / 'host'}",
        f"AuthorizedKeysFile {folder / 'authorized_keys'}",
        "UsePAM no",
        "StrictModes no",
        "PidFile none",
        "LogLevel VERBOSE",
        "MaxStartups 500",
        "PrintMotd no",
        *extra,
    ]
    config.write_text("\n".join(lines) + "\n")
    sshd = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") or "sshd"
    words = [sshd, "-D", "-f", str(config), "-E", str(folder / "log")]
    with _privilege_separation(), subprocess.Popen(words, start_new_session=True) as process:
        try:
            _wait_for(port)
            running = Sshd(folder, port, process)
            trust(running, folder / "host")
            yield running
        finally:
            os.killpg(process.pid, signal.SIGTERM)


@contextlib.contextmanager
def _privilege_separation() -> Iterator[None]:
    """Root's sshd wants an empty directory, which its service makes at boot."""
    empty = Path("/run/sshd")
    made = os.getuid() == 0 and not empty.exists()
    if made:
        empty.mkdir(mode=0o755)
    try:
        yield
    finally:
        if made:
            empty.rmdir()


def _wait_for(port: int) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"no sshd on port {port}")
