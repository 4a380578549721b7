"""The details of links that ``ip -d -j`` tells, as the words that ``ip -d`` prints of them."""

from collections.abc import Callable, Iterator
from typing import Any

MOVING = ("_timer", "fdb_n_learned")

_BRIDGE = {
    "root_id": "designated_root",
    "group_addr": "group_address",
    "mcast_last_member_cnt": "mcast_last_member_count",
    "mcast_startup_query_cnt": "mcast_startup_query_count",
    "multi_boolopt": "",
}
_PORT = {
    "id": "port_id",
    "no": "port_no",
    "bridge_id": "designated_bridge",
    "root_id": "designated_root",
    "multicast_router": "mcast_router",
}

Pairs = list[tuple[str, Any]]


def kind_words(kind: str, data: Any) -> list[str]:
    """Return the words of a kind's detail, in no order."""
    make = _KINDS.get(kind, _plain)
    return " ".join(make([pair for pair in data.pairs if not _moves(pair[0])])).split()


def slave_words(data: Any) -> list[str]:
    """Return the words of a bridge port's detail, in no order; the text has one thing twice."""
    said = [
        f"{_PORT.get(key, key)} {_value(value)}" for key, value in data.pairs if not _moves(key)
    ]
    if "fastleave" in data:
        said.append(f"mcast_fast_leave {_value(data['fastleave'])}")
    return " ".join(said).split()


def timers(data: Any) -> Iterator[str]:
    """Yield the names of what moves by itself."""
    yield from (key for key, _ in data.pairs if _moves(key))


def _moves(key: str) -> bool:
    return key.endswith(MOVING)


def _value(value: Any) -> str:
    return {True: "on", False: "off"}[value] if isinstance(value, bool) else str(value)


def _plain(pairs: Pairs) -> Iterator[str]:
    yield from (f"{key} {_value(value)}" for key, value in pairs)


def _bridge(pairs: Pairs) -> Iterator[str]:
    for key, value in pairs:
        if isinstance(value, dict):  # since 6.9: the querier's state
            yield from _plain(list(value.items()))
            continue
        yield f"{_BRIDGE.get(key, key.replace('_intvl', '_interval'))} {_value(value)}"


def _vxlan(pairs: Pairs) -> Iterator[str]:
    if "ttl" not in dict(pairs):
        yield "ttl inherit"  # which JSON leaves out
    tells_odd_switches = "localbypass" in dict(pairs)  # since 6.7, and not what is as usual
    for key, value in pairs:
        if isinstance(value, bool) and tells_odd_switches:
            yield f"{'no' * (not value)}{key}" * (value is not (key in _USUALLY_ON))
        elif value is None:
            yield key
        elif key in _VXLAN:
            yield _VXLAN[key](value)
        elif isinstance(value, bool):
            yield key.replace("_", "") * value
        else:
            yield f"{key} {value}"


_USUALLY_ON = frozenset({"learning", "localbypass", "udp_csum"})

_VXLAN: dict[str, Callable[[Any], str]] = {
    "port_range": lambda value: f"srcport {value['low']} {value['high']}",
    "link": "dev {}".format,
    "port": "dstport {}".format,
    "group6": "group {}".format,
    "remote6": "remote {}".format,
    "local6": "local {}".format,
    "limit": "maxaddr {}".format,
    "learning": lambda value: "" if value else "nolearning",
    "tos": lambda value: "tos inherit" if value == "0x1" else f"tos {value}",
    "ttl": lambda value: f"ttl {value or 'auto'}",
    "df": lambda value: "" if value == "unset" else f"df {value}",
    "udp_csum": lambda value: f"{'no' * (not value)}udpcsum",
    "udp_zero_csum6_tx": lambda value: f"{'no' * (not value)}udp6zerocsumtx",
    "udp_zero_csum6_rx": lambda value: f"{'no' * (not value)}udp6zerocsumrx",
}


def _tun(pairs: Pairs) -> Iterator[str]:
    for key, value in pairs:
        if key == "multi_queue":
            yield key * value
        else:
            yield f"{key} {_value(value)}"


def _macvlan(pairs: Pairs) -> Iterator[str]:
    for key, value in pairs:
        if key == "macaddr_count":
            yield f"remotes ({value})"
            continue
        yield key if isinstance(value, bool) else f"{key} {value}"


_KINDS: dict[str, Callable[[Pairs], Iterator[str]]] = {
    "bridge": _bridge,
    "vxlan": _vxlan,
    "tun": _tun,
    "macvlan": _macvlan,
    "macvtap": _macvlan,
}
