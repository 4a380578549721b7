"""Readers of what ``ip`` prints in brief: nobody is asked for it, but people save it."""

import re

from parsers import fsm
from parsers.addresses import address, family, mac, with_length
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import Address, Interface
from parsers.text import Text

_UNKNOWN_INDEX = 0
_PEER_INDEX = re.compile(r"if(\d{1,10})")
_ADDRESS = re.compile(r"(\S+)(?:\s+peer\s+(\S+))?(?:\s+metric\s+(\d+))?")


def read_brief(text: Text) -> Reading:
    """Read ``ip -br addr`` or ``ip -br link``: no interface's index, no address's scope."""
    rows = fsm.run("ip-brief", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        try:
            addresses = [
                _address(row["Name"], found) for found in _ADDRESS.finditer(row["Addresses"])
            ]
        except ValueError:
            gathered.refuse(row.line)
            continue
        gathered.add(row.line, _interface(row))
        for each in addresses:
            gathered.add(row.line, each)
    return gathered.reading()


def read_vrfs(text: Text) -> Reading:
    """Read ``ip vrf show``: interfaces of the kind vrf, as ``ip -d link`` tells of them."""
    rows = fsm.run("ip-vrf", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        detail = f"table {row['Table']}"
        found = Interface(row["Name"], _UNKNOWN_INDEX, link_kind="vrf", kind_detail=detail)
        gathered.add(row.line, found)
    return gathered.reading()


def _interface(row: Row) -> Interface:
    peer = _PEER_INDEX.fullmatch(row["Lower"])
    return Interface(
        name=row["Name"],
        index=_UNKNOWN_INDEX,
        flags=tuple(sorted(filter(None, row["Flags"].split(",")))),
        operstate=row["State"],
        mac=mac(row["Own"]),
        lower="" if peer or row["Lower"] == "NONE" else row["Lower"],
        peer_index=int(peer[1]) if peer else None,
    )


def _address(interface: str, found: re.Match[str]) -> Address:
    local, peer = found[1], found[2] or ""
    if "/" not in local and "/" in peer:
        local += peer[peer.index("/") :]
    return Address(
        interface=interface,
        family=family(local),
        address=with_length(local),
        peer=address(peer.split("/")[0]) if peer else "",
        metric=int(found[3]) if found[3] else None,
    )
