"""Interfaces, and what is set and counted on them."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class Interface(Record):
    """A network interface (``ip addr``).

    ``flags`` are sorted without carrier flags' drift: UP, LOWER_UP, NO-CARRIER … as printed.
    ``peer_index`` is the N of ``@ifN``; ``lower`` the name after ``@`` where the kernel printed a
    name. ``peer_netns`` is link-netnsid ("0"), or link-netns (a name), "" when the peer lives in
    the same namespace or there is none.
    """

    kind: ClassVar[str] = "interface"
    name: Identity[str]
    index: Incarnation[int]  # 0: the text does not say
    flags: State[tuple[str, ...]] = ()
    mtu: State[int | None] = None
    qdisc: State[str] = ""
    operstate: State[str] = ""
    master: State[str] = ""
    link_type: State[str] = ""
    mac: State[str] = ""
    broadcast: State[str] = ""
    lower: State[str] = ""
    peer_index: Incarnation[int | None] = None
    peer_netns: Incarnation[str] = ""
    link_kind: State[str] = ""  # veth, bridge, vxlan, ipip … with `ip -d`
    kind_detail: State[str] = ""  # the rest of that line, as printed, less ``volatile``
    group: State[str] = ""
    queue_length: State[int | None] = None
    alt_names: State[tuple[str, ...]] = ()
    promiscuity: State[int | None] = None
    slave_kind: State[str] = ""  # bridge_slave, bond_slave, vrf_slave …
    slave_detail: State[str] = ""  # the rest of that line, as printed
    alias: State[str] = ""
    xdp: State[str] = ""  # xdp, xdpgeneric, xdpoffload; its program's id is left out
    volatile: Drift[tuple[str, ...]] = ()  # timers and counters taken out of the details


@dataclass(frozen=True, slots=True)
class Address(Record):
    """An address on an interface (``ip addr``)."""

    kind: ClassVar[str] = "address"
    interface: Identity[str]
    family: Identity[int]  # 4 or 6
    address: Identity[str]  # with its length: "172.16.0.57/24"
    peer: State[str] = ""
    broadcast: State[str] = ""
    scope: State[str] = ""
    flags: State[tuple[str, ...]] = ()  # secondary, dynamic, tentative, dadfailed, noprefixroute …
    label: State[str] = ""
    metric: State[int | None] = None
    valid_lifetime: Drift[int | None] = None  # seconds; None is forever
    preferred_lifetime: Drift[int | None] = None


@dataclass(frozen=True, slots=True)
class DriverStatistics(Record):
    """The driver's counters of one interface (``ethtool -S``); ``peer_index`` for a veth."""

    kind: ClassVar[str] = "driver-statistics"
    interface: Identity[str]
    peer_index: Incarnation[int | None] = None
    counters: Drift[tuple[tuple[str, int], ...]] = ()


@dataclass(frozen=True, slots=True)
class InterfaceCounters(Record):
    """What the kernel counted on one interface (``ip -s -s link``).

    None is a counter that this version of ip does not print. ``rx_missed_errors`` are packets that
    the card had no room for, ``rx_nohandler`` those that came in on an inactive slave.
    """

    kind: ClassVar[str] = "interface-counters"
    interface: Identity[str]
    index: Incarnation[int | None] = None
    rx_bytes: Drift[int | None] = None
    rx_packets: Drift[int | None] = None
    rx_errors: Drift[int | None] = None
    rx_dropped: Drift[int | None] = None
    rx_overrun_errors: Drift[int | None] = None
    rx_missed_errors: Drift[int | None] = None
    rx_multicast: Drift[int | None] = None
    rx_compressed: Drift[int | None] = None
    rx_length_errors: Drift[int | None] = None
    rx_crc_errors: Drift[int | None] = None
    rx_frame_errors: Drift[int | None] = None
    rx_fifo_errors: Drift[int | None] = None
    rx_nohandler: Drift[int | None] = None
    rx_other_host: Drift[int | None] = None
    tx_bytes: Drift[int | None] = None
    tx_packets: Drift[int | None] = None
    tx_errors: Drift[int | None] = None
    tx_dropped: Drift[int | None] = None
    tx_carrier_errors: Drift[int | None] = None
    collisions: Drift[int | None] = None
    tx_compressed: Drift[int | None] = None
    tx_aborted_errors: Drift[int | None] = None
    tx_fifo_errors: Drift[int | None] = None
    tx_window_errors: Drift[int | None] = None
    tx_heartbeat_errors: Drift[int | None] = None
    carrier_changes: Drift[int | None] = None  # how often the link came or went


@dataclass(frozen=True, slots=True)
class VirtualFunction(Record):
    """A virtual function of a card (SR-IOV), as its physical function tells of it."""

    kind: ClassVar[str] = "virtual-function"
    interface: Identity[str]  # the physical function's
    number: Identity[int]
    mac: State[str] = ""
    vlan: State[int | None] = None
    link_state: State[str] = ""  # auto, enable, disable
    spoof_checking: State[str] = ""  # on, off
    trust: State[str] = ""  # on, off
    attributes: State[tuple[str, ...]] = ()  # "qos 2", "max_tx_rate 100Mbps" … sorted
    counters: Drift[tuple[tuple[str, int], ...]] = ()
