"""Every kind of link, as the ``ip`` of this machine prints it."""

import subprocess
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from parsers.read import read_text
from parsers.reading import Reading
from parsers.records import Interface, VirtualFunction
from tests.parsers.link_messages import KINDS, SLAVES, messages

pytestmark = pytest.mark.needs("ip")

NOTHING_MORE = {"wireguard", "dummy", "team", "nlmon", "vcan"}


@cache
def reading() -> Reading:
    with TemporaryDirectory() as folder:
        path = Path(folder, "links")
        path.write_bytes(b"".join(messages()))
        command = ["ip", "-d", "-s", "monitor", "file", str(path)]
        said = subprocess.run(command, capture_output=True, check=True)
    return read_text("ip -d -s link", said.stdout)


def interface(name: str) -> Interface:
    return next(
        each for each in reading().records if isinstance(each, Interface) and each.name == name
    )


def test_every_line_is_understood() -> None:
    assert reading().ledger.unknown == ()
    assert reading().ledger.noise == 0


@pytest.mark.parametrize("kind", KINDS)
def test_a_link_is_of_its_kind(kind: str) -> None:
    found = interface(f"{kind}-0")
    assert found.link_kind == kind
    assert bool(found.kind_detail) == (kind not in NOTHING_MORE)


@pytest.mark.parametrize("kind", SLAVES)
def test_a_link_belongs_to_a_master_of_its_kind(kind: str) -> None:
    assert interface(f"of-{kind}").slave_kind == f"{kind}_slave"


def test_what_stands_on_lines_of_its_own_is_detail_too() -> None:
    detail = interface("vlan-0").kind_detail
    assert "protocol 802.1Q id 5" in detail
    assert "ingress-qos-map { 3:4 }" in detail
    assert "egress-qos-map { 1:2 }" in detail


def test_how_often_a_bonds_link_failed_is_no_state() -> None:
    found = interface("of-bond")
    assert "link_failure_count" not in found.slave_detail
    assert "link_failure_count 4" in found.volatile


def test_a_cards_virtual_functions_are_read_with_their_counters() -> None:
    first, second = (each for each in reading().records if isinstance(each, VirtualFunction))
    assert (first.interface, first.number, first.mac) == ("card", 0, "02:00:00:00:00:a0")
    assert (first.vlan, first.link_state, first.trust) == (None, "auto", "off")
    assert (second.vlan, second.link_state, second.trust) == (5, "enable", "on")
    assert "max_tx_rate 100Mbps" in second.attributes
    assert ("rx_bytes", 20) in second.counters
    assert first.counters == ()
