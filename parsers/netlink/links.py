"""Interfaces, addresses and neighbours from netlink messages.

Each function raises KeyError, TypeError or ValueError for a message that the kernel does not make.
"""

import json
from collections.abc import Iterable, Iterator

from parsers import kernel
from parsers.addresses import address, mac, with_length
from parsers.neighbours import condition
from parsers.netlink.message import Message, Names
from parsers.records import Address, Interface, Neighbour
from parsers.text import visible


def interface(message: Message, names: Names) -> Interface:
    bits = message["flags"]
    info = message.inner("IFLA_LINKINFO")
    is_elsewhere = "IFLA_LINK_NETNSID" in message.attributes
    link = message.get("IFLA_LINK")
    down = ["NO-CARRIER"] if bits & kernel.UP and not bits & kernel.RUNNING else []
    down += ["M-DOWN"] if link in names.down and not is_elsewhere else []
    detail, moving = _detail(info.inner("IFLA_INFO_DATA"))
    slave, slave_moving = _detail(info.inner("IFLA_INFO_SLAVE_DATA"))
    slave_kind = info.get("IFLA_INFO_SLAVE_KIND", "")
    group = message.get("IFLA_GROUP", 0)
    properties = message.inner("IFLA_PROP_LIST").fields.get("attrs", ())
    return Interface(
        name=visible(message.attributes["IFLA_IFNAME"]),
        index=message["index"],
        flags=tuple(sorted(down + kernel.names(bits, kernel.LINK_FLAGS))),
        mtu=message.get("IFLA_MTU"),
        qdisc=message.get("IFLA_QDISC", ""),
        operstate=message.get("IFLA_OPERSTATE", ""),
        master=names[message.get("IFLA_MASTER")],
        link_type=kernel.LINK_TYPES.get(message["ifi_type"], f"[{message['ifi_type']}]"),
        mac=mac(message.get("IFLA_ADDRESS", "")),
        broadcast=mac(message.get("IFLA_BROADCAST", "")),
        lower="" if is_elsewhere else names[link],
        peer_index=link if is_elsewhere else None,
        peer_netns=str(message.get("IFLA_LINK_NETNSID", "")),
        link_kind=info.get("IFLA_INFO_KIND", ""),
        kind_detail=detail,
        group="default" if group == 0 else str(group),
        queue_length=message.get("IFLA_TXQLEN") or None,
        alt_names=tuple(sorted(_other_names(properties))),
        promiscuity=message.get("IFLA_PROMISCUITY"),
        slave_kind=f"{slave_kind}_slave" if slave_kind else "",
        slave_detail=slave,
        alias=visible(message.get("IFLA_IFALIAS", "")),
        xdp=str(message.inner("IFLA_XDP").get("IFLA_XDP_ATTACHED") or ""),
        volatile=moving + slave_moving,
    )


def _other_names(properties: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield from (visible(value) for name, value in properties if name == "IFLA_ALT_IFNAME")


def _detail(data: Message) -> tuple[str, tuple[str, ...]]:
    """Return a kind's data as words, and apart from them the timers."""
    steady: list[str] = []
    moving: list[str] = []
    for name, value in data.attributes.items():
        if name == "UNKNOWN":
            continue
        told = json.dumps(value, sort_keys=True) if isinstance(value, dict | list) else value
        words = f"{name.split('_', 2)[-1].lower()} {told}"
        (moving if name.endswith("_TIMER") else steady).append(words)
    return " ".join(steady), tuple(moving)


def interface_address(message: Message, names: Names) -> Address:
    family = kernel.FAMILIES[message["family"]]
    far = message.get("IFA_ADDRESS")
    own = message.get("IFA_LOCAL", far)
    bits = message.get("IFA_FLAGS", message["flags"])
    flags = kernel.names(bits, kernel.ADDRESS_FLAGS)
    flags += [] if bits & kernel.PERMANENT else ["dynamic"]
    if bits & kernel.SECONDARY:
        flags.append("secondary" if family == kernel.FAMILIES[2] else "temporary")
    cache = message.get("IFA_CACHEINFO", {})
    return Address(
        interface=names[message["index"]],
        family=family,
        address=with_length(f"{own}/{message['prefixlen']}"),
        peer=address(far) if far and far != own else "",
        broadcast=address(message.get("IFA_BROADCAST")) if message.get("IFA_BROADCAST") else "",
        scope=kernel.SCOPES.get(message["scope"], str(message["scope"])),
        flags=tuple(sorted(flags)),
        label=visible(message.get("IFA_LABEL", "")),
        metric=message.get("IFA_RT_PRIORITY"),
        valid_lifetime=_lifetime(cache.get("ifa_valid")),
        preferred_lifetime=_lifetime(cache.get("ifa_preferred")),
    )


def _lifetime(seconds: int | None) -> int | None:
    return None if seconds == kernel.NO_LIMIT else seconds


def neighbour(message: Message, names: Names) -> Neighbour | None:
    flags = kernel.names(message["flags"], kernel.NEIGHBOUR_FLAGS)
    flags += kernel.names(message.get("NDA_FLAGS_EXT", 0), kernel.NEIGHBOUR_FURTHER_FLAGS)
    nud = "" if "proxy" in flags else kernel.NUD.get(message["state"], str(message["state"]))
    if nud in ("NOARP", "NONE") and "extern_learn" not in flags:
        return None
    protocol = message.get("NDA_PROTOCOL", 0)
    return Neighbour(
        family=kernel.FAMILIES[message["family"]],
        address=address(message.attributes["NDA_DST"]),
        device=names[message["ifindex"]],
        mac=mac(message.get("NDA_LLADDR", "")),
        condition=condition(nud) if nud else "permanent",
        flags=tuple(sorted(flags)),
        protocol=kernel.PROTOCOLS.get(protocol, str(protocol)) if protocol else "",
        nud=nud,
    )
