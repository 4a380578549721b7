"""The virtual functions of a card, as ``ip link`` lists them below it."""

import re

from parsers.addresses import mac
from parsers.counters import Block
from parsers.records import VirtualFunction

_FUNCTION = re.compile(r"vf\s+(\d+)\s+\S+\s+([0-9A-Fa-f:.]+)(?:\s+brd\s+[0-9A-Fa-f:.]+)?(.*)")
_FIELDS = {
    "link-state": "link_state",
    "spoof checking": "spoof_checking",
    "trust": "trust",
}


def virtual_function(interface: str, text: str, block: Block) -> VirtualFunction:
    """Read "vf 0 link/ether 02:… brd ff:…, vlan 5, spoof checking on, link-state auto".

    ValueError if it is something else.
    """
    found = _FUNCTION.fullmatch(text)
    if found is None:
        raise ValueError("no virtual function")
    named: dict[str, str] = {}
    vlan: int | None = None
    others: list[str] = []
    for each in filter(None, (" ".join(part.split()) for part in found[3].split(","))):
        key, _, value = each.rpartition(" ")
        if key == "vlan":
            vlan = int(value)
        elif key in _FIELDS:
            named[_FIELDS[key]] = value
        else:
            others.append(each)
    return VirtualFunction(
        interface=interface,
        number=int(found[1]),
        mac=mac(found[2]),
        vlan=vlan,
        **named,
        attributes=tuple(sorted(others)),
        counters=tuple(block.numbers.items()),
    )
