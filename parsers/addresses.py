"""Addresses, prefixes and MACs in the one form that records keep them in.

An IPv6 address that holds an IPv4 one has dots at its end, as ``inet_ntop`` prints it and every
Python should. Every function raises ValueError for a text that is not what it should be.
"""

import re
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton

_DEFAULT = {4: "0.0.0.0/0", 6: "::/0"}
_MAPPED, _COMPATIBLE = 0xFFFF, 0  # the 96 bits before an IPv4 address inside an IPv6 one
_MAC = re.compile(r"(?:[0-9A-Fa-f]{1,2}:)+[0-9A-Fa-f]{1,2}")
_LENGTHS = {str(length): length for length in range(129)}


@lru_cache(maxsize=65536)
def address(text: str) -> str:
    """Return an address in canonical form, without a length."""
    quick = _quick(text)
    return quick[0] if quick and "/" not in text else _text(ip_address(text))


@lru_cache(maxsize=65536)
def family(text: str) -> int:
    """Return 4 or 6 for an address or prefix."""
    return ip_interface(text).version


@lru_cache(maxsize=65536)
def prefix(text: str) -> str:
    """Return a prefix in canonical form; without a length it is one address.

    Bits beyond the length are an error: the kernel prints none.
    """
    quick = _quick(text)
    if quick and not int.from_bytes(quick[1], "big") & ((1 << 8 * len(quick[1]) - quick[2]) - 1):
        return f"{quick[0]}/{quick[2]}"
    network = ip_network(text)
    return f"{_text(network.network_address)}/{network.prefixlen}"


@lru_cache(maxsize=65536)
def with_length(text: str) -> str:
    """Return an interface's own address with its length: "172.16.0.57/24"."""
    if quick := _quick(text):
        return f"{quick[0]}/{quick[2]}"
    own = ip_interface(text)
    return f"{_text(own.ip)}/{own.network.prefixlen}"


def _quick(text: str) -> tuple[str, bytes, int] | None:
    """Return an address in canonical form, its bytes and its length, in a tenth of the time.

    None leaves it to ipaddress: what is no address, or has a scope, and what begins with ``::``,
    because there not every system's ``inet_ntop`` writes the same.
    """
    host, slash, length = text.partition("/")
    kind, most = (AF_INET6, 128) if ":" in host else (AF_INET, 32)
    bits = _LENGTHS.get(length, most + 1) if slash else most
    try:
        packed = inet_pton(kind, host)
    except OSError:
        return None
    if kind is AF_INET6:
        host = inet_ntop(kind, packed)
    return (host, packed, bits) if bits <= most and not host.startswith("::") else None


def _text(address: IPv4Address | IPv6Address) -> str:
    before, last = divmod(int(address), 1 << 32)
    is_mapped = before == _MAPPED
    is_compatible = before == _COMPATIBLE and last >= 1 << 16
    if isinstance(address, IPv4Address) or not (is_mapped or is_compatible):
        return str(address)
    return f"::{'ffff:' if is_mapped else ''}{IPv4Address(last)}"


def everywhere(version: int) -> str:
    """Return the default route's prefix."""
    return _DEFAULT[version]


def mac(text: str) -> str:
    """Return a link layer address in lower case; tunnels have an IP address there, or nothing."""
    return text.lower() if _MAC.fullmatch(text) else text
