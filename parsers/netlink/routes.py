"""Routes from netlink messages.

Raises KeyError, TypeError or ValueError for a message that the kernel does not make.
"""

from typing import Any

from parsers import kernel
from parsers.addresses import address, everywhere, prefix
from parsers.netlink.message import Message, Names
from parsers.records import NextHop, Route


def route(message: Message, names: Names) -> Route | None:
    if message["flags"] & kernel.CLONED:
        return None
    family = kernel.FAMILIES[message["family"]]
    table = message.get("RTA_TABLE", message["table"])
    protocol = kernel.PROTOCOLS.get(message["proto"], str(message["proto"]))
    scope = message["scope"]
    cache = message.get("RTA_CACHEINFO", {})
    source, tos = message.get("RTA_PREFSRC"), message["tos"]
    return Route(
        family=family,
        table=kernel.TABLES.get(table, str(table)),
        prefix=_within(message.get("RTA_DST"), message["dst_len"], everywhere(family)),
        tos=kernel.DSFIELDS.get(tos, f"0x{tos:02x}") if tos else "",
        metric=message.get("RTA_PRIORITY"),
        type=kernel.ROUTE_TYPES[message["type"]],
        next_hops=_next_hops(message, names),
        protocol="" if protocol == "boot" else protocol,
        scope=kernel.SCOPES.get(scope, str(scope)) if scope else "",
        source=address(source) if source else "",
        from_prefix=_within(message.get("RTA_SRC"), message["src_len"], ""),
        preference=kernel.PREFERENCES.get(message.get("RTA_PREF"), ""),
        next_hop_id=str(message.number(kernel.RTA_NH_ID) or ""),
        error=str(cache["rta_error"]) if cache.get("rta_error") else "",
        attributes=_attributes(message),
        expires=f"{cache['rta_expires'] // 100}sec" if cache.get("rta_expires") else "",
    )


def _within(text: str | None, length: int, otherwise: str) -> str:
    return prefix(f"{text}/{length}") if text else otherwise


def _next_hops(message: Message, names: Names) -> tuple[NextHop, ...]:
    several = message.get("RTA_MULTIPATH")
    if several:
        each = [Message(hop) for hop in several]
        return tuple(_next_hop(hop, hop["oif"], hop["hops"] + 1, names) for hop in each)
    device = message.get("RTA_OIF")
    return (_next_hop(message, device, 1, names),) if device else ()


def _next_hop(message: Message, device: int, weight: int, names: Names) -> NextHop:
    gateway = message.get("RTA_GATEWAY") or message.get("RTA_VIA", {}).get("addr")
    encap = f"{message.get('RTA_ENCAP_TYPE', '')} {message.get('RTA_ENCAP', '')}".strip()
    return NextHop(
        gateway=address(gateway) if gateway else "",
        device=names[device],
        weight=weight,
        flags=tuple(sorted(kernel.names(message["flags"], kernel.HOP_FLAGS))),
        encap=encap,
    )


def _attributes(message: Message) -> tuple[str, ...]:
    metrics = message.inner("RTA_METRICS")
    locked = metrics.get("RTAX_LOCK", 0)
    told = [
        f"{_WORDS.get(name, name.lower())} {'lock ' * is_locked}{_metric(name, value or 0)}"
        for bit, name in enumerate(_METRICS, 2)
        for is_locked, value in ((locked >> bit & 1, _value(metrics, bit, name)),)
        if is_locked or value is not None
    ]
    several = [Message(hop) for hop in message.get("RTA_MULTIPATH") or ()]
    told += [realms(flow) for each in (message, *several) if (flow := each.get("RTA_FLOW"))]
    if several or not message.get("RTA_OIF"):  # else the one next hop has them
        told += kernel.names(message["flags"], kernel.HOP_FLAGS)
    return tuple(sorted(told))


def _value(metrics: Message, number: int, name: str) -> Any:
    """Return a metric's value; pyroute2 has no name for the last one."""
    found = metrics.get(f"RTAX_{name}")
    return metrics.number(number) if found is None else found


def _metric(name: str, value: Any) -> str:
    """Write a metric as ``ip`` does; times come as parts of a millisecond."""
    if name == "FEATURES":
        return "ecn" if value == 1 else f"{value:#x}"
    if name not in _PARTS:
        return str(value)
    milliseconds = value // _PARTS[name]
    return f"{milliseconds / 1000:g}s" if milliseconds >= _SECOND else f"{milliseconds}ms"


_WORDS = {"CC_ALGO": "congctl"}
_PARTS = {"RTT": 8, "RTTVAR": 4, "RTO_MIN": 1}
_SECOND = 1000

_METRICS = (  # from RTAX_MTU on, as they are numbered
    *("MTU", "WINDOW", "RTT", "RTTVAR", "SSTHRESH", "CWND", "ADVMSS", "REORDERING", "HOPLIMIT"),
    *("INITCWND", "FEATURES", "RTO_MIN", "INITRWND", "QUICKACK", "CC_ALGO", "FASTOPEN_NO_COOKIE"),
)


def realms(flow: int) -> str:
    source, target = (kernel.REALMS.get(each, str(each)) for each in divmod(flow, 1 << 16))
    return f"realms {source}/{target}" if flow >> 16 else f"realm {target}"
