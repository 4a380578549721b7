"""What a node is: itself and its network namespaces."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class NodeIdentity(Record):
    """What the node is and since when it runs (probe ``node``)."""

    kind: ClassVar[str] = "node"
    hostname: State[str]
    kernel: State[str] = ""
    boot_id: Incarnation[str] = ""


@dataclass(frozen=True, slots=True)
class NetworkNamespace(Record):
    """A network namespace of the node, seen through a process or a bind mount (probe ``netns``)."""

    kind: ClassVar[str] = "netns"
    inode: Identity[int]
    pids: Drift[tuple[int, ...]] = ()
    mounts: Drift[tuple[str, ...]] = ()
