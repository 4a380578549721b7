"""What a node is: itself and its network namespaces."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class NodeIdentity(Record):
    """What the node is and since when it runs (probe ``node``).

    ``boot_time`` (RFC 3339, UTC) moves when the clock is set; ``boot_id`` says which boot it is.
    ``calico_name`` is how Calico calls the node ("" where it keeps no such file).
    """

    kind: ClassVar[str] = "node"
    hostname: State[str]
    kernel: State[str] = ""
    boot_id: Incarnation[str] = ""
    os: State[str] = ""  # "Debian GNU/Linux 12 (bookworm)"
    architecture: State[str] = ""  # x86_64, aarch64 …
    zone: State[str] = ""  # what the node's clock is ahead of UTC: "+0100"
    calico_name: State[str] = ""
    boot_time: Drift[str] = ""


@dataclass(frozen=True, slots=True)
class NetworkNamespace(Record):
    """A network namespace of the node, seen through a process or a bind mount (probe ``netns``)."""

    kind: ClassVar[str] = "netns"
    inode: Identity[int]
    pids: Drift[tuple[int, ...]] = ()
    mounts: Drift[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class ClockState(Record):
    """Whether the node's clock is held to the time, as one program says."""

    kind: ClassVar[str] = "clock"
    program: Identity[str]  # chrony, systemd
    synchronized: State[bool | None] = None
    leap: State[str] = ""  # Normal, Insert second …
    zone: State[str] = ""
    reference: Drift[str] = ""  # whom it follows just now
    stratum: Drift[int | None] = None
    offset: Drift[float | None] = None  # seconds by which the clock is fast
    details: Drift[tuple[tuple[str, str], ...]] = ()  # everything else, as printed
