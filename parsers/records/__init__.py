"""Every kind of record that netsnap reads. ``docs/records.md`` is generated from this package.

Addresses and prefixes are text in canonical form (``ipaddress``): a prefix always has its length
("192.168.23.192/26", "10.0.0.5/32", "0.0.0.0/0"), an address never. MAC addresses are lower case.
An empty string is "the text does not say"; None is likewise for numbers.
"""

from parsers.records.bird import BirdProtocol
from parsers.records.calico import (
    CalicoKind,
    CalicoPeer,
    CalicoProcess,
    CalicoResource,
    CalicoSetting,
    CalicoVersion,
    IpamBlock,
)
from parsers.records.filters import FilterRule, IptablesRule
from parsers.records.kernel import Sysctl
from parsers.records.links import (
    Address,
    DriverStatistics,
    Interface,
    InterfaceCounters,
    VirtualFunction,
)
from parsers.records.node import NetworkNamespace, NodeIdentity
from parsers.records.routing import Neighbour, NextHop, Route, Rule
from parsers.records.runtimes import Container, ContainerSummary
from parsers.roles import Record

__all__ = [
    "RECORDS",
    "Address",
    "BirdProtocol",
    "CalicoKind",
    "CalicoPeer",
    "CalicoProcess",
    "CalicoResource",
    "CalicoSetting",
    "CalicoVersion",
    "Container",
    "ContainerSummary",
    "DriverStatistics",
    "FilterRule",
    "Interface",
    "IptablesRule",
    "InterfaceCounters",
    "IpamBlock",
    "Neighbour",
    "NetworkNamespace",
    "NextHop",
    "NodeIdentity",
    "Route",
    "Rule",
    "Sysctl",
    "VirtualFunction",
]

RECORDS: tuple[type[Record], ...] = (
    NodeIdentity,
    NetworkNamespace,
    Interface,
    InterfaceCounters,
    VirtualFunction,
    Address,
    Route,
    Rule,
    Neighbour,
    Sysctl,
    FilterRule,
    IptablesRule,
    DriverStatistics,
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
)
