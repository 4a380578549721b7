"""Random addresses, routes, next hop objects, rules and neighbours."""

from random import Random

from tests.oracle import words
from tests.oracle.words import perhaps

Names = tuple[str, ...]

TABLES = ("main", "local", "default", "1", "10", "200", "252", "256", "4000000000", "4294967295")
PROTOCOLS = (
    *("kernel", "boot", "static", "bird", "zebra", "babel", "dhcp", "ra", "bgp", "ospf", "isis"),
    *("redirect", "gated", "mrt", "dnrouted", "xorp", "ntk", "keepalived", "eigrp", "rip"),
    *("80", "5", "17", "200", "255", "0"),
)
SCOPES = ("global", "site", "link", "host", "nowhere", "7", "100")
TOS = ("0x10", "4", "0x1c", "0x08", "0x28", "0xb8", "0x80")
TYPES = ("unicast", "local", "broadcast", "multicast", "anycast")
REFUSALS = ("blackhole", "unreachable", "prohibit", "throw")
METRICS = ("window", "ssthresh", "cwnd", "reordering")
UNLOCKED = ("initcwnd", "initrwnd")


def address(r: Random, names: Names) -> str:
    """Return the command for an interface's address of either family."""
    family, own = r.choice((4, 6)), words.pick(r, names)
    length = r.randint(0, 32 if family == 4 else 128)
    mask = f"/{length}" if r.random() < 0.8 else ""
    valid = words.number(r) or 1
    line = [f"addr add {words.address(r, family)}{mask}"]
    if r.random() < 0.15:
        line = [f"addr add {words.address(r, family)} peer {words.address(r, family)}{mask}"]
    return " ".join(
        [
            *line,
            *(
                perhaps(r, 0.4, "broadcast", r.choice(("+", "-", words.address(r, 4))))
                * (family == 4)
            ),
            *perhaps(r, 0.2, "scope", r.choice(SCOPES)),
            *(perhaps(r, 0.2, "label", f"{own}:{words.name(r)}"[:15]) * (family == 4)),
            *("dev", own),
            *perhaps(r, 0.2, "metric", words.number(r)),
            *perhaps(r, 0.2, "valid_lft", valid, "preferred_lft", r.randint(0, valid)),
            *perhaps(r, 0.5, "nodad"),
            *perhaps(r, 0.2, r.choice(("home", "optimistic", "mngtmpaddr", "autojoin"))),
            *perhaps(r, 0.2, "noprefixroute"),
        ]
    )


def route(r: Random, names: Names) -> str:
    """Return the command for a route of any type."""
    family = r.choice((4, 6))
    head = f"-{family} route {r.choice(('add', 'add', 'append'))}"
    choice = r.random()
    if choice < 0.15:
        line = [r.choice(REFUSALS), words.prefix(r, family)]
    elif choice < 0.25:
        line = [r.choice(("", "local")), words.prefix(r, family), "nhid", str(r.randint(1, 12))]
    elif choice < 0.4:
        kind = perhaps(r, 0.4, r.choice(TYPES))
        line = [*kind, words.prefix(r, family), *_attributes(r, family)]
        hops = (_hop(r, family, names) for _ in range(r.randint(1, 4)))
        return " ".join([head, *line, *(word for hop in hops for word in ("nexthop", *hop))])
    else:
        kind = perhaps(r, 0.4, r.choice(TYPES))
        way = _way(r, family, names)
        line = [*kind, words.prefix(r, family), *perhaps(r, 0.1, *_encap(r)), *way]
    return " ".join([head, *line, *_attributes(r, family)])


def _way(r: Random, family: int, names: Names) -> list[str]:
    via = perhaps(r, 0.6, "via", words.address(r, family))
    if family == 4 and r.random() < 0.15:
        via = ["via", "inet6", words.address(r, 6)]
    return [*via, "dev", words.pick(r, names), *(perhaps(r, 0.4, "onlink") if via else [])]


def _hop(r: Random, family: int, names: Names) -> list[str]:
    return [
        *perhaps(r, 0.1, *_encap(r)),
        *_way(r, family, names),
        *perhaps(r, 0.5, "weight", r.randint(1, 256)),
        *(perhaps(r, 0.1, "realm", _realm(r)) * (family == 4)),
    ]


def _encap(r: Random) -> list[str]:
    segments = ",".join(words.address(r, 6) for _ in range(r.randint(1, 3)))
    here = words.address(r, 4)
    action = r.choice((f"End.DX4 nh4 {here}", "End", "End.DT6 table 254", "End.X nh6 fe80::1"))
    ways = (
        f"encap seg6 mode {r.choice(('encap', 'inline', 'l2encap'))} segs {segments}",
        f"encap seg6local action {action}",
        f"encap ip id {words.number(r)} dst {here} ttl {r.randint(0, 255)}",
        f"encap ip6 id {words.number(r)} dst {words.address(r, 6)}",
        f"encap ip id 7 src {here} dst {here} tos 0x10 key",
    )
    return r.choice(ways).split()


def _realm(r: Random) -> str:
    return r.choice(("5", "3/4", "255/1", "cosmos"))


def _attributes(r: Random, family: int) -> list[str]:
    mtu = r.choice(("1400", "lock 1400", "65535", "68"))
    rtt = r.choice(("5", "100ms", "1s", "30000ms", "7"))
    return [
        *perhaps(r, 0.3, "metric", words.number(r)),
        *perhaps(r, 0.3, "proto", r.choice(PROTOCOLS)),
        *perhaps(r, 0.3, "table", r.choice(TABLES)),
        *perhaps(r, 0.15, "scope", r.choice(SCOPES)),
        *perhaps(r, 0.1, "src", words.address(r, family)),
        *(perhaps(r, 0.2, "tos", r.choice(TOS)) * (family == 4)),
        *perhaps(r, 0.15, "mtu", mtu),
        *perhaps(r, 0.15, "advmss", r.choice(("1360", "lock 65495"))),
        *perhaps(r, 0.1, r.choice((*METRICS, *UNLOCKED)), words.number(r)),
        *perhaps(r, 0.1, r.choice(METRICS), "lock", words.number(r, 65535)),
        *perhaps(r, 0.1, r.choice(("rtt", "rttvar", "rto_min")), rtt),
        *perhaps(r, 0.1, "hoplimit", r.choice(("1", "64", "255", "lock 9"))),
        *perhaps(r, 0.05, "congctl", r.choice(("cubic", "lock reno"))),
        *perhaps(r, 0.05, "features", "ecn"),
        *perhaps(r, 0.05, r.choice(("quickack", "fastopen_no_cookie")), r.randint(0, 1)),
        *(perhaps(r, 0.1, "realm", _realm(r)) * (family == 4)),
        *(perhaps(r, 0.15, "pref", r.choice(("low", "medium", "high"))) * (family == 6)),
        *(perhaps(r, 0.1, "expires", r.randint(2, 100000)) * (family == 6)),
        *(perhaps(r, 0.1, "from", words.prefix(r, 6)) * (family == 6)),
    ]


def next_hop(r: Random, names: Names) -> str:
    """Return the command for a next hop object, or a group of some."""
    number, family = r.randint(1, 12), r.choice((4, 6))
    if r.random() < 0.25:
        members = "/".join(f"{each},{r.randint(1, 256)}" for each in r.sample(range(1, 9), 2))
        return f"nexthop add id {number} group {members}"
    if r.random() < 0.1:
        return f"-{family} nexthop add id {number} blackhole"
    encap = perhaps(r, 0.1, *_encap(r))
    return " ".join([f"-{family} nexthop add id {number}", *encap, *_way(r, family, names)])


def rule(r: Random, names: Names) -> str:
    """Return the command for a rule with any selectors and actions."""
    family = r.choice((4, 6))
    low = r.randint(1, 65000)
    mark = r.choice(("0x1", "0x10/0xff", "0xffffffff", "0/0xf0", "0x1/0xffffffff", "7"))
    line = [
        f"-{family} rule add pref {words.number(r) if r.random() < 0.5 else r.randint(1, 40000)}",
        *perhaps(r, 0.15, "not"),
        *perhaps(r, 0.5, "from", words.prefix(r, family).replace("default", "all")),
        *perhaps(r, 0.4, "to", words.prefix(r, family).replace("default", "all")),
        *perhaps(r, 0.2, "tos", r.choice(TOS)),
        *perhaps(r, 0.3, "fwmark", mark),
        *perhaps(r, 0.2, "iif", r.choice((*names, "nosuch", "lo"))),
        *perhaps(r, 0.2, "oif", r.choice((*names, "nosuch"))),
        *perhaps(r, 0.15, "uidrange", f"{low}-{low + words.number(r, 1000)}"),
        *perhaps(
            r,
            0.2,
            "ipproto",
            r.choice(("tcp", "udp", "icmp", "ipv6-icmp", "esp", "47", "143", "255")),
        ),
        *perhaps(r, 0.15, "sport", r.choice((f"{low}", f"{low}-{low + 9}"))),
        *perhaps(r, 0.15, "dport", r.choice((f"{low}", f"{low}-{low + 9}"))),
        *perhaps(r, 0.03, "l3mdev"),
        *perhaps(r, 0.1, "tun_id", words.number(r)),
        *perhaps(r, 0.1, "protocol", r.choice(PROTOCOLS)),
    ]
    action = r.choice(("table", "table", "table", "goto", "nop", "l3mdev", *REFUSALS[:3]))
    if action == "goto":
        return " ".join([*line, "goto", str(words.number(r))])
    if action != "table":
        return " ".join([*line, action])
    return " ".join(
        [
            *line,
            *("table", r.choice(TABLES)),
            *perhaps(r, 0.2, "suppress_prefixlength", words.number(r, 128)),
            *perhaps(r, 0.2, "suppress_ifgroup", r.choice(("default", "7", "2147483647"))),
            *(perhaps(r, 0.2, "realms", _realm(r)) * (family == 4)),
        ]
    )


def neighbour(r: Random, names: Names) -> str:
    """Return the command for a neighbour, or a proxy entry."""
    family, own = r.choice((4, 6)), words.pick(r, names)
    to = words.address(r, family)
    if r.random() < 0.15:
        proto = perhaps(r, 0.2, "protocol", r.choice(PROTOCOLS))
        flag = perhaps(r, 0.2, r.choice(("router", "extern_learn")))
        return " ".join([f"neigh add proxy {to} dev {own}", *proto, *flag])
    state = r.choice(
        (
            "permanent",
            "stale",
            "reachable",
            "noarp",
            "failed",
            "incomplete",
            "none",
            "delay",
            "probe",
        )
    )
    return " ".join(
        [
            f"neigh {r.choice(('add', 'replace'))} {to}",
            *perhaps(r, 0.9, "lladdr", words.mac(r)),
            *("dev", own, "nud", state),
            *perhaps(r, 0.2, "router"),
            *perhaps(r, 0.2, "extern_learn"),
            *perhaps(r, 0.1, "managed"),
            *perhaps(r, 0.2, "protocol", r.choice(PROTOCOLS)),
        ]
    )
