"""Cards and other devices, as their drivers tell of them (``ethtool``)."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Record, State


@dataclass(frozen=True, slots=True)
class LinkSettings(Record):
    """The link of one interface (``ethtool INTERFACE``); texts are as printed."""

    kind: ClassVar[str] = "link-settings"
    interface: Identity[str]
    speed: State[str] = ""  # "1000Mb/s", "Unknown!"
    duplex: State[str] = ""
    autonegotiation: State[str] = ""
    port: State[str] = ""
    link_detected: State[str] = ""  # "yes", "no", "no (No cable)"
    supported: State[tuple[str, ...]] = ()  # link modes, "1000baseT/Full"
    advertised: State[tuple[str, ...]] = ()
    partner: State[tuple[str, ...]] = ()  # what the other end advertises
    others: State[tuple[str, ...]] = ()  # "Wake-on: g", "Transceiver: internal" … sorted
    moving: Drift[tuple[str, ...]] = ()  # "Link Down Events: 3", "SQI: 5/7"


@dataclass(frozen=True, slots=True)
class InterfaceFeature(Record):
    """An offload or other feature of an interface (``ethtool -k``)."""

    kind: ClassVar[str] = "interface-feature"
    interface: Identity[str]
    feature: Identity[str]
    value: State[str]  # on, off
    fixed: State[bool] = False  # nobody can change it
    requested: State[str] = ""  # on, off: asked for and not had


@dataclass(frozen=True, slots=True)
class InterfaceDriver(Record):
    """The driver of an interface (``ethtool -i``)."""

    kind: ClassVar[str] = "interface-driver"
    interface: Identity[str]
    driver: State[str] = ""
    version: State[str] = ""
    firmware: State[str] = ""
    expansion_rom: State[str] = ""
    bus: State[str] = ""
    supports: State[tuple[str, ...]] = ()  # statistics, test, eeprom-access … sorted


@dataclass(frozen=True, slots=True)
class DeviceSetting(Record):
    """A ring's size or a switch of flow control (``ethtool -g``, ``ethtool -a``)."""

    kind: ClassVar[str] = "device-setting"
    interface: Identity[str]
    group: Identity[str]  # ring, pause
    name: Identity[str]
    value: State[str] = ""
    maximum: State[str] = ""
