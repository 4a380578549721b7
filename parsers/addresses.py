"""Addresses, prefixes and MACs in the one form that records keep them in.

Every function raises ValueError for a text that is not what it should be.
"""

import re
from functools import lru_cache
from ipaddress import ip_address, ip_interface, ip_network

_DEFAULT = {4: "0.0.0.0/0", 6: "::/0"}
_MAC = re.compile(r"(?:[0-9A-Fa-f]{1,2}:)+[0-9A-Fa-f]{1,2}")


@lru_cache(maxsize=65536)
def address(text: str) -> str:
    """Return an address in canonical form, without a length."""
    return str(ip_address(text))


@lru_cache(maxsize=65536)
def family(text: str) -> int:
    """Return 4 or 6 for an address or prefix."""
    return ip_interface(text).version


@lru_cache(maxsize=65536)
def prefix(text: str) -> str:
    """Return a prefix in canonical form; without a length it is one address.

    Bits beyond the length are an error: the kernel prints none.
    """
    return str(ip_network(text))


@lru_cache(maxsize=65536)
def with_length(text: str) -> str:
    """Return an interface's own address with its length: "172.16.0.57/24"."""
    return str(ip_interface(text))


def everywhere(version: int) -> str:
    """Return the default route's prefix."""
    return _DEFAULT[version]


def mac(text: str) -> str:
    """Return a link layer address in lower case; tunnels have an IP address there, or nothing."""
    return text.lower() if _MAC.fullmatch(text) else text
