"""Random links: made, set, put below one another."""

from collections.abc import Callable
from random import Random

from tests.oracle import words
from tests.oracle.words import perhaps

Names = tuple[str, ...]

FAR = "{far}"
"""Stands for the name of the other namespace."""


def add(r: Random, names: Names, kinds: tuple[str, ...]) -> str:
    """Return the command for a link of a kind that this kernel has."""
    kind = r.choice(kinds)
    own, other = r.choice(names), words.pick(r, names)
    head = [f"link add name {own}"]
    if kind in BELOW or r.random() < 0.05:
        head = [f"link add link {other} name {own}"]
    head += perhaps(r, 0.3, "address", words.mac(r))
    head += perhaps(r, 0.15, "mtu", r.randint(1280, 9000))
    head += perhaps(r, 0.15, "txqueuelen", words.number(r, 2**31 - 1))
    head += perhaps(r, 0.1, "numtxqueues", r.randint(1, 4))
    head += perhaps(r, 0.05, "index", r.randint(100, 2**31 - 1))
    detail = _DETAIL.get(kind, _nothing)(r, names)
    return " ".join([*head, "type", kind, *detail])


BELOW = frozenset({"macvlan", "macvtap", "vlan", "ipvlan", "ipvtap", "macsec", "hsr"})


def _nothing(_: Random, __: Names) -> list[str]:
    return []


def _veth(r: Random, names: Names) -> list[str]:
    far = r.random() < 0.4
    return ["peer", "name", r.choice(names), *(["netns", FAR] if far else [])]


def _bridge(r: Random, _: Names) -> list[str]:
    return [
        *perhaps(r, 0.3, "stp_state", r.randint(0, 1)),
        *perhaps(r, 0.3, "priority", words.number(r, 65535)),
        *perhaps(r, 0.3, "ageing_time", words.number(r, 100000)),
        *perhaps(r, 0.3, "forward_delay", r.randint(200, 3000)),
        *perhaps(r, 0.3, "vlan_filtering", r.randint(0, 1)),
        *perhaps(r, 0.2, "vlan_protocol", r.choice(("802.1q", "802.1ad"))),
        *perhaps(r, 0.2, "vlan_default_pvid", words.number(r, 4095)),
        *perhaps(r, 0.2, "group_fwd_mask", r.choice(("0x8", "0x4000", "0xfff8"))),
        *perhaps(r, 0.2, "mcast_snooping", r.randint(0, 1)),
        *perhaps(r, 0.2, "mcast_querier", r.randint(0, 1)),
        *perhaps(r, 0.2, "mcast_hash_max", 1 << r.randint(1, 14)),
        *perhaps(r, 0.2, "nf_call_iptables", r.randint(0, 1)),
        *perhaps(r, 0.1, "fdb_max_learned", r.randint(0, 1000)),
    ]


def _vxlan(r: Random, names: Names) -> list[str]:
    family = r.choice((4, 6))
    here = r.random() < 0.7
    ends = r.choice(("remote", "group", ""))
    far = words.group_address if ends == "group" else words.address
    return [
        *(perhaps(r, 0.1, "external") or ["id", str(words.number(r, 2**24 - 1))]),
        *([ends, far(r, family)] if ends else []),
        *(["local", words.address(r, family)] if here else []),
        *perhaps(r, 1 if ends == "group" else 0.4, "dev", words.pick(r, names)),
        *perhaps(r, 0.95, "dstport", words.number(r, 65535)),
        *perhaps(r, 0.2, "srcport", 1000, 2000),
        *perhaps(r, 0.3, r.choice(("nolearning", "proxy", "rsc", "l2miss", "l3miss"))),
        *perhaps(r, 0.2, "ttl", r.choice(("inherit", "auto", "1", "255"))),
        *perhaps(r, 0.2, "tos", r.choice(("inherit", "0x10", "1"))),
        *perhaps(r, 0.2, "df", r.choice(("set", "unset", "inherit"))),
        *perhaps(r, 0.2, "ageing", r.choice(("none", "1", "4000000"))),
        *perhaps(r, 0.2, "maxaddress", words.number(r)),
        *perhaps(r, 0.3, r.choice(("udpcsum", "noudpcsum", "udp6zerocsumtx", "gbp", "remcsumtx"))),
    ]


def _macvlan(r: Random, _: Names) -> list[str]:
    mode = r.choice(("private", "vepa", "bridge", "passthru", "source"))
    return ["mode", mode, *perhaps(r, 0.2, "nopromisc"), *perhaps(r, 0.2, "bcqueuelen", 500)]


def _vlan(r: Random, _: Names) -> list[str]:
    return [
        *perhaps(r, 0.3, "protocol", r.choice(("802.1q", "802.1ad"))),
        *("id", str(r.randint(1, 4094))),
        *perhaps(r, 0.3, "reorder_hdr", words.on_off(r)),
        *perhaps(r, 0.3, "gvrp", words.on_off(r)),
    ]


def _tunnel(r: Random, family: int) -> list[str]:
    return ["local", words.address(r, family), "remote", words.address(r, family)]


def _vrf(r: Random, _: Names) -> list[str]:
    return ["table", str(r.randint(1, 2**32 - 1))]


_DETAIL: dict[str, Callable[[Random, Names], list[str]]] = {
    "veth": _veth,
    "bridge": _bridge,
    "vxlan": _vxlan,
    "macvlan": _macvlan,
    "macvtap": _macvlan,
    "vlan": _vlan,
    "vrf": _vrf,
    "ipvlan": lambda r, _: perhaps(r, 0.5, "mode", r.choice(("l2", "l3", "l3s"))),
    "ipip": lambda r, _: _tunnel(r, 4),
    "sit": lambda r, _: _tunnel(r, 4),
    "gre": lambda r, _: [*_tunnel(r, 4), *perhaps(r, 0.3, "key", words.number(r))],
    "gretap": lambda r, _: _tunnel(r, 4),
    "ip6gre": lambda r, _: _tunnel(r, 6),
    "ip6tnl": lambda r, _: _tunnel(r, 6),
    "geneve": lambda r, _: ["id", str(r.randint(0, 2**24 - 1)), "remote", words.address(r, 4)],
}

KINDS = (*_DETAIL, "dummy", "ifb", "bond", "wireguard", "ipvtap", "nlmon", "vcan", "team", "netkit")


def tuntap(r: Random, names: Names) -> str:
    return " ".join(
        [
            f"tuntap add dev {r.choice(names)} mode {r.choice(('tun', 'tap'))}",
            *perhaps(r, 0.3, "user", r.choice((0, 1, 1000, 65534))),
            *perhaps(r, 0.3, "group", r.choice((0, 5))),
            *perhaps(r, 0.3, "multi_queue"),
            *perhaps(r, 0.2, "vnet_hdr"),
        ]
    )


def change(r: Random, names: Names) -> str:
    """Return a command that sets something of a link."""
    own, other = words.pick(r, names), words.pick(r, names)
    port = f"link set dev {own} type bridge_slave"
    commands = (
        f"link set dev {own} master {other}",
        f"link set dev {own} mtu {r.choice((68, 1280, 1400, 1500, 9000))}",
        f"link set dev {own} alias {words.quoted(words.alias(r))}",
        f"link property add dev {own} altname {words.name(r)}",
        f"link property add dev {own} altname {'enp' * 30}{r.randint(0, 99)}",
        f"link set dev {own} group {r.choice(('default', '7', '2147483647', '4294967295'))}",
        f"link set dev {own} txqueuelen {words.number(r, 2**31 - 1)}",
        f"link set dev {own} promisc {words.on_off(r)}",
        f"link set dev {own} allmulticast {words.on_off(r)}",
        f"link set dev {own} arp {words.on_off(r)}",
        f"link set dev {own} multicast {words.on_off(r)}",
        f"link set dev {own} protodown {words.on_off(r)}",
        f"link set dev {own} address {words.mac(r)}",
        f"link set dev {own} broadcast {words.mac(r)}",
        f"link set dev {own} addrgenmode {r.choice(('none', 'eui64', 'random'))}",
        f"link set dev {own} gso_max_size {words.number(r, 65536)}",
        f"link set dev {r.choice(names)} name {words.name(r)}",
        f"link set dev {own} state {r.choice(('up', 'dormant', 'down'))}",
        f"link set dev {own} mode {r.choice(('default', 'dormant'))}",
        f"{port} {r.choice(('guard', 'hairpin', 'learning', 'flood'))} {words.on_off(r)}",
        f"{port} {r.choice(('isolated', 'neigh_suppress', 'locked'))} {words.on_off(r)}",
        f"{port} {r.choice(('cost', 'priority'))} {r.randint(1, 63)}",
        f"{port} state {r.randint(0, 4)}",
        f"{port} group_fwd_mask {r.choice(('0x8', '0x10'))}",
        f"{port} backup_port {other}",
        f"link set dev {r.choice(names)} netns {FAR}",
        f"link del dev {r.choice(names)}",
    )
    return r.choice(commands)


def up(r: Random, names: Names) -> str:
    return f"link set dev {r.choice(names)} {'up' if r.random() < 0.9 else 'down'}"
