"""Addresses read the quick way are the ones that the careful way gives."""

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_interface, ip_network

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from parsers import addresses

ADDRESSES = st.one_of(
    st.ip_addresses(v=4).map(str),
    st.ip_addresses(v=6).map(str),
    st.ip_addresses(v=6).map(lambda each: each.exploded.upper()),
    st.lists(st.sampled_from(["0", "1", "ab", "00ab", "", "1.2.3.4"]), min_size=2, max_size=9).map(
        ":".join
    ),
    st.lists(st.sampled_from(["0", "1", "010", "255", "256", ""]), min_size=3, max_size=5).map(
        ".".join
    ),
)
LENGTHS = st.sampled_from(
    ["", "/", "/0", "/8", "/024", "/24", "/31", "/32", "/33", "/64", "/127", "/128"]
)


def _said(read: Callable[[str], str], text: str) -> str | None:
    try:
        return read(text)
    except ValueError:
        return None


def _dotted(found: IPv4Address | IPv6Address) -> str:
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        return f"::ffff:{found.ipv4_mapped}"
    if isinstance(found, IPv6Address) and 1 << 16 <= int(found) < 1 << 32:
        return f"::{IPv4Address(int(found))}"
    return str(found)


def _network(text: str) -> str:
    found = ip_network(text)
    return f"{_dotted(found.network_address)}/{found.prefixlen}"


def _interface(text: str) -> str:
    found = ip_interface(text)
    return f"{_dotted(found.ip)}/{found.network.prefixlen}"


@given(ADDRESSES, LENGTHS)
@example("0:0:0:0:0:ffff:1.2.3.4", "")
@example("0::1:2", "/128")
@example("1:0:0:2:0:0:0:3", "/64")
@example("fe80::1%eth0", "")
@example("10.0.0.1", "/24")
def test_an_address_is_what_ipaddress_says_it_is(text: str, length: str) -> None:
    assert _said(addresses.address, text + length) == _said(
        lambda each: _dotted(ip_address(each)), text + length
    )
    assert _said(addresses.address, text) == _said(lambda each: _dotted(ip_address(each)), text)
    assert _said(addresses.prefix, text + length) == _said(_network, text + length)
    assert _said(addresses.with_length, text + length) == _said(_interface, text + length)


@pytest.mark.parametrize("text", ["10.0.0.1/24", "2001:db8::1/64", "10.0.0.0/33", "010.0.0.0/8"])
def test_refuses_a_prefix_with_bits_beyond_its_length(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        addresses.prefix(text)
