"""The programs that a node's network hangs on."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class Daemon(Record):
    """A process of a daemon (probe ``daemons``).

    ``name`` is the kernel's name for it, of at most 15 characters; ``mode`` tells apart the parts
    of a program that runs as several ("-felix" of calico-node), ``position`` the processes that
    have both alike, in order of their arguments, then of their start. Running and sleeping are one
    state. No records of their own are a process whose parent is the same program, its worker, and
    a zombie beside a process that lives.
    ``start_ticks`` counts hundredths of a second since boot, ``started`` is the same as an instant
    (RFC 3339, UTC), which moves when the clock is set.
    """

    kind: ClassVar[str] = "daemon"
    name: Identity[str]
    mode: Identity[str] = ""
    position: Identity[int] = 0
    state: State[str] = ""  # running, stopped, traced, zombie, dead
    args: State[str] = ""
    pid: Incarnation[int | None] = None
    start_ticks: Incarnation[int | None] = None
    netns: Incarnation[int | None] = None  # inode
    started: Drift[str] = ""
    raw_state: Drift[str] = ""  # the kernel's letter: R, S, D (waits for a disk or a lock) …
    workers: Drift[int] = 0
    zombies: Drift[int] = 0
    throttled_periods: Drift[int | None] = None  # of the CPU quota of its control group
    throttled_microseconds: Drift[int | None] = None
    out_of_memory_kills: Drift[int | None] = None  # in its control group


@dataclass(frozen=True, slots=True)
class ServiceUnit(Record):
    """A unit that systemd knows (``systemctl show``).

    ``activated`` is when it became active, in microseconds since boot; ``active_since`` is the
    same by the clock (RFC 3339 where the text says UTC, else as printed).
    """

    kind: ClassVar[str] = "service-unit"
    name: Identity[str]
    load: State[str] = ""  # loaded, masked, error …; a unit that is "not-found" gives no record
    active: State[str] = ""  # active, inactive, failed, activating …
    sub: State[str] = ""  # running, exited, dead, auto-restart …
    enabled: State[str] = ""  # enabled, disabled, static …
    main_pid: Incarnation[int | None] = None
    activated: Incarnation[int | None] = None
    active_since: Drift[str] = ""
    main_started: Drift[str] = ""
    restarts: Drift[int | None] = None
