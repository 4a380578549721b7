"""What ``ip -j`` says, as records: the test's own reading, which shares no code with the parsers.

An address is written as ``inet_ntop`` does, a prefix always with its length. JSON has no locks of
metrics; what of it is left out of a comparison, ``compare`` lists.
"""

from collections.abc import Iterator
from typing import Any

from parsers.records import Address, Interface, Neighbour, NextHop, Route
from tests.oracle.details import kind_words, slave_words, timers
from tests.oracle.world import Said

EVERYWHERE = {4: "0.0.0.0/0", 6: "::/0"}
WHOLE = {4: 32, 6: 128}
FOREVER = 2**32 - 1
CONDITIONS = {
    **dict.fromkeys(("REACHABLE", "STALE", "DELAY", "PROBE"), "resolved"),
    **dict.fromkeys(("PERMANENT", "NOARP"), "permanent"),
    **dict.fromkeys(("INCOMPLETE", "NONE"), "unresolved"),
    "FAILED": "failed",
}


def interface(said: Said, elsewhere: str) -> Interface:
    info = said.get("linkinfo", {})
    kind, data = info.get("info_kind", ""), info.get("info_data", Said([]))
    port, port_data = info.get("info_slave_kind", ""), info.get("info_slave_data", Said([]))
    return Interface(
        name=said["ifname"],
        index=said["ifindex"],
        flags=tuple(sorted(said["flags"])),
        mtu=said["mtu"],
        qdisc=said["qdisc"],
        operstate=said["operstate"],
        master=said.get("master", ""),
        link_type=said["link_type"],
        mac=said.get("address", ""),
        broadcast=said.get("broadcast", ""),
        lower=said.get("link") or "",
        peer_index=said.get("link_index"),
        peer_netns=elsewhere,
        link_kind=kind,
        kind_detail=" ".join(sorted(kind_words(kind, data))),
        group=said["group"],
        queue_length=said.get("txqlen"),
        alt_names=tuple(sorted(said.get("altnames", ()))),
        promiscuity=said["promiscuity"],
        slave_kind=f"{port}_slave" if port else "",
        slave_detail=" ".join(sorted(slave_words(port_data))),
        alias=said.get("ifalias", ""),
        volatile=(*timers(data), *timers(port_data)),
    )


def address(said: Said, name: str) -> Address:
    return Address(
        interface=name,
        family={"inet": 4, "inet6": 6}[said["family"]],
        address=f"{said['local']}/{said['prefixlen']}",
        peer=said.get("address", ""),
        broadcast=said.get("broadcast", ""),
        scope=said["scope"],
        flags=tuple(sorted(key for key, value in said.items() if value is True)),
        label=said.get("label", ""),
        metric=said.get("metric"),
        valid_lifetime=_lifetime(said["valid_life_time"]),
        preferred_lifetime=_lifetime(said["preferred_life_time"]),
    )


def _lifetime(seconds: int) -> int | None:
    return None if seconds == FOREVER else seconds


def _prefix(text: str, family: int) -> str:
    if text in ("default", "all"):
        return EVERYWHERE[family]
    return text if "/" in text else f"{text}/{WHOLE[family]}"


ENCAP = {
    "ip": ("id", "src", "dst", "ttl", "tos", "key", "csum", "seq"),
    "ip6": ("id", "src", "dst", "hoplimit", "tc", "key", "csum", "seq"),
    "seg6": ("mode", "segs", "hmac"),
    "seg6local": ("action", "srh", "table", "vrftable", "nh4", "nh6", "iif", "oif", "flavors"),
}

LOOKS_UP = {"End.T", "End.DT4", "End.DT6", "End.DT46"}
"""The actions that have a table of their own."""


def _apart(said: Said) -> tuple[str, Said]:
    """Part a route or a hop into its encapsulation's words and all else."""
    words: list[str] = []
    rest: list[tuple[str, Any]] = []
    kind, seen, looks_up = "", set(), False
    for key, value in said.pairs:
        if key == "encap" and isinstance(value, Said):  # since 6.7
            words += [value["encap_type"]]
            for inner, each in value.pairs[1:]:
                words += _encap_words(inner, each)
        elif key == "encap":
            kind = value
            words.append(kind)
        elif key in ENCAP.get(kind, ()) and key not in seen and (key != "table" or looks_up):
            seen.add(key)
            looks_up |= key == "action" and value in LOOKS_UP
            words += _encap_words(key, value)
        else:
            rest.append((key, value))
    return " ".join(sorted(words)), Said(rest)


def _encap_words(key: str, value: Any) -> Iterator[str]:
    yield key
    if isinstance(value, list):
        yield from (str(len(value)), "[", *map(str, value), "]")
    elif value is not None and value is not True:
        yield from str(value).split()


def route(raw: Said, family: int) -> Route:
    encap, said = _apart(raw)
    hops = [_hop(*_apart(each)) for each in said.get("nexthops", ())]
    if not hops and ("dev" in said or "gateway" in said or "via" in said):
        hops = [_hop(encap, said)]
    flags = [] if hops and "nexthops" not in said else said.get("flags", [])
    flows = [each["flow"] for each in (said, *said.get("nexthops", ())) if "flow" in each]
    return Route(
        family=family,
        table=str(said.get("table", "main")),
        prefix=_prefix(said["dst"], family),
        tos=said.get("tos", ""),
        metric=said.get("metric"),
        type=said.get("type", "unicast"),
        next_hops=tuple(hops),
        protocol=said.get("protocol", ""),
        scope=said.get("scope", ""),
        source=said.get("prefsrc", ""),
        from_prefix=_prefix(said["from"], family) if "from" in said else "",
        preference=said.get("pref", ""),
        next_hop_id=str(said.get("nhid", "")),
        error=str(said.get("error", "")),
        attributes=tuple(sorted([*flags, *map(_realms, flows), *_metrics(said)])),
        expires=f"{said['expires']}sec" if "expires" in said else "",
    )


def _hop(encap: str, said: Said) -> NextHop:
    return NextHop(
        gateway=said.get("gateway") or said.get("via", {}).get("host", ""),
        device=said.get("dev", ""),
        weight=said.get("weight", 1),
        flags=tuple(sorted(said.get("flags", ()))),
        encap=encap,
    )


def _realms(flow: Said) -> str:
    return f"realms {flow['from']}/{flow['to']}" if "from" in flow else f"realm {flow['to']}"


def _metrics(said: Said) -> Iterator[str]:
    if "ttl-propogate" in said:
        yield f"ttl-propagate {said['ttl-propogate']}"
    for each in said.get("metrics", ()):
        for key, value in each.items():
            match key:
                case "ecn":
                    yield "features ecn"
                case "congestion":
                    yield f"congctl {value}"
                case "rtt" | "rttvar" | "rto_min":
                    yield f"{key} {value / 1000:g}s" if value >= 1000 else f"{key} {value}ms"
                case _:
                    yield f"{key} {value}"


def neighbour(said: Said) -> Neighbour:
    flags = {"router", "extern_learn", "proxy", "offload", "managed", "extern_valid"} & said.keys()
    nud = "".join(said.get("state", ())) or "NONE" * ("proxy" not in said)
    return Neighbour(
        family=6 if ":" in said["dst"] else 4,
        address=said["dst"],
        device=said.get("dev", ""),
        mac=said.get("lladdr", "") if len(said.get("lladdr", "")) > 2 else "",  # `ip` made it up
        condition=CONDITIONS[nud] if nud else "permanent",
        flags=tuple(sorted(flags)),
        protocol=said.get("protocol", ""),
        nud=nud,
    )
