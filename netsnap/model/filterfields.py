"""The fields of a packet that a packet filter's line compares, as nft(8) names them."""

import re
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from netsnap.model.flow import PING, STATES, Flow
from netsnap.model.marks import BITS
from netsnap.model.numbers import IPV4, IPV6, block, number


class Field(NamedTuple):
    """``fits`` says whether one value ("cali*", "10.0.0.0/8") is the packet's; None: not told.

    A comparison of a field that only packets of ``family``, or of ``protocol``, have is false for
    all others.
    """

    fits: Callable[[str, Flow], bool | None]
    family: int | None = None
    protocol: str = ""

    def is_of(self, flow: Flow) -> bool:
        """Say whether the packet has such a field."""
        return self.family in (None, flow.family) and self.protocol in ("", flow.protocol)


PROTOCOLS = {"tcp": "6", "udp": "17", "icmp": "1", "ipv6-icmp": "58"}
_NUMBERS = {"icmpv6": "58", "udplite": "136", "sctp": "132", "dccp": "33", **PROTOCOLS}
_PORTS = {"ssh": 22, "domain": 53, "http": 80, "bgp": 179, "https": 443, "ntp": 123}
_PORT = re.compile(r"[0-9]{1,5}")
LAST_PORT = 0xFFFF
CHOSEN = (32768, 60999)
"""The ports from which a kernel opens connections (ip_local_port_range)."""


def device(wanted: str, own: str) -> bool:
    """Say whether an interface's name is the one, or begins as "cali*" says."""
    name = wanted.strip('"')
    return own.startswith(name[:-1]) if name.endswith("*") else own == name


def address(wanted: str, own: str) -> bool | None:
    """Say whether an address is the one, or in the prefix or range."""
    first, dash, last = wanted.partition("-")
    try:
        mine = number(own)
        if dash:
            low, high = number(first), number(last)
            return mine.family == low.family and low.bits <= mine.bits <= high.bits
        return block(first).holds(mine) if "/" in first else number(first) == mine
    except ValueError:
        return None  # an expression, or a packet whose source is not known


def protocol(wanted: str, flow: Flow) -> bool | None:
    """Say whether it is the packet's protocol."""
    own = flow.protocol if flow.header else "icmp" if flow.family == IPV4 else "icmpv6"
    if not wanted.replace("-", "").isalnum():
        return None
    if wanted.isdigit() or wanted in _NUMBERS:
        return _NUMBERS.get(wanted, wanted) == _NUMBERS.get(own, own)
    return False if wanted in NO_PING else None


def port(wanted: str, flow: Flow, *, of_source: bool) -> bool | None:
    """Say whether a port ("80", "8000-8080") is the packet's."""
    first, _, last = wanted.partition("-")
    low = _port(first, 0)
    high = _port(last, LAST_PORT) if "-" in wanted else low
    if flow.header is None or low is None or high is None:
        return None
    own = flow.header.sport if of_source else flow.header.dport
    if own is not None:
        return low <= own <= high
    if high < CHOSEN[0] or low > CHOSEN[1]:
        return False
    return True if low <= CHOSEN[0] and high >= CHOSEN[1] else None


def _port(text: str, otherwise: int) -> int | None:
    if _PORT.fullmatch(text):
        return int(text)
    return _PORTS.get(text) if text else otherwise


def state(wanted: str, flow: Flow) -> bool | None:
    """Say whether connection tracking sees the packet so."""
    if wanted not in STATES:
        return False if wanted == "related" else None
    return None if wanted in flow.states and len(flow.states) > 1 else wanted in flow.states


def echo(wanted: str, flow: Flow) -> bool | None:
    """Say whether it is the type of what a ping sends."""
    request, reply = ("8", "0") if flow.family == IPV4 else ("128", "129")
    own = {"echo-request", request} if flow.new else {"echo-reply", reply}
    is_range = "-" in wanted and wanted[:1].isdigit()
    return wanted in own if wanted.replace("-", "").isalnum() and not is_range else None


def mark(wanted: str, flow: Flow) -> bool | None:
    """Say whether it is the packet's mark."""
    try:
        return flow.mark.fits(int(wanted, 0) & BITS)
    except ValueError:
        return None


def flags(value: AbstractSet[str], mask: AbstractSet[str] | None, flow: Flow) -> bool | None:
    """Say whether of the flags in ``mask`` (of all) the packet has those of ``value``."""
    own = flow.header.flags if flow.header else None
    if own is None:
        return None
    return (own if mask is None else own & mask) == value


def _flags(wanted: str, flow: Flow) -> bool | None:
    """Compare "syn", which is any of several, or "syn / fin,syn,rst,ack": of these only that."""
    value, slash, mask = wanted.partition(" / ")
    if slash:
        return flags({*value.split(",")}, {*mask.split(",")}, flow)
    found = flags(set(), {value}, flow)
    return None if found is None else not found


def _family(wanted: str, flow: Flow) -> bool | None:
    return {"ipv4": IPV4, "ip": IPV4, "ipv6": IPV6, "ip6": IPV6}.get(wanted) == flow.family


def _to(wanted: str, flow: Flow) -> bool | None:
    return port(wanted, flow, of_source=False)


def _from(wanted: str, flow: Flow) -> bool | None:
    return port(wanted, flow, of_source=True)


_INTO = Field(lambda wanted, flow: device(wanted, flow.iif))
MARK = Field(mark)
_OUT_OF = Field(lambda wanted, flow: device(wanted, flow.oif))

FIELDS: Mapping[str, Field] = {
    "iifname": _INTO,
    "iif": _INTO,
    "meta iifname": _INTO,
    "oifname": _OUT_OF,
    "oif": _OUT_OF,
    "meta oifname": _OUT_OF,
    "ip saddr": Field(lambda wanted, flow: address(wanted, flow.source), IPV4),
    "ip daddr": Field(lambda wanted, flow: address(wanted, flow.destination), IPV4),
    "ip6 saddr": Field(lambda wanted, flow: address(wanted, flow.source), IPV6),
    "ip6 daddr": Field(lambda wanted, flow: address(wanted, flow.destination), IPV6),
    "ip protocol": Field(protocol, IPV4),
    "ip6 nexthdr": Field(protocol, IPV6),
    "meta l4proto": Field(protocol),
    "meta nfproto": Field(_family),
    "meta protocol": Field(_family),
    "meta mark": MARK,
    "mark": MARK,
    "ct state": Field(state),
    "icmp type": Field(echo, IPV4, PING),
    "icmpv6 type": Field(echo, IPV6, PING),
    **{
        f"{name} {end}": Field(fits, protocol="" if name == "th" else name)
        for name in ("tcp", "udp", "th")
        for end, fits in (("dport", _to), ("sport", _from))
    },
    "tcp flags": Field(_flags, protocol="tcp"),
}

NO_PING = frozenset({"tcp", "udp", "udplite", "sctp", "dccp", "esp", "ah", "comp"})
"""Headers that a ping does not have."""
