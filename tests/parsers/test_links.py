"""What ``ip`` tells of interfaces in its several forms: nothing of it is guessed at or lost."""

from pathlib import Path

import pytest

from parsers.read import read_text
from parsers.records import Address, Interface, InterfaceCounters, VirtualFunction
from parsers.roles import Record
from tests.golden import SAMPLES, name

VERSIONS = sorted(SAMPLES.glob("ip-addr/iproute2-*.txt"))
HEAD = "2: eth0: <UP> mtu 1500\n    link/ether 02:00:00:00:00:01 brd ff:ff:ff:ff:ff:ff\n"
RX = "    RX: bytes  packets  errors  dropped overrun mcast\n"


def read(text: str) -> tuple[tuple[Record, ...], list[int]]:
    reading = read_text("ip -s link", text.encode())
    return reading.records, [each.line for each in reading.ledger.unknown]


@pytest.mark.parametrize("sample", VERSIONS, ids=name)
def test_every_version_of_ip_tells_of_the_same_links(sample: Path) -> None:
    newest = read_text("ip-addr", VERSIONS[-1].read_bytes())
    ours = read_text("ip-addr", sample.read_bytes())
    assert _links(ours.records) == _links(newest.records)
    assert ours.ledger.unknown == ()


@pytest.mark.parametrize("probe", ["ip-route", "ip6-route", "ip-neigh"])
def test_every_version_of_ip_tells_of_the_same_routes_and_neighbours(probe: str) -> None:
    readings = [
        read_text(probe, sample.read_bytes())
        for sample in sorted(SAMPLES.glob(f"{probe}/iproute2-*.txt"))
    ]
    assert len(readings) == 5
    told = [[each.identity for each in reading.records] for reading in readings]
    assert all(each == told[0] and each for each in told)
    assert all(reading.ledger.unknown == () for reading in readings)


def _links(records: tuple[Record, ...]) -> list[tuple[object, ...]]:
    links = [
        (each.name, each.index, each.flags, each.mtu, each.mac, each.master, each.link_kind)
        for each in records
        if isinstance(each, Interface)
    ]
    counted = [
        (each.interface, each.tx_bytes is not None, each.carrier_changes is not None)
        for each in records
        if isinstance(each, InterfaceCounters)
    ]
    assert len(counted) == len(links)
    return [*links, *counted, *(each.identity for each in records if isinstance(each, Address))]


def test_a_typed_question_for_counters_gives_interfaces_too() -> None:
    records, unknown = read(f"{HEAD}{RX}    1 2 3 4 5 6\n")
    assert unknown == []
    assert [record.kind for record in records] == ["interface", "interface-counters"]
    counted = records[1]
    assert isinstance(counted, InterfaceCounters)
    assert (counted.rx_bytes, counted.rx_overrun_errors, counted.rx_multicast) == (1, 5, 6)
    assert (counted.rx_missed_errors, counted.tx_bytes) == (None, None)


def test_the_question_for_counters_gives_nothing_that_another_one_is_asked_for() -> None:
    records = read_text("ip-counters", f"{HEAD}{RX}    1 2 3 4 5 6\n".encode()).records
    assert [record.kind for record in records] == ["interface-counters"]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (f"{RX}    1 2 3 4 5\n", [3, 4]),
        (f"{RX}    1 2 3 4 5 6 7\n", [3, 4]),
        (f"{RX}", [3]),
        ("    1 2 3 4 5 6\n", [3]),
        (f"{RX}    1 2 3 4 5 6\n{RX}    7 8 9 1 2 3\n", [5, 6]),
        ("    TX: bytes mcast\n    1 2\n", [3, 4]),
    ],
)
def test_numbers_that_do_not_fit_their_heading_are_unknown(text: str, lines: list[int]) -> None:
    assert read(HEAD + text)[1] == lines


def test_a_virtual_functions_counters_are_not_its_cards() -> None:
    text = (
        f"{HEAD}{RX}    1 2 3 4 5 6\n"
        "    vf 0     link/ether 02:00:00:00:00:aa brd ff:ff:ff:ff:ff:ff, vlan 5, qos 2,"
        " spoof checking on, link-state auto, trust off, query_rss off\n"
        "    RX: bytes  packets  mcast   bcast   dropped\n    10 11 12 13 14\n"
        "    vf 1 MAC 02:00:00:00:00:AB, tx rate 100 (Mbps), max_tx_rate 100Mbps\n"
    )
    records, unknown = read(text)
    assert unknown == []
    _, counted, first, second = records
    assert isinstance(counted, InterfaceCounters)
    assert counted.rx_bytes == 1
    assert first == VirtualFunction(
        interface="eth0",
        number=0,
        mac="02:00:00:00:00:aa",
        vlan=5,
        link_state="auto",
        spoof_checking="on",
        trust="off",
        attributes=("qos 2", "query_rss off"),
        counters=(
            ("rx_bytes", 10),
            ("rx_packets", 11),
            ("rx_multicast", 12),
            ("rx_broadcast", 13),
            ("rx_dropped", 14),
        ),
    )
    assert isinstance(second, VirtualFunction)
    assert second.mac == "02:00:00:00:00:ab"
    assert second.attributes == ("max_tx_rate 100Mbps", "tx rate 100 (Mbps)")


def test_one_line_output_says_what_the_lines_say() -> None:
    lines = f"{HEAD}    altname enp1s0\n{RX}    1 2 3 4 5 6\n"
    one_line = lines.rstrip().replace("\n", "\\") + "\n"
    assert read(one_line)[0] == read(lines)[0]


def test_a_one_line_record_with_an_unknown_part_is_unknown() -> None:
    one_line = HEAD.rstrip().replace("\n", "\\")
    records, unknown = read(f"{one_line}\\    spin up\n{one_line.replace('eth0', 'eth1')}\n")
    assert unknown == [1]
    assert [getattr(each, "name", "") for each in records] == ["eth0", "eth1"]


def test_a_backslash_in_an_alias_begins_no_address() -> None:
    records, unknown = read(f"{HEAD}    alias x\\    inet 192.0.2.66/24 scope global eth0\n")
    assert unknown == []
    assert [record.kind for record in records] == ["interface"]


def test_addresses_alone_make_up_no_interface() -> None:
    records, unknown = read(
        "2: eth0    inet 192.0.2.1/24 scope global eth0\\       valid_lft 9sec preferred_lft 8sec\n"
    )
    assert unknown == []
    (only,) = records
    assert isinstance(only, Address)
    assert (only.interface, only.valid_lifetime) == ("eth0", 9)


def test_a_brief_line_with_more_on_it_is_unknown() -> None:
    text = b"eth0 UP 192.0.2.1/24\neth1 UP 192.0.2.300/24\neth2 UP 192.0.2.2/24 here\n"
    reading = read_text("ip -br addr", text)
    assert [each.line for each in reading.ledger.unknown] == [2, 3]
    assert [record.kind for record in reading.records] == ["interface", "address"]
