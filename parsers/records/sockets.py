"""TCP sockets."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class TcpSocket(Record):
    """A TCP socket that listens or is established (``ss -tan``, ``netstat -tan``).

    ``port`` is the service's, on whichever side it is: who connected to whom (``side``), and from
    which ``other_port``, changes with each connection.
    """

    kind: ClassVar[str] = "tcp-socket"
    local: Identity[str]  # address, with "%eth0" where bound to a device; "*" is any
    remote: Identity[str]  # "" of one that listens
    port: Identity[int]
    state: State[str] = ""  # listening, established
    processes: State[tuple[str, ...]] = ()  # names; () also where ss was not told
    has_md5_keys: State[bool] = False  # as far as ``ss -i`` was asked
    side: Incarnation[str] = ""  # "local" has the service's port, or "remote"
    other_port: Incarnation[int | None] = None
    pids: Incarnation[tuple[int, ...]] = ()
    receive_queue: Drift[int | None] = None
    send_queue: Drift[int | None] = None
    timer: Drift[str] = ""  # "on,200ms,3": what for, when, after how many retransmissions
    retransmits: Drift[int | None] = None  # in all its life
    details: Drift[tuple[str, ...]] = ()  # everything else, as printed


@dataclass(frozen=True, slots=True)
class TcpPassing(Record):
    """The TCP sockets that are about to open or to close: they come and go by themselves."""

    kind: ClassVar[str] = "tcp-passing"
    sockets: Drift[tuple[str, ...]] = ()  # "SYN-SENT 10.0.0.1:40312 10.0.0.2:179 0/1 timer:…"
