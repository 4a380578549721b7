"""Taking a lab down by what its state recorded, however much of it exists."""

import os
import shutil
import signal
import time
from pathlib import Path

from tests.lab import nodes, switch
from tests.lab.shell import LabError, run
from tests.lab.state import State


def take_down(state: State, run_dir: Path) -> None:
    """End the nodes, take away namespaces, links, control groups and the run directory."""
    for process in state.nodes.values():
        nodes.power_off(process)
    _end_stragglers(state)
    switch.dismantle(state)
    _remove_control_groups(state.prefix)
    shutil.rmtree(run_dir, ignore_errors=False)


def _end_stragglers(state: State) -> None:
    """End what was started in the lab's namespaces but not recorded: a kill in the wrong moment."""
    deadline = time.monotonic() + 10.0
    while pids := _inside(state):
        if time.monotonic() > deadline:
            raise LabError(f"processes {sorted(pids)} of the lab do not end")
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.1)


def _inside(state: State) -> set[int]:
    """The processes in the lab's network namespaces, all of which bear its own prefix."""
    ours = [name for name in switch.namespaces() if name.startswith(f"{state.prefix}-")]
    return {int(pid) for name in ours for pid in run(["ip", "netns", "pids", name]).split()}


def _remove_control_groups(prefix: str) -> None:
    """Remove the empty control groups that the nodes' containers leave, deepest first."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _, where, kind, *_ = line.split()
        group = Path(where) / prefix
        if kind not in {"cgroup", "cgroup2"} or not group.is_dir():
            continue
        for directory, _, _ in os.walk(group, topdown=False):
            _remove_directory(Path(directory))


def _remove_directory(path: Path) -> None:
    """Remove an empty control group; the kernel may need a moment after its last process."""
    for _ in range(50):
        try:
            path.rmdir()
        except FileNotFoundError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise LabError(f"the control group {path} is still in use")
