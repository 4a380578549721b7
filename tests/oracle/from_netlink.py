"""What pyroute2 hears, as records: the test's own reading, which shares no code with the parsers.

A kind's detail, an encapsulation and another namespace's name are told in words by ``ip`` alone, so
they are left out here.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Any

from parsers.records import Address, Interface, Neighbour, NextHop, Route
from tests.oracle import tables
from tests.oracle.from_json import CONDITIONS, EVERYWHERE, FOREVER
from tests.oracle.world import visible

FAMILIES = {2: 4, 10: 6}
CLONED = 0x200
METRICS = (
    *("lock", "mtu", "window", "rtt", "rttvar", "ssthresh", "cwnd", "advmss", "reordering"),
    *("hoplimit", "initcwnd", "features", "rto_min", "initrwnd", "quickack", "congctl"),
    "fastopen_no_cookie",
)
"""linux/rtnetlink.h: RTAX_LOCK is 1."""


class Links(dict[int, Any]):
    """The links of a namespace by index."""

    def name(self, index: int | None) -> str:
        return str(visible(self[index].get_attr("IFLA_IFNAME"))) if index else ""


def interface(link: Any, links: Links) -> Interface:
    info = link.get_attr("IFLA_LINKINFO")
    port = info.get_attr("IFLA_INFO_SLAVE_KIND") if info else None
    lower = link.get_attr("IFLA_LINK")
    is_elsewhere = link.get_attr("IFLA_LINK_NETNSID") is not None
    return Interface(
        name=visible(link.get_attr("IFLA_IFNAME")),
        index=link["index"],
        flags=tuple(sorted(_flags(link, None if is_elsewhere else links.get(lower)))),
        mtu=link.get_attr("IFLA_MTU"),
        qdisc=link.get_attr("IFLA_QDISC"),
        operstate=link.get_attr("IFLA_OPERSTATE"),
        master=links.name(link.get_attr("IFLA_MASTER")),
        link_type=tables.LINK_TYPES[link["ifi_type"]],
        mac=link.get_attr("IFLA_ADDRESS") or "",
        broadcast=link.get_attr("IFLA_BROADCAST") or "",
        lower="" if is_elsewhere else links.name(lower),
        peer_index=lower if is_elsewhere else None,
        link_kind=(info.get_attr("IFLA_INFO_KIND") if info else None) or "",
        group=tables.name("group", link.get_attr("IFLA_GROUP")),
        queue_length=link.get_attr("IFLA_TXQLEN") or None,
        alt_names=tuple(sorted(_other_names(link))),
        promiscuity=link.get_attr("IFLA_PROMISCUITY"),
        slave_kind=f"{port}_slave" if port else "",
        alias=visible(link.get_attr("IFLA_IFALIAS") or ""),
    )


def _flags(link: Any, lower: Any) -> Iterator[str]:
    names = tables.bits(link["flags"], tables.LINK_FLAGS)
    yield from (name for name in names if name != "RUNNING")
    if "UP" in names and "RUNNING" not in names:
        yield "NO-CARRIER"
    if lower is not None and not lower["flags"] & 1:
        yield "M-DOWN"


def _other_names(link: Any) -> Iterator[str]:
    properties = link.get_attr("IFLA_PROP_LIST")
    if properties:
        yield from map(visible, properties.get_attrs("IFLA_ALT_IFNAME"))


def address(message: Any, links: Links) -> Address:
    family = FAMILIES[message["family"]]
    far = message.get_attr("IFA_ADDRESS")
    own = message.get_attr("IFA_LOCAL") or far
    bits = message.get_attr("IFA_FLAGS")
    flags = tables.marked(bits, tables.ADDRESS_FLAGS)
    flags += [{4: "secondary", 6: "temporary"}[family]] * (bits & 1)
    flags += ["dynamic"] * (not bits & 0x80)
    times = message.get_attr("IFA_CACHEINFO")
    return Address(
        interface=links.name(message["index"]),
        family=family,
        address=f"{own}/{message['prefixlen']}",
        peer=far if far != own else "",
        broadcast=message.get_attr("IFA_BROADCAST") or "",
        scope=tables.name("rt_scopes", message["scope"]),
        flags=tuple(sorted(flags)),
        label=visible(message.get_attr("IFA_LABEL") or ""),
        metric=message.get_attr("IFA_RT_PRIORITY"),
        valid_lifetime=_lifetime(times["ifa_valid"]),
        preferred_lifetime=_lifetime(times["ifa_preferred"]),
    )


def _lifetime(seconds: int) -> int | None:
    return None if seconds == FOREVER else seconds


def route(message: Any, links: Links) -> Route | None:
    if message["flags"] & CLONED:
        return None
    family = FAMILIES[message["family"]]
    protocol, scope = message["proto"], message["scope"]
    cache: Mapping[str, int] = message.get_attr("RTA_CACHEINFO") or {}
    hops = message.get_attr("RTA_MULTIPATH") or [message] * (
        message.get_attr("RTA_OIF") is not None
    )
    expires, error = cache.get("rta_expires", 0), cache.get("rta_error", 0)
    return Route(
        family=family,
        table=tables.name("rt_tables", message.get_attr("RTA_TABLE")),
        prefix=_prefix(message.get_attr("RTA_DST"), message["dst_len"]) or EVERYWHERE[family],
        tos=tables.name("rt_dsfield", message["tos"], f"0x{message['tos']:02x}")
        * bool(message["tos"]),
        metric=message.get_attr("RTA_PRIORITY"),
        type=tables.ROUTE_TYPES[message["type"]],
        next_hops=tuple(_hop(each, links, message) for each in hops),
        protocol="" if protocol == 3 else tables.name("rt_protos", protocol),
        scope=tables.name("rt_scopes", scope) if scope and family == 4 else "",
        source=message.get_attr("RTA_PREFSRC") or "",
        from_prefix=_prefix(message.get_attr("RTA_SRC"), message["src_len"]),
        preference={0: "medium", 1: "high", 3: "low", None: ""}[message.get_attr("RTA_PREF")],
        next_hop_id=str(_unnamed(message, 30) or ""),
        error=str(error or ""),
        attributes=tuple(sorted(_attributes(message, hops))),
        expires=f"{expires // 100}sec" if expires else "",
    )


def _unnamed(message: Any, number: int) -> int | None:
    """Dig an attribute out of what pyroute2 has no name for."""
    for name, value in message["attrs"]:
        if name == "UNKNOWN" and value["header"]["type"] == number:
            return int(struct.unpack_from("=I", value.data, value.offset + 4)[0])
    return None


def _prefix(text: str | None, length: int) -> str:
    return f"{text}/{length}" if text else ""


def _hop(hop: Any, links: Links, message: Any) -> NextHop:
    is_one_of_many = hop is not message
    via = hop.get_attr("RTA_VIA")
    return NextHop(
        gateway=hop.get_attr("RTA_GATEWAY") or (via["addr"] if via else ""),
        device=links.name(hop["oif"] if is_one_of_many else hop.get_attr("RTA_OIF")),
        weight=hop["hops"] + 1 if is_one_of_many else 1,
        flags=tuple(sorted(tables.bits(hop["flags"], tables.HOP_FLAGS))),
        encap="",
    )


def _attributes(message: Any, hops: list[Any]) -> Iterator[str]:
    flows = [each.get_attr("RTA_FLOW") for each in hops if each is not message]
    for flow in (message.get_attr("RTA_FLOW"), *flows):
        if flow:
            source, target = (tables.name("rt_realms", each) for each in divmod(flow, 1 << 16))
            yield f"realms {source}/{target}" if flow >> 16 else f"realm {target}"
    if not hops or hops[0] is not message:
        yield from tables.bits(message["flags"], tables.HOP_FLAGS)
    metrics = message.get_attr("RTA_METRICS")
    if metrics:
        yield from _metrics(metrics)


def _metrics(metrics: Any) -> Iterator[str]:
    locks = metrics.get_attr("RTAX_LOCK") or 0
    further = _unnamed(metrics, 17)
    for number, key in enumerate(METRICS, 1):
        name = {"congctl": "CC_ALGO"}.get(key, key.upper())
        is_locked = locks >> number & 1
        value = further if number == 17 else metrics.get_attr(f"RTAX_{name}")
        if (value is not None or is_locked) and key != "lock":
            yield f"{key} {'lock ' * is_locked}{_metric(key, value or 0)}"


def _metric(key: str, value: Any) -> str:
    divisor = {"rtt": 8, "rttvar": 4, "rto_min": 1}.get(key)
    if divisor:
        time = value // divisor
        return f"{time / 1000:g}s" if time >= 1000 else f"{time}ms"
    return "ecn" if (key, value) == ("features", 1) else str(value)


def neighbour(message: Any, links: Links) -> Neighbour | None:
    """Read a neighbour; None if ``ip neigh show`` does not tell of it."""
    state = message["state"]
    flags = tables.marked(message["flags"], tables.NEIGHBOUR_FLAGS)
    flags += ["managed"] * ((message.get_attr("NDA_FLAGS_EXT") or 0) & 1)
    (nud,) = tables.bits(state, tables.NUD) or ["NONE"]
    if nud in ("NONE", "NOARP") and "extern_learn" not in flags:
        return None
    protocol = message.get_attr("NDA_PROTOCOL")
    return Neighbour(
        family=FAMILIES[message["family"]],
        address=message.get_attr("NDA_DST"),
        device=links.name(message["ifindex"]),
        mac=message.get_attr("NDA_LLADDR") or "",
        condition=CONDITIONS[nud],
        flags=tuple(sorted(flags)),
        protocol=tables.name("rt_protos", protocol) if protocol else "",
        nud=nud,
    )
