"""Readers of the list of daemons, and of ``ps``."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import replace

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.instants import instant
from parsers.reading import Reading
from parsers.records import Daemon
from parsers.text import Text

_TICKS = 100
"""A second has so many of the ticks that /proc/PID/stat counts, wherever netsnap's nodes run."""

_ZOMBIE = "zombie"
_STATES = {
    "R": "running",
    "S": "running",
    "D": "running",
    "I": "running",
    "P": "running",
    "K": "running",
    "W": "running",
    "T": "stopped",
    "t": "traced",
    "Z": _ZOMBIE,
    "X": "dead",
    "x": "dead",
}

_SEVERAL = frozenset({"calico-node"})
"""Programs that run as several processes, each told by its first flag."""

_PASSING = re.compile(r"-(?:v|version|\S*-(?:live|ready|shutdown))")
"""The first flag of such a program where it only has a look: a liveness probe of Kubernetes."""


def read_daemons(text: Text) -> Reading:
    """Read a node's daemons. A list without the node's first process may hide others, too."""
    rows = fsm.run("daemons", text.lines)
    gathered = Gathering.of(text.lines, rows)
    boot = next((int(row["BootTime"]) for row in rows.rows if row["BootTime"]), None)
    is_whole = any(row["First"] for row in rows.rows)
    found: dict[tuple[str, str], list[tuple[int, Daemon]]] = defaultdict(list)
    for row, workers in _parents([row for row in rows.rows if row["Pid"]]):
        try:
            daemon = _daemon(row, boot, workers)
        except (ValueError, KeyError):
            gathered.refuse(row.line)
        else:
            found[daemon.name, daemon.mode].append((row.line, daemon))
    for alike in found.values():
        for line, daemon in _placed(alike):
            gathered.add(line, daemon)
    return gathered.reading("" if is_whole else "the node's first process is not to be seen")


def read_ps(text: Text) -> Reading:
    """Read ``ps -eo pid,ppid,lstart,stat,etimes,args``: every process, as if it were a daemon.

    A process goes by its program, as its arguments say; its start is as printed, in the node's
    own time.
    """
    rows = fsm.run("ps", text.lines)
    gathered = Gathering.of(text.lines, rows)
    found: dict[tuple[str, str], list[tuple[int, Daemon]]] = defaultdict(list)
    for row in rows.rows:
        try:
            daemon = _process(row)
        except KeyError:
            gathered.refuse(row.line)
        else:
            found[daemon.name, daemon.mode].append((row.line, daemon))
    for alike in found.values():
        for position, (line, daemon) in enumerate(sorted(alike, key=_by_args_and_start)):
            gathered.add(line, replace(daemon, position=position))
    return gathered.reading("" if rows.rows else "no process in the answer")


def _process(row: Row) -> Daemon:
    """Make a record of a line of ``ps``. Raises KeyError for a state that no kernel has."""
    name = _program(row["Args"])
    return Daemon(
        name=name,
        mode=_mode_of(name, row["Args"]),
        state=_STATES[row["Stat"][0]],
        args=row["Args"],
        pid=int(row["Pid"]),
        started=row["Started"],
        raw_state=row["Stat"],
    )


def _program(args: str) -> str:
    """Return "bird" for "/usr/sbin/bird -R", "kworker/0:1" for "[kworker/0:1]"."""
    first = args.split(maxsplit=1)[0]
    if args.startswith("["):
        return args[1:].partition("]")[0]
    return first.rpartition("/")[2].strip(":-") or first


def _parents(rows: list[Row]) -> Iterator[tuple[Row, int]]:
    """Yield the processes that are no workers, and how many workers each has."""
    by_pid = {row["Pid"]: row for row in rows}
    workers = Counter(row["Parent"] for row in rows if _is_worker(row, by_pid))
    for row in by_pid.values():
        if not _is_worker(row, by_pid) and not _PASSING.fullmatch(_mode(row)):
            yield row, workers[row["Pid"]]


def _placed(alike: list[tuple[int, Daemon]]) -> Iterator[tuple[int, Daemon]]:
    """Give processes of one name their positions; zombies only count where one lives."""
    living = [each for each in alike if each[1].state != _ZOMBIE]
    zombies = len(alike) - len(living)
    chosen = sorted(living or alike[-1:], key=_by_args_and_start)
    for position, (line, daemon) in enumerate(chosen):
        yield line, replace(daemon, position=position, zombies=0 if position else zombies)


def _by_args_and_start(placed: tuple[int, Daemon]) -> tuple[str, int]:
    return placed[1].args, placed[1].start_ticks or 0


def _is_worker(row: Row, daemons: dict[str, Row]) -> bool:
    parent = daemons.get(row["Parent"])
    return parent is not None and _named(parent) == _named(row) and parent is not row


def _named(row: Row) -> tuple[str, str]:
    return row["Name"], _mode(row)


def _mode(row: Row) -> str:
    return _mode_of(row["Name"], row["Args"])


def _mode_of(name: str, args: str) -> str:
    if name not in _SEVERAL:
        return ""
    return next((word for word in args.split()[1:] if word.startswith("-")), "")


def _daemon(row: Row, boot: int | None, workers: int) -> Daemon:
    """Make a record of one process. Raises KeyError, ValueError for what no kernel prints."""
    counters = dict(each.split() for each in row["Counter"])
    ticks = int(row["Started"])
    return Daemon(
        name=row["Name"],
        mode=_mode(row),
        state=_STATES[row["Letter"]],
        args=row["Args"],
        pid=int(row["Pid"]),
        start_ticks=ticks,
        netns=int(row["Netns"]) if row["Netns"] else None,
        started=instant(boot + ticks / _TICKS) if boot is not None else "",
        raw_state=row["Letter"],
        workers=workers,
        throttled_periods=_number(counters, "nr_throttled"),
        throttled_microseconds=_throttled(counters),
        out_of_memory_kills=_number(counters, "oom_kill"),
    )


def _throttled(counters: dict[str, str]) -> int | None:
    """Return microseconds; cgroup v1 counts nanoseconds."""
    nanoseconds = _number(counters, "throttled_time")
    if nanoseconds is not None:
        return nanoseconds // 1000
    return _number(counters, "throttled_usec")


def _number(counters: dict[str, str], name: str) -> int | None:
    return int(counters[name]) if name in counters else None
