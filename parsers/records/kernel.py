"""Switches and counters of a kernel that belong to no single interface."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Identity, Record, State


@dataclass(frozen=True, slots=True)
class Sysctl(Record):
    """A kernel switch that decides forwarding, by its sysctl name with dots
    ("net.ipv4.conf.eth0.rp_filter"; a dot inside an interface name is printed as "/")."""

    kind: ClassVar[str] = "sysctl"
    name: Identity[str]
    value: State[str]
