"""What pyroute2 hears, as records: the test's own reading, which shares no code with the parsers.

A kind's detail, an encapsulation and another namespace's name are told in words by ``ip`` alone, so
they are left out here.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from parsers.records import Address, Interface, Neighbour, NextHop, Route, Rule
from tests.oracle import tables
from tests.oracle.from_json import CONDITIONS, EVERYWHERE, FOREVER, WHOLE
from tests.oracle.world import visible

FAMILIES = {2: 4, 10: 6}
CLONED = 0x200
UNSET = 2**32 - 1
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


def rule(message: Any) -> Rule:
    return Rule(
        family=FAMILIES[message["family"]],
        priority=message.get_attr("FRA_PRIORITY") or 0,
        selector=" ".join(_selector(message)),
        action=_action(message),
        attributes=tuple(sorted(_rule_attributes(message))),
    )


def _selector(message: Any) -> Iterator[str]:
    if message["flags"] & 2:
        yield "not"
    yield f"from {_side(message, 'FRA_SRC', 'src_len')}"
    if message["dst_len"]:
        yield f"to {_side(message, 'FRA_DST', 'dst_len')}"
    if tos := message["tos"]:
        yield f"tos {tables.name('rt_dsfield', tos, f'0x{tos:02x}')}"
    mark, mask = (message.get_attr(f"FRA_FW{each}") for each in ("MARK", "MASK"))
    if mark or mask:
        end = "" if mask in (None, UNSET) else f"/{mask:#x}"
        yield f"fwmark {mark or 0:#x}{end}".replace(" 0x0", " 0")
    for name, key, write in _FURTHER:
        if message.get_attr(name):
            yield f"{key} {write(message.get_attr(name))}"
    if message.get_attr("FRA_L3MDEV") and message["action"] != 1:
        yield "l3mdev"


def _range(text: str) -> str:
    return "-".join(dict.fromkeys(text.split(":")))


_FURTHER: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("FRA_IIFNAME", "iif", visible),
    ("FRA_OIFNAME", "oif", visible),
    ("FRA_UID_RANGE", "uidrange", lambda text: text.replace(":", "-")),
    ("FRA_IP_PROTO", "ipproto", tables.transport),
    ("FRA_SPORT_RANGE", "sport", _range),
    ("FRA_DPORT_RANGE", "dport", _range),
    ("FRA_TUN_ID", "tun_id", str),
)


def _side(message: Any, name: str, length: str) -> str:
    text = message.get_attr(name)
    if text is None:
        return "all"
    whole = WHOLE[FAMILIES[message["family"]]]
    return text if message[length] == whole else f"{text}/{message[length]}"


def _action(message: Any) -> str:
    action = message["action"]
    if action == 1:
        if message.get_attr("FRA_L3MDEV"):
            return "lookup [l3mdev-table]"
        return f"lookup {tables.name('rt_tables', message.get_attr('FRA_TABLE'))}"
    if action == 2:
        return f"goto {message.get_attr('FRA_GOTO')}"
    return {3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}[action]


def _rule_attributes(message: Any) -> Iterator[str]:
    flags, flow = message["flags"], message.get_attr("FRA_FLOW")
    protocol = message.get_attr("FRA_PROTOCOL")
    for name, key in (("PREFIXLEN", "prefixlength"), ("IFGROUP", "ifgroup")):
        value = message.get_attr(f"FRA_SUPPRESS_{name}")
        if value not in (None, UNSET):
            yield f"suppress_{key} {tables.name('group', value) if key == 'ifgroup' else value}"
    if flow:
        source, target = (tables.name("rt_realms", each) for each in divmod(flow, 1 << 16))
        yield f"realms {f'{source}/' * (flow >> 16 != 0)}{target}"
    if protocol not in (None, 0, 2):
        yield f"proto {tables.name('rt_protos', protocol)}"
    if flags & 4:
        yield "[unresolved]"
    if flags & 0x18:
        yield "[detached]"


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
