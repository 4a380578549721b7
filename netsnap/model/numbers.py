"""Addresses and prefixes as numbers, which is how a routing table compares them."""

from functools import lru_cache
from ipaddress import ip_address, ip_network
from socket import AF_INET, inet_pton
from typing import NamedTuple

from parsers import addresses

IPV4 = 4
IPV6 = 6
WIDTH = {IPV4: 32, IPV6: 128}
REMEMBERED = 1 << 18
"""Texts that are read once: more than the addresses of the largest cluster."""


class Number(NamedTuple):
    """An address: its family and its bits."""

    family: int
    bits: int


class Block(NamedTuple):
    """A prefix: its family, its first address' bits, and its length."""

    family: int
    bits: int
    length: int

    def holds(self, number: Number) -> bool:
        """Say whether the address lies inside."""
        shift = WIDTH[self.family] - self.length
        return self.family == number.family and self.bits >> shift == number.bits >> shift

    def meets(self, other: "Block") -> bool:
        """Say whether two blocks have an address in common."""
        wider = min(self, other, key=lambda each: each.length)
        return wider.holds(Number(*(other if wider is self else self)[:2]))


_LENGTHS = {str(length): length for length in range(WIDTH[IPV4] + 1)}


def _quad(text: str) -> int | None:
    """Read an IPv4 address in a tenth of the time; None leaves it to ipaddress."""
    try:
        return int.from_bytes(inet_pton(AF_INET, text), "big")
    except (OSError, ValueError):  # no such address; a NUL in the text
        return None


@lru_cache(maxsize=REMEMBERED)
def number(address: str) -> Number:
    """Read an address without length. Raises ValueError for anything else."""
    bits = _quad(address)
    if bits is not None:
        return Number(IPV4, bits)
    parsed = ip_address(address)
    return Number(parsed.version, int(parsed))


@lru_cache(maxsize=REMEMBERED)
def block(prefix: str) -> Block:
    """Read a prefix; host bits are dropped. Raises ValueError for anything else."""
    host, _, length = prefix.partition("/")
    bits = _quad(host)
    if bits is not None and length in _LENGTHS:
        beyond = WIDTH[IPV4] - _LENGTHS[length]
        return Block(IPV4, bits >> beyond << beyond, _LENGTHS[length])
    parsed = ip_network(prefix, strict=False)
    return Block(parsed.version, int(parsed.network_address), parsed.prefixlen)


@lru_cache(maxsize=REMEMBERED)
def canonical(address: str) -> str:
    """Return an address as records write it. Raises ValueError for anything else."""
    return addresses.address(address)


@lru_cache(maxsize=REMEMBERED)
def bare(address: str) -> str:
    """Return an interface address ("172.16.0.57/24") without its length."""
    host, _, length = address.partition("/")
    if length in _LENGTHS and _quad(host) is not None:
        return host
    return addresses.with_length(address).partition("/")[0]


def is_link_local(of: Number) -> bool:
    """Say whether an address means something on its own link only."""
    return LINK_LOCAL[of.family].holds(of)


LINK_LOCAL = {IPV4: block("169.254.0.0/16"), IPV6: block("fe80::/10")}
