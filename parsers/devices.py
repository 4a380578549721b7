"""Readers of ``ethtool`` for the link, the features, the driver and the rings of interfaces."""

from typing import Any

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import DeviceSetting, InterfaceDriver, InterfaceFeature, LinkSettings
from parsers.text import Text

_LINK_FIELDS = {
    "Speed": "speed",
    "Duplex": "duplex",
    "Auto-negotiation": "autonegotiation",
    "Port": "port",
    "Link detected": "link_detected",
}
_MODES = {
    "Supported link modes": "supported",
    "Advertised link modes": "advertised",
    "Link partner advertised link modes": "partner",
}
_MOVING = frozenset({"Link Down Events", "SQI"})
_DRIVER_FIELDS = {
    "driver": "driver",
    "version": "version",
    "firmware-version": "firmware",
    "expansion-rom-version": "expansion_rom",
    "bus-info": "bus",
}
_MAXIMUMS = "Pre-set maximums"


def read_link(text: Text) -> Reading:
    """Read ``ethtool INTERFACE``, of one interface or of several."""
    rows = fsm.run("ethtool-link", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        gathered.add(row.line, _link(row))
    return gathered.reading()


def _link(row: Row) -> LinkSettings:
    fields: dict[str, Any] = {}
    modes: dict[str, tuple[str, ...]] = {}
    others: list[str] = []
    moving: list[str] = []
    for said in _settings(row):
        name, _, value = said.partition(":")
        value = " ".join(value.split())
        if name in _LINK_FIELDS:
            fields[_LINK_FIELDS[name]] = value
        elif name in _MODES:
            modes[_MODES[name]] = () if value == "Not reported" else tuple(value.split())
        elif name != "SecureOn password":
            (moving if name in _MOVING else others).append(f"{name}: {value}")
    return LinkSettings(
        interface=row["Name"],
        supported=modes.get("supported", ()),
        advertised=modes.get("advertised", ()),
        partner=modes.get("partner", ()),
        others=tuple(sorted(others)),
        moving=tuple(moving),
        **fields,
    )


def _settings(row: Row) -> list[str]:
    """Return each setting with what stands on the lines below it."""
    lines = row.item_lines["Settings"]
    more = zip(row.item_lines["More"], row["More"], strict=True)
    settings: list[str] = list(row["Settings"])
    for number, text in more:
        above = sum(line < number for line in lines)
        if above:
            settings[above - 1] += f" {text}"
    return settings


def read_features(text: Text) -> Reading:
    """Read ``ethtool -k INTERFACE``, of one interface or of several."""
    rows = fsm.run("ethtool-k", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        feature = InterfaceFeature(
            interface=row["Interface"],
            feature=row["Feature"],
            value=row["State"],
            fixed=bool(row["Fixed"]),
            requested=row["Requested"],
        )
        gathered.add(row.line, feature)
    return gathered.reading()


def read_driver(text: Text) -> Reading:
    """Read ``ethtool -i INTERFACE``, which does not name it, or of several with a heading each."""
    rows = fsm.run("ethtool-i", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        if row["Settings"]:
            gathered.add(row.line, _driver(row, row["Name"] or text.subject))
    return gathered.reading()


def _driver(row: Row, interface: str) -> InterfaceDriver:
    fields: dict[str, str] = {}
    supports: list[str] = []
    for said in row["Settings"]:
        name, _, value = said.partition(":")
        if name in _DRIVER_FIELDS:
            fields[_DRIVER_FIELDS[name]] = value.strip()
        elif value.strip() == "yes":
            supports.append(name.removeprefix("supports-"))
    return InterfaceDriver(interface, **fields, supports=tuple(sorted(supports)))


def read_settings(text: Text) -> Reading:
    """Read ``ethtool -g`` and ``ethtool -a``, of one interface or of several.

    A maximum alone is no setting: what is set stands further down, unless the text was cut.
    """
    rows = fsm.run("ethtool-settings", text.lines)
    gathered = Gathering.of(text.lines, rows)
    maximums: dict[tuple[str, str, str], Row] = {}
    for row in rows.rows:
        place = (row["Interface"], row["Group"].lower(), row["Name"])
        if row["Group"] == "Ring" and row["Part"] == _MAXIMUMS:
            maximums[place] = row
            continue
        above = maximums.pop(place, None)
        maximum = above["Setting"] if above else ""
        gathered.add(row.line, DeviceSetting(*place, row["Setting"], maximum))
    return gathered.reading()
