"""The kernel's numbers, named as iproute2's own files name them, and by the kernel's headers."""

from functools import cache
from pathlib import Path

PLACES = (Path("/etc/iproute2"), Path("/usr/share/iproute2"), Path("/usr/lib/iproute2"))

LINK_FLAGS = (
    *("UP", "BROADCAST", "DEBUG", "LOOPBACK", "POINTOPOINT", "NOTRAILERS", "RUNNING", "NOARP"),
    *("PROMISC", "ALLMULTI", "MASTER", "SLAVE", "MULTICAST", "PORTSEL", "AUTOMEDIA", "DYNAMIC"),
    *("LOWER_UP", "DORMANT", "ECHO"),
)
"""linux/if.h: the bits of net_device_flags, from the lowest."""

LINK_TYPES = {
    1: "ether",
    772: "loopback",
    768: "ipip",
    769: "tunnel6",
    776: "sit",
    778: "gre",
    823: "gre6",
    519: "rawip",
    65534: "none",
}

ADDRESS_FLAGS = {
    0x02: "nodad",
    0x04: "optimistic",
    0x08: "dadfailed",
    0x10: "home",
    0x20: "deprecated",
    0x40: "tentative",
    0x100: "mngtmpaddr",
    0x200: "noprefixroute",
    0x400: "autojoin",
    0x800: "stable-privacy",
}

ROUTE_TYPES = (
    *("unspec", "unicast", "local", "broadcast", "anycast", "multicast", "blackhole"),
    *("unreachable", "prohibit", "throw", "nat", "xresolve"),
)

HOP_FLAGS = ("dead", "pervasive", "onlink", "offload", "linkdown", "unresolved", "trap")

NUD = ("INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "NOARP", "PERMANENT")

NEIGHBOUR_FLAGS = {0x08: "proxy", 0x10: "extern_learn", 0x20: "offload", 0x80: "router"}


def bits(number: int, names: tuple[str, ...]) -> list[str]:
    """Return the names of the bits that are set, the lowest bit's name first."""
    return [name for bit, name in enumerate(names) if number >> bit & 1]


def marked(number: int, names: dict[int, str]) -> list[str]:
    return [name for bit, name in names.items() if number & bit]


def name(file: str, number: int, otherwise: str = "") -> str:
    """Return what ``ip`` prints for a number: the name in one of its files, or the number."""
    return _names(file).get(number, otherwise or str(number))


@cache
def _names(file: str) -> dict[int, str]:
    found: dict[int, str] = {}
    for place in reversed(PLACES):
        path = place / file
        for line in path.read_text("utf-8").splitlines() if path.exists() else ():
            words = line.partition("#")[0].split()
            if len(words) == 2:
                found[int(words[0], 0)] = words[1]
    return found


@cache
def transport(number: int) -> str:
    """Return what ``ip`` prints for an IP protocol."""
    lines = Path("/etc/protocols")
    for line in lines.read_text("utf-8").splitlines() if lines.exists() else ():
        words = line.partition("#")[0].split()
        if len(words) > 1 and int(words[1]) == number:
            return words[0]
    return f"ipproto-{number}"
