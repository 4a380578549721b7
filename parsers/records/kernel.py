"""Switches and counters of a kernel that belong to no single interface."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Record, State


@dataclass(frozen=True, slots=True)
class Sysctl(Record):
    """A kernel switch that decides forwarding, by its sysctl name with dots
    ("net.ipv4.conf.eth0.rp_filter"; a dot inside an interface name is printed as "/")."""

    kind: ClassVar[str] = "sysctl"
    name: Identity[str]
    value: State[str]


@dataclass(frozen=True, slots=True)
class ProtocolCounters(Record):
    """What a protocol counted in one network namespace (/proc/net/snmp, netstat, snmp6).

    ``counters`` leaves out those that are 0.
    """

    kind: ClassVar[str] = "protocol-counters"
    protocol: Identity[str]  # Ip, Icmp (with IcmpMsg), Tcp, TcpExt, IpExt, Ip6 …
    counters: Drift[tuple[tuple[str, int], ...]] = ()


@dataclass(frozen=True, slots=True)
class NeighbourTable(Record):
    """What the kernel counted in a neighbour table of the node, all CPUs together."""

    kind: ClassVar[str] = "neighbour-table"
    name: Identity[str]  # arp_cache, ndisc_cache
    entries: Drift[int | None] = None
    counters: Drift[tuple[tuple[str, int], ...]] = ()


@dataclass(frozen=True, slots=True)
class SoftnetStatistics(Record):
    """What the node's CPUs took off the network (/proc/net/softnet_stat), all together.

    ``dropped`` counts packets for which the backlog had no room, ``squeezed`` the times that the
    budget ended before the packets.
    """

    kind: ClassVar[str] = "softnet"
    cpus: State[int]
    processed: Drift[int] = 0
    dropped: Drift[int] = 0
    squeezed: Drift[int] = 0
    flow_limited: Drift[int] = 0


@dataclass(frozen=True, slots=True)
class KernelMessage:
    """All messages of one kind about one thing; not a record but a value inside KernelLog.

    Instants are RFC 3339 in UTC, or as printed where the text does not say the boot time.
    """

    subject: str  # "conntrack-full", "link-down" …
    about: str  # an interface, a table, a process; "" where the message names none
    count: int
    first: str
    last: str
    text: str  # the last of them


@dataclass(frozen=True, slots=True)
class KernelLog(Record):
    """What the kernel's log says of the network (``dmesg``): a witness, never a state.

    The log is a ring: what was said before ``oldest`` is gone. ``others`` counts the messages that
    are of no known kind.
    """

    kind: ClassVar[str] = "kernel-log"
    oldest: Drift[str] = ""
    messages: Drift[tuple[KernelMessage, ...]] = ()
    others: Drift[int] = 0
