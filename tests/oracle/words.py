"""Random words of ``ip``'s language: names, addresses, numbers, on whose grounds the rest stands.

Everything is drawn from a ``Random`` that is passed in, so that a seed is a state.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_network
from random import Random

NETS4 = ("192.0.2.0/24", "10.0.0.0/8", "172.16.0.0/12", "169.254.0.0/16", "100.64.0.0/10")
NETS6 = ("2001:db8::/64", "2001:db8::/32", "fd00::/8", "fe80::/64", "::ffff:0:0/96", "::/96")
NUMBERS = (0, 1, 2, 3, 9, 10, 80, 99, 255, 256, 1000, 32766, 65535, 65536, 2**31, 2**32 - 1)
PLAIN_NAMES = ("up0", "up1", "br0", "eth0.5", "cali1a2b3c4d5e6", "vxlan.calico")
KEYWORDS = (
    *("dev", "via", "proto", "scope", "src", "metric", "table", "nexthop", "onlink", "linkdown"),
    *("secondary", "dynamic", "tentative", "scope", "default", "blackhole", "inet", "link", "from"),
    *("lookup", "all", "NONE", "if7", "eth0@if3", "a@b", "veth", "state", "master", "vxlan", "mtu"),
)
SIGNS = "abcxyzABC0129_-+.,@=%&()[]{}<>|?!*^~$;\\\"'`é—日"
ODD = ("\udcff", "\x01", "\x1b[2J", "\udcc3", "\u2028", "\\x41", "\x7f", "\x85", "\u202e", "\u3000")
"""Bytes that are no UTF-8, what a terminal acts upon, blanks that are none to the kernel."""

_NOT_FIRST = "-\"'"  # an option, or a quotation


def name(r: Random) -> str:
    """Return a legal interface name: 15 bytes, no blank, slash or colon."""
    choice = r.random()
    if choice < 0.3:
        return r.choice(KEYWORDS)
    if choice < 0.5:
        return f"{r.choice(('veth', 'cali', 'tap', 'en'))}{r.getrandbits(r.choice((4, 28))):x}"
    signs = (*SIGNS, *ODD) if choice < 0.6 else SIGNS
    letters = [r.choice(signs) for _ in range(r.randint(1, 15))]
    text = _cut("".join(letters).lstrip(_NOT_FIRST), 15)
    return text if text not in ("", ".", "..") else "x"


def _cut(text: str, size: int) -> str:
    return text.encode("utf-8", "surrogateescape")[:size].decode("utf-8", "surrogateescape")


def alias(r: Random) -> str:
    """Return a text for an alias, with blanks in it."""
    return " ".join(name(r) for _ in range(r.randint(1, 5)))


def quoted(text: str) -> str:
    """Return a text as a word of ``ip -batch``; it has no escape for a quote."""
    if " " not in text:
        return text
    return f"'{text}'" if "'" not in text else f'"{text.replace(chr(34), "")}"'


def mac(r: Random) -> str:
    first = r.choice((0x02, 0x0A, 0xEE, 0x00))
    return ":".join(f"{byte:02x}" for byte in (first, *r.randbytes(5)))


def number(r: Random, most: int = 2**32 - 1) -> int:
    """Return a number that is likely to be at an edge."""
    if r.random() < 0.6:
        return min(r.choice(NUMBERS), most)
    return r.randint(0, most)


def address(r: Random, family: int) -> str:
    """Return an address, rather from where the prologue has its own."""
    nets = NETS4 if family == 4 else NETS6
    net = ip_network(nets[0] if r.random() < 0.5 else r.choice(nets))
    offset = r.randint(1, 200) if r.random() < 0.6 else r.randrange(net.num_addresses)
    return str(net[min(offset, net.num_addresses - 1)])


def prefix(r: Random, family: int) -> str:
    """Return a destination: any network, a host, the default route."""
    choice = r.random()
    if choice < 0.05:
        return "default"
    if choice < 0.2:
        return address(r, family)
    bits = 32 if family == 4 else 128
    length = r.randint(0, bits)
    value = int.from_bytes(r.randbytes(bits // 8), "big") >> (bits - length) << (bits - length)
    return f"{IPv4Address(value) if family == 4 else IPv6Address(value)}/{length}"


def group_address(r: Random, family: int) -> str:
    return f"239.1.1.{r.randint(1, 254)}" if family == 4 else f"ff05::{r.randint(1, 254):x}"


def pick(r: Random, names: Sequence[str]) -> str:
    """Return a link's name, rather one of the two that the prologue has made."""
    return r.choice(names[:2]) if r.random() < 0.55 else r.choice(names)


def perhaps(r: Random, likelihood: float, *words: object) -> list[str]:
    """Return the words, or none."""
    return [str(word) for word in words] if r.random() < likelihood else []


def on_off(r: Random) -> str:
    return r.choice(("on", "off"))
