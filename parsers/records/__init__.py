"""Every kind of record that netsnap reads. ``docs/records.md`` is generated from this package.

Addresses and prefixes are text in canonical form (``ipaddress``): a prefix always has its length
("192.168.23.192/26", "10.0.0.5/32", "0.0.0.0/0"), an address never. MAC addresses are lower case.
An empty string is "the text does not say"; None is likewise for numbers.
"""

from parsers.records.bird import (
    BirdChannel,
    BirdConfig,
    BirdProtocol,
    BirdRoute,
    BirdStatus,
)
from parsers.records.calico import (
    CalicoKind,
    CalicoPeer,
    CalicoProcess,
    CalicoResource,
    CalicoSetting,
    CalicoVersion,
    IpamBlock,
)
from parsers.records.cni import CniConfiguration
from parsers.records.daemons import Daemon, ServiceUnit
from parsers.records.devices import (
    DeviceSetting,
    InterfaceDriver,
    InterfaceFeature,
    LinkSettings,
)
from parsers.records.cni import CniConfiguration
from parsers.records.daemons import Daemon, ServiceUnit
from parsers.records.filters import FilterRule, IptablesRule
from parsers.records.forwarding import (
    BridgePort,
    BridgeVlan,
    FdbEntry,
    FdbMoving,
    Qdisc,
    TcFilter,
)
from parsers.records.kernel import (
    KernelLog,
    KernelMessage,
    NeighbourTable,
    ProtocolCounters,
    SoftnetStatistics,
    Sysctl,
)
from parsers.records.links import (
    Address,
    DriverStatistics,
    Interface,
    InterfaceCounters,
    VirtualFunction,
)
from parsers.records.node import ClockState, NetworkNamespace, NodeIdentity
from parsers.records.routing import Neighbour, NextHop, Route, RouteException, Rule
from parsers.records.runtimes import Container, ContainerSummary
from parsers.records.sockets import TcpPassing, TcpSocket
from parsers.roles import Record

__all__ = [
    "RECORDS",
    "Address",
    "BirdChannel",
    "BirdConfig",
    "BirdProtocol",
    "BirdRoute",
    "BirdStatus",
    "BridgePort",
    "BridgeVlan",
    "CalicoKind",
    "CalicoPeer",
    "CalicoProcess",
    "CalicoResource",
    "CalicoSetting",
    "CalicoVersion",
    "ClockState",
    "CniConfiguration",
    "Container",
    "ContainerSummary",
    "Daemon",
    "DeviceSetting",
    "DriverStatistics",
    "FdbEntry",
    "FdbMoving",
    "FilterRule",
    "Interface",
    "InterfaceCounters",
    "InterfaceDriver",
    "InterfaceFeature",
    "IpamBlock",
    "IptablesRule",
    "KernelLog",
    "KernelMessage",
    "LinkSettings",
    "KernelLog",
    "KernelMessage",
    "Neighbour",
    "NeighbourTable",
    "NeighbourTable",
    "NetworkNamespace",
    "NextHop",
    "NodeIdentity",
    "ProtocolCounters",
    "Qdisc",
    "ProtocolCounters",
    "Route",
    "RouteException",
    "Rule",
    "ServiceUnit",
    "SoftnetStatistics",
    "ServiceUnit",
    "SoftnetStatistics",
    "Sysctl",
    "TcpPassing",
    "TcpSocket",
    "TcFilter",
    "TcpPassing",
    "TcpSocket",
    "VirtualFunction",
]

RECORDS: tuple[type[Record], ...] = (
    NodeIdentity,
    ClockState,
    Daemon,
    ServiceUnit,
    NetworkNamespace,
    Interface,
    InterfaceCounters,
    VirtualFunction,
    Address,
    Route,
    RouteException,
    Rule,
    Neighbour,
    BridgePort,
    BridgeVlan,
    FdbEntry,
    FdbMoving,
    Qdisc,
    TcFilter,
    Sysctl,
    ProtocolCounters,
    NeighbourTable,
    SoftnetStatistics,
    KernelLog,
    TcpSocket,
    TcpPassing,
    FilterRule,
    IptablesRule,
    DriverStatistics,
    CniConfiguration,
    ContainerSummary,
    Container,
    CalicoProcess,
    CalicoPeer,
    CalicoSetting,
    CalicoKind,
    CalicoResource,
    CalicoVersion,
    IpamBlock,
    BirdProtocol,
    BirdChannel,
    BirdStatus,
    BirdRoute,
    BirdConfig,
)
