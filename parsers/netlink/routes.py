"""Routes from netlink messages.

Raises KeyError, TypeError or ValueError for a message that the kernel does not make.
"""

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
    source = message.get("RTA_PREFSRC")
    return Route(
        family=family,
        table=kernel.TABLES.get(table, str(table)),
        prefix=_within(message.get("RTA_DST"), message["dst_len"], everywhere(family)),
        tos=f"0x{message['tos']:02x}" if message["tos"] else "",
        metric=message.get("RTA_PRIORITY"),
        type=kernel.ROUTE_TYPES[message["type"]],
        next_hops=_next_hops(message, names),
        protocol="" if protocol == "boot" else protocol,
        scope=kernel.SCOPES.get(scope, str(scope)) if scope else "",
        source=address(source) if source else "",
        from_prefix=_within(message.get("RTA_SRC"), message["src_len"], ""),
        preference=kernel.PREFERENCES.get(message.get("RTA_PREF"), ""),
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
        f"{name.removeprefix('RTAX_').lower()} {'lock ' * bool(locked & (1 << bit))}{value}"
        f"{'ms' * (name == 'RTAX_RTO_MIN')}"
        for name, value in metrics.attributes.items()
        if (bit := _METRIC_BITS.get(name)) is not None
    ]
    if flow := message.get("RTA_FLOW"):
        told.append(realms(flow))
    return tuple(sorted(told))


_METRICS = (
    *("MTU", "WINDOW", "RTT", "RTTVAR", "SSTHRESH", "CWND", "ADVMSS", "REORDERING", "HOPLIMIT"),
    *("INITCWND", "FEATURES", "RTO_MIN", "INITRWND", "QUICKACK", "CC_ALGO", "FASTOPEN_NO_COOKIE"),
)
_METRIC_BITS = {f"RTAX_{name}": bit for bit, name in enumerate(_METRICS, 2)}  # in RTAX_LOCK


def realms(flow: int) -> str:
    source, target = flow >> 16, flow & 0xFFFF
    return f"realms {source}/{target}" if source else f"realm {target}"
