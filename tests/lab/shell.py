"""Starting programs on this machine, and the one error of the lab."""

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class LabError(Exception):
    """The lab could not do what was asked; the message says what and why."""


class LabBusyError(LabError):
    """The place that the lab wants is taken: another one may be had with another number."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process by pid and start time (clock ticks since boot): a reused pid is another process."""

    pid: int
    started: int

    @classmethod
    def of(cls, pid: int) -> "Process":
        """Name a running process. Raises LabError if there is none."""
        started = _start_time(pid)
        if started is None:
            raise LabError(f"process {pid} ended before it could be recorded")
        return cls(pid, started)

    @property
    def alive(self) -> bool:
        """Whether exactly this process still runs (a zombie does not)."""
        return _start_time(self.pid) == self.started


def _start_time(pid: int) -> int | None:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    state, *fields = text.rpartition(")")[2].split()
    return None if state in {"Z", "X"} else int(fields[18])


def run(arguments: Sequence[str], *, limit: float = 60.0, ok: Sequence[int] = (0,)) -> str:
    """Run a program and return its stdout. ``limit`` is in seconds.

    Raises LabError with the program's own words for an exit status that is not in ``ok``, and
    when the limit is over.
    """
    try:
        child = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
    except FileNotFoundError as error:
        raise LabError(f"no program {arguments[0]!r} on this machine") from error
    with child:
        stdout, stderr = _finish(child, arguments, limit)
    if child.returncode not in ok:
        words = (stderr or stdout).strip() or "no message"
        raise LabError(f"exit status {child.returncode} of {_short(arguments)}: {words}")
    return stdout


def _finish(
    child: "subprocess.Popen[str]", arguments: Sequence[str], limit: float
) -> tuple[str, str]:
    """Collect a child's output; whatever ends the waiting early ends all that it started."""
    try:
        return child.communicate(timeout=limit)
    except subprocess.TimeoutExpired as error:
        os.killpg(child.pid, signal.SIGKILL)
        raise LabError(f"no end after {limit:g} s: {_short(arguments)}") from error
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        raise


def _short(arguments: Sequence[str]) -> str:
    line = " ".join(arguments)
    return line if len(line) <= 300 else f"{line[:300]}…"
