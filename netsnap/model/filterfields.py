"""The fields of a packet that a packet filter's line compares, as nft(8) names them.

A packet here is what a ping sends: an echo request, new to connection tracking, or its reply.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from netsnap.model.numbers import IPV4, IPV6, block, number


class Flow(NamedTuple):
    """A packet at one hook. ``iif`` and ``oif`` are "" where it has none."""

    source: str
    destination: str
    iif: str
    oif: str
    new: bool  # False for an answer

    @property
    def family(self) -> int:
        """Its address family."""
        return number(self.destination).family


class Field(NamedTuple):
    """``fits`` says whether one value ("cali*", "10.0.0.0/8") is the packet's; None: not told.

    A comparison of a field that only packets of ``family`` have is false for all others.
    """

    fits: Callable[[str, Flow], bool | None]
    family: int | None = None


def _device(wanted: str, device: str) -> bool:
    name = wanted.strip('"')
    return device.startswith(name[:-1]) if name.endswith("*") else device == name


def _address(wanted: str, address: str) -> bool | None:
    first, dash, last = wanted.partition("-")
    try:
        own = number(address)
        if dash:
            return number(first).bits <= own.bits <= number(last).bits
        return block(first).holds(own) if "/" in first else number(first) == own
    except ValueError:
        return None  # an expression, or a packet whose source is not known


def _protocol(wanted: str, flow: Flow) -> bool | None:
    own = {"icmp", "1"} if flow.family == IPV4 else {"icmpv6", "ipv6-icmp", "58"}
    return wanted in own if wanted.replace("-", "").isalnum() else None


def _state(wanted: str, flow: Flow) -> bool | None:
    return {
        "new": flow.new,
        "established": not flow.new,
        "related": False,
        "invalid": False,
        "untracked": False,
    }.get(wanted)


def _echo(wanted: str, flow: Flow) -> bool | None:
    request, reply = ("8", "0") if flow.family == IPV4 else ("128", "129")
    own = {"echo-request", request} if flow.new else {"echo-reply", reply}
    return wanted in own if wanted.replace("-", "").isalnum() else None


def _family(wanted: str, flow: Flow) -> bool | None:
    return {"ipv4": IPV4, "ip": IPV4, "ipv6": IPV6, "ip6": IPV6}.get(wanted) == flow.family


_INTO = Field(lambda wanted, flow: _device(wanted, flow.iif))
_OUT_OF = Field(lambda wanted, flow: _device(wanted, flow.oif))

FIELDS: Mapping[str, Field] = {
    "iifname": _INTO,
    "iif": _INTO,
    "meta iifname": _INTO,
    "oifname": _OUT_OF,
    "oif": _OUT_OF,
    "meta oifname": _OUT_OF,
    "ip saddr": Field(lambda wanted, flow: _address(wanted, flow.source), IPV4),
    "ip daddr": Field(lambda wanted, flow: _address(wanted, flow.destination), IPV4),
    "ip6 saddr": Field(lambda wanted, flow: _address(wanted, flow.source), IPV6),
    "ip6 daddr": Field(lambda wanted, flow: _address(wanted, flow.destination), IPV6),
    "ip protocol": Field(_protocol, IPV4),
    "ip6 nexthdr": Field(_protocol, IPV6),
    "meta l4proto": Field(_protocol),
    "meta nfproto": Field(_family),
    "meta protocol": Field(_family),
    "ct state": Field(_state),
    "icmp type": Field(_echo, IPV4),
    "icmpv6 type": Field(_echo, IPV6),
}

NO_PING = frozenset({"tcp", "udp", "udplite", "sctp", "dccp", "esp", "ah", "comp"})
"""Headers that a ping does not have."""
