"""Bridges, their ports and forwarding entries, and the queues and filters of ``tc``."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class BridgePort(Record):
    """A port of a bridge, as the bridge sees it (``bridge -d link show``)."""

    kind: ClassVar[str] = "bridge-port"
    device: Identity[str]
    index: Incarnation[int]
    bridge: State[str] = ""
    state: State[str] = ""  # forwarding, disabled, blocking, learning, listening
    priority: State[int | None] = None
    cost: State[int | None] = None
    options: State[tuple[str, ...]] = ()  # "hairpin off", "isolated on" … sorted
    groups: Drift[int | None] = None  # multicast groups that were joined behind it


@dataclass(frozen=True, slots=True)
class BridgeVlan(Record):
    """A VLAN that a port of a bridge lets through (``bridge vlan show``)."""

    kind: ClassVar[str] = "bridge-vlan"
    device: Identity[str]
    vlan: Identity[str]  # "10", or a range "10-20"
    flags: State[tuple[str, ...]] = ()  # PVID, Egress Untagged


@dataclass(frozen=True, slots=True)
class FdbEntry(Record):
    """A forwarding entry that somebody set (``bridge fdb show``).

    ``table`` is "master" for the bridge's own, "self" for the device's (a VXLAN's, a card's). A
    frame for ``mac`` goes to ``destination``; one for nobody in particular (all zeros, multicast)
    goes to every ``remote``, which is an entry each.
    """

    kind: ClassVar[str] = "fdb-entry"
    device: Identity[str]
    mac: Identity[str]
    vlan: Identity[int | None] = None
    source_vni: Identity[int | None] = None
    table: Identity[str] = "self"
    remote: Identity[str] = ""
    destination: State[str] = ""
    port: State[int | None] = None  # of the remote VTEP, where it is not the device's own
    vni: State[int | None] = None  # likewise
    via: State[str] = ""
    master: State[str] = ""
    flags: State[tuple[str, ...]] = ()  # permanent, static, extern_learn, sticky … sorted
    others: State[tuple[str, ...]] = ()  # "nhid 5", "link-netnsid 0" … sorted


@dataclass(frozen=True, slots=True)
class FdbMoving(Record):
    """Forwarding entries that come and go by themselves, all of a namespace's in one.

    ``origin`` is "learned" for those taken from frames that came by, "multicast" for the groups
    that a device listens to.
    """

    kind: ClassVar[str] = "fdb-moving"
    origin: Identity[str]
    entries: Drift[tuple[str, ...]] = ()  # as printed, sorted


@dataclass(frozen=True, slots=True)
class Qdisc(Record):
    """A queueing discipline of a device (``tc -s qdisc show``)."""

    kind: ClassVar[str] = "qdisc"
    device: Identity[str]
    parent: Identity[str]  # root, ingress (of clsact too), or a class "1:10"
    handle: State[str] = ""
    type: State[str] = ""  # noqueue, fq_codel, tbf, clsact …
    options: State[str] = ""  # "rate 1Mbit burst 10Kb lat 50ms" as printed
    references: Drift[int | None] = None
    sent_bytes: Drift[int | None] = None
    sent_packets: Drift[int | None] = None
    dropped: Drift[int | None] = None
    overlimits: Drift[int | None] = None
    requeues: Drift[int | None] = None
    backlog: Drift[str] = ""  # "0b 0p"
    statistics: Drift[tuple[str, ...]] = ()  # what else the discipline counts, as printed


@dataclass(frozen=True, slots=True)
class TcClass(Record):
    """A class of a queueing discipline: what it may send (``tc -s class show``)."""

    kind: ClassVar[str] = "tc-class"
    device: Identity[str]
    name: Identity[str]  # "1:10"
    type: State[str] = ""  # htb, hfsc …
    parent: State[str] = ""  # root, or a class
    options: State[str] = ""  # "rate 5Mbit ceil 6Mbit burst 15Kb …" as printed
    counters: Drift[tuple[str, ...]] = ()  # as printed


@dataclass(frozen=True, slots=True)
class TcFilter(Record):
    """A filter on a device, with its actions (``tc -s filter show``)."""

    kind: ClassVar[str] = "tc-filter"
    device: Identity[str]
    parent: Identity[str]  # ingress, egress, root, or the queueing discipline "1:"
    preference: Identity[int]
    protocol: Identity[str]
    type: Identity[str]  # u32, flower, bpf, matchall …
    chain: Identity[int] = 0
    handle: Identity[str] = ""
    rule: State[tuple[str, ...]] = ()  # its lines as printed, without what counts and ages
    counters: Drift[tuple[str, ...]] = ()  # that, as printed
