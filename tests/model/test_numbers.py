"""Addresses as numbers: what the quick way reads is what ``ipaddress`` reads."""

from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import TypeVar

from hypothesis import given
from hypothesis import strategies as st

from netsnap.model.numbers import block, number

T = TypeVar("T")

texts = st.one_of(
    st.ip_addresses().map(str),
    st.ip_addresses(v=4).map(lambda address: f"{address}/{int(address) % 35}"),
    st.text("0123456789./:af%", max_size=20),
    st.sampled_from(
        ["1.2.3", "01.2.3.4", "1.2.3.4/", "1.2.3.4/08", "1.2.3.4/33", "", "::1%x", "0/0"]
    ),
)


def _told(read: Callable[[str], T], text: str) -> T | None:
    try:
        return read(text)
    except ValueError:
        return None


def _address(text: str) -> tuple[int, int]:
    address = ip_address(text)
    return address.version, int(address)


def _prefix(text: str) -> tuple[int, int, int]:
    network = ip_network(text, strict=False)
    return network.version, int(network.network_address), network.prefixlen


@given(texts)
def test_an_address_is_what_ipaddress_says(text: str) -> None:
    assert _told(number, text) == _told(_address, text)


@given(texts)
def test_a_prefix_is_what_ipaddress_says(text: str) -> None:
    assert _told(block, text) == _told(_prefix, text)
