"""Nodes: power on, power off, run something on one."""

import os
import shlex
import signal
import time
from collections.abc import Callable
from pathlib import Path

from tests.lab import switch
from tests.lab.plan import Node
from tests.lab.shell import LabError, Process, run
from tests.lab.state import State

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PID1 = Path(__file__).parent / "node" / "pid1.sh"
DAEMON = PID1.with_name("daemon.sh")
DAEMONS = ("sshd", "calico-felix", "bird", "bird6", "dockerd")


def power_on(state: State, run_dir: Path, node: Node) -> Process:
    """Plug a node in, start its PID 1 and wait until its daemons answer. Returns PID 1.

    Enters the network namespace alone: ``ip netns exec`` would remount /sys, and dockerd would
    find no control groups.
    """
    switch.plug(state, node)
    home = run_dir / node.name
    command = [
        "nsenter", f"--net=/run/netns/{switch.node_namespace(state, node.name)}",
        "unshare", "--mount", "--uts", "--pid", "--fork", "--mount-proc",
        "env", "-i", f"PATH={PATH}", "LC_ALL=C", "HOME=/run/root",
        "sh", str(PID1), node.name, str(home), _control_group(state, node),
    ]  # fmt: skip
    # A shell starts it and goes, so that it is no child of the process that asked for the lab.
    line = f"setsid {shlex.join(command)} </dev/null >>{shlex.quote(str(home))}/pid1.log 2>&1 &"
    outer = int(run(["sh", "-c", f"cd /; {line} echo $!"]))
    return _first_process(outer, home)


def wait_ready(process: Process, node: Node, home: Path) -> None:
    """Wait until dockerd, BIRD and sshd of a node answer. Raises LabError after 60 s."""
    probe = (
        "docker version >/dev/null 2>&1 && ss -Hltn 'sport = :22' | grep -q . && "
        "birdc -s /run/calico/bird.ctl show status >/dev/null 2>&1"
    )

    def ready() -> bool:
        try:
            return run_on(process, f"if {probe}; then echo ready; fi").strip() == "ready"
        except LabError as error:
            if process.alive:
                raise
            log = _tail(home / "pid1.log")
            raise LabError(f"{node.name} ended while starting: {log}") from error

    wait_until(ready, 60.0, f"{node.name}'s daemons answer (logs: {home})", every=0.3)


def start_daemons(process: Process, state: State, run_dir: Path, node: Node) -> None:
    """Start those of a node's daemons that do not run, and wait until they answer."""
    home = run_dir / node.name
    words = [str(home), _control_group(state, node)]
    for daemon in DAEMONS:
        run_on(process, shlex.join(["sh", str(DAEMON), daemon, *words]))
    wait_ready(process, node, home)


def power_off(process: Process) -> None:
    """End a node's PID 1, and with it all that runs on the node. Nothing if it is off already."""
    if process.alive:
        os.kill(process.pid, signal.SIGKILL)
    wait_until(lambda: not process.alive, 20.0, f"process {process.pid} ends")


def run_on(
    process: Process, script: str, *, limit: float = 60.0, ok: tuple[int, ...] = (0,)
) -> str:
    """Run a POSIX sh script on a powered node and return its stdout. Raises LabError."""
    return run(enter(process, "sh", "-euc", f"cd /; {script}"), limit=limit, ok=ok)


def enter(process: Process, *command: str) -> list[str]:
    """Return the command line that runs a command on a powered node."""
    return [
        "nsenter", "--target", str(process.pid), "--net", "--mount", "--uts", "--pid", "--",
        "env", "-i", f"PATH={PATH}", "LC_ALL=C", "HOME=/run/root", "TERM=dumb", *command,
    ]  # fmt: skip


def wait_until(true: Callable[[], bool], limit: float, what: str, *, every: float = 0.1) -> float:
    """Wait until ``true()``; return the seconds it took. Raises LabError after ``limit`` s."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > limit:
            raise LabError(f"waited {limit:g} s in vain until {what}")
        time.sleep(every)
    return time.monotonic() - began


def _control_group(state: State, node: Node) -> str:
    return f"/{state.prefix}/{node.name}"


def _first_process(outer: int, home: Path) -> Process:
    """Find the child of ``unshare``, which is PID 1 of the node."""
    children = Path(f"/proc/{outer}/task/{outer}/children")
    deadline = time.monotonic() + 10.0
    while time.monotonic() < deadline:
        try:
            for pid in children.read_text().split():
                if Path(f"/proc/{pid}/cmdline").read_bytes().startswith(b"sh\0"):
                    return Process.of(int(pid))
        except FileNotFoundError:
            break
        time.sleep(0.02)
    raise LabError(f"a node did not start: {_tail(home / 'pid1.log')}")


def _tail(path: Path) -> str:
    if not path.exists():
        return f"no {path.name}"
    return " / ".join(path.read_text(errors="replace").splitlines()[-4:])
