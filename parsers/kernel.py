"""The kernel's numbers and the names that iproute2 prints for them.

From the headers ``linux/{if,if_addr,if_arp,rtnetlink,fib_rules,neighbour}.h`` and iproute2's
``/etc/iproute2/rt_protos``, ``rt_scopes``, ``rt_tables``, ``rt_dsfield``, ``rt_realms``,
and from ``/etc/protocols``.
"""


def _numbered(text: str) -> dict[int, str]:
    """Read "1 icmp 6 tcp"."""
    words = iter(text.split())
    return {int(number, 0): name for number, name in zip(words, words, strict=True)}


LINK_FLAGS = (
    (0x8, "LOOPBACK"),
    (0x2, "BROADCAST"),
    (0x10, "POINTOPOINT"),
    (0x1000, "MULTICAST"),
    (0x80, "NOARP"),
    (0x200, "ALLMULTI"),
    (0x100, "PROMISC"),
    (0x400, "MASTER"),
    (0x800, "SLAVE"),
    (0x4, "DEBUG"),
    (0x8000, "DYNAMIC"),
    (0x4000, "AUTOMEDIA"),
    (0x2000, "PORTSEL"),
    (0x20, "NOTRAILERS"),
    (0x1, "UP"),
    (0x10000, "LOWER_UP"),
    (0x20000, "DORMANT"),
    (0x40000, "ECHO"),
)
UP, RUNNING = 0x1, 0x40

LINK_TYPES = {
    1: "ether",
    32: "infiniband",
    280: "can",
    512: "ppp",
    519: "rawip",
    768: "ipip",
    769: "tunnel6",
    772: "loopback",
    776: "sit",
    778: "gre",
    801: "ieee802.11",
    803: "ieee802.11/radiotap",
    823: "gre6",
    824: "netlink",
    65534: "none",
    65535: "void",
}

ADDRESS_FLAGS = (
    (0x2, "nodad"),
    (0x4, "optimistic"),
    (0x8, "dadfailed"),
    (0x10, "home"),
    (0x20, "deprecated"),
    (0x40, "tentative"),
    (0x100, "mngtmpaddr"),
    (0x200, "noprefixroute"),
    (0x400, "autojoin"),
    (0x800, "stable-privacy"),
)
SECONDARY, PERMANENT = 0x1, 0x80

SCOPES = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}

ROUTE_TYPES = {
    1: "unicast",
    2: "local",
    3: "broadcast",
    4: "anycast",
    5: "multicast",
    6: "blackhole",
    7: "unreachable",
    8: "prohibit",
    9: "throw",
    10: "nat",
    11: "xresolve",
}
CLONED = 0x200  # an entry of the cache, not of a table

HOP_FLAGS = (
    (0x1, "dead"),
    (0x2, "pervasive"),
    (0x4, "onlink"),
    (0x8, "offload"),
    (0x10, "linkdown"),
    (0x20, "unresolved"),
    (0x40, "trap"),
)

TABLES = {0: "unspec", 253: "default", 254: "main", 255: "local"}

PROTOCOLS = {
    0: "unspec",
    1: "redirect",
    2: "kernel",
    3: "boot",
    4: "static",
    8: "gated",
    9: "ra",
    10: "mrt",
    11: "zebra",
    12: "bird",
    13: "dnrouted",
    14: "xorp",
    15: "ntk",
    16: "dhcp",
    18: "keepalived",
    42: "babel",
    99: "openr",
    186: "bgp",
    187: "isis",
    188: "ospf",
    189: "rip",
    192: "eigrp",
}

DSFIELDS = _numbered(
    "0x20 CS1 0x40 CS2 0x60 CS3 0x80 CS4 0xa0 CS5 0xc0 CS6 0xe0 CS7 0x28 AF11 0x30 AF12 "
    "0x38 AF13 0x48 AF21 0x50 AF22 0x58 AF23 0x68 AF31 0x70 AF32 0x78 AF33 0x88 AF41 "
    "0x90 AF42 0x98 AF43 0xb8 EF"
)
REALMS = {0: "cosmos"}

RTA_NH_ID = 30  # which pyroute2 has no name for

PREFERENCES = {0: "medium", 1: "high", 3: "low"}

RULE_ACTIONS = {3: "nop", 6: "blackhole", 7: "unreachable", 8: "prohibit"}
TO_TABLE, TO_RULE = 1, 2
INVERTED, UNRESOLVED, DETACHED = 0x2, 0x4, 0x8 | 0x10

IP_PROTOCOLS = _numbered(
    "0 ip 1 icmp 2 igmp 3 ggp 4 ipencap 5 st 6 tcp 8 egp 9 igp 12 pup 17 udp 20 hmp "
    "22 xns-idp 27 rdp 29 iso-tp4 33 dccp 36 xtp 37 ddp 38 idpr-cmtp 41 ipv6 43 ipv6-route "
    "44 ipv6-frag 45 idrp 46 rsvp 47 gre 50 esp 51 ah 57 skip 58 ipv6-icmp 59 ipv6-nonxt "
    "60 ipv6-opts 73 rspf 81 vmtp 88 eigrp 89 ospf 93 ax.25 94 ipip 97 etherip 98 encap "
    "103 pim 108 ipcomp 112 vrrp 115 l2tp 124 isis 132 sctp 133 fc 135 mobility-header "
    "136 udplite 137 mpls-in-ip 138 manet 139 hip 140 shim6 141 wesp 142 rohc 143 ethernet"
)

NUD = {
    0: "NONE",
    1: "INCOMPLETE",
    2: "REACHABLE",
    4: "STALE",
    8: "DELAY",
    16: "PROBE",
    32: "FAILED",
    64: "NOARP",
    128: "PERMANENT",
}
NEIGHBOUR_FURTHER_FLAGS = ((0x1, "managed"), (0x4, "extern_valid"))
NEIGHBOUR_FLAGS = ((0x8, "proxy"), (0x10, "extern_learn"), (0x20, "offload"), (0x80, "router"))

FAMILIES = {2: 4, 10: 6}
NO_LIMIT = 0xFFFFFFFF  # a lifetime that is forever, a suppression that is not set


def names(bits: int, table: tuple[tuple[int, str], ...]) -> list[str]:
    """Return the names of the bits that are set, in iproute2's order."""
    return [name for bit, name in table if bits & bit]
