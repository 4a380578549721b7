"""The engine: what becomes of a line that a template does not expect."""

import pytest

from parsers import fsm
from parsers.engine import Run
from parsers.gather import Gathering
from parsers.read import read_text
from parsers.records import Address, Interface, Neighbour, Route
from parsers.text import Text, decode

LO = """1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
"""


def test_reports_a_line_it_does_not_know_and_reads_on() -> None:
    reading = read_text("ip-addr", f"{LO}    colour blue\n    inet6 ::1/128 scope host\n".encode())
    assert [(each.line, each.text) for each in reading.ledger.unknown] == [(4, "    colour blue")]
    assert [type(each) for each in reading.records] == [Interface, Address, Address]
    assert reading.line_numbers == (1, 3, 5)


def test_gives_the_addresses_below_an_unreadable_interface_to_nobody() -> None:
    text = f"{LO}2: eth0 <UP> new style\n    inet 10.0.0.1/8 scope global eth0\n"
    reading = read_text("ip-addr", text.encode())
    assert [each.line for each in reading.ledger.unknown] == [4, 5]
    assert len(reading.records) == 2


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("ip-addr", "4: eth0@if2: mtu 1500 qdisc noqueue state DOWN group default qlen 1000"),
        ("ip-route", "10.4.0.0/16 proto bird \\\tnexthop via 10.0.0.1 shiny dev eth0 weight 1"),
        ("ip-neigh", "10.0.0.1 dev eth0 dev eth1 STALE"),
        ("ip-neigh", "10.0.0.1 router dev eth0 STALE"),
        ("ip-neigh", "10.0.0.1 dev proxy"),
        ("ip-neigh", "10.0.0.1 proxy"),
    ],
)
def test_refuses_a_line_that_lacks_a_part_or_has_one_too_many(command: str, line: str) -> None:
    reading = read_text(command, f"{line}\n".encode())
    assert reading.records == ()
    assert [each.text for each in reading.ledger.unknown] == [line]


def test_a_next_hop_below_a_blank_line_is_nobodys() -> None:
    text = b"prohibit 10.2.0.0/16\n\n\tnexthop via 10.0.0.9 dev eth1 weight 1\n"
    reading = read_text("ip-route", text)
    (route,) = reading.records
    assert isinstance(route, Route)
    assert route.next_hops == ()
    assert [each.line for each in reading.ledger.unknown] == [3]


def test_refuses_the_next_hops_of_a_route_that_is_refused() -> None:
    text = b"10.0.0.0/99\n\tnexthop via 10.0.0.9 dev eth1 weight 1\n10.1.0.0/16 dev eth0\n"
    reading = read_text("ip-route", text)
    assert [each.line for each in reading.ledger.unknown] == [1, 2]
    assert len(reading.records) == 1


def test_keeps_the_interface_that_an_unreadable_line_ended() -> None:
    reading = read_text("ip-addr", f"{LO}who wrote this?\n{LO.replace('1: lo', '2: l2')}".encode())
    found = [each for each in reading.records if isinstance(each, Interface)]
    assert [each.name for each in found] == ["lo", "l2"]


def test_gives_the_next_hops_below_an_unreadable_route_to_nobody() -> None:
    hop = "\tnexthop via 10.0.0.9 dev eth1 weight 1"
    text = f"default via 10.0.0.1 dev eth0\nshiny 10.2.0.0/16\n{hop}\n"
    reading = read_text("ip-route", text.encode())
    (route,) = reading.records
    assert isinstance(route, Route)
    assert [hop.gateway for hop in route.next_hops] == ["10.0.0.1"]
    assert [each.line for each in reading.ledger.unknown] == [2, 3]


def test_does_not_let_a_second_value_overwrite_the_first() -> None:
    reading = read_text("ip-addr", f"{LO}    link/ether 02:00:00:00:00:01\n".encode())
    assert [each.line for each in reading.ledger.unknown] == [4]
    assert isinstance(reading.records[0], Interface)
    assert reading.records[0].link_type == "loopback"


def test_does_not_count_as_parsed_what_gave_no_record() -> None:
    text = (
        "Value Required Name (\\w+)\nValue Size (\\d+)\n\nStart\n"
        "  ^name ${Name}$$ -> Record\n  ^size ${Size}$$\n  ^. -> Error\n"
    )
    lines = ["name eth0", "", "size 7"]
    reading = Run(fsm.compile_template("sizes", text), lines, bytearray(len(lines)))
    reading.read()
    ledger = reading.ledger()
    assert len(reading.rows) == 1
    assert [each.line for each in ledger.unknown] == [3]
    assert (ledger.parsed, ledger.noise) == (1, 1)


def test_counts_a_title_as_noise_and_a_number_as_parsed() -> None:
    rows = fsm.run("ethtool-S", ["NIC statistics:", "     rx_packets: 5"])
    assert (rows.ledger.noise, rows.ledger.parsed) == (1, 1)


def test_an_address_that_is_none_makes_its_line_unknown() -> None:
    text = b"300.1.1.1 dev eth0 lladdr 02:00:00:00:00:01 STALE\n10.0.0.1 dev eth0 FAILED\n"
    reading = read_text("ip-neigh", text)
    assert [each.line for each in reading.ledger.unknown] == [1]
    assert reading.line_numbers == (2,)
    assert reading.ledger.parsed == 1


def test_a_line_refused_twice_is_counted_once_and_a_blank_one_never() -> None:
    lines = ["10.0.0.1 dev eth0 FAILED", "what?", ""]
    gathered = Gathering.of(lines, fsm.run("ip-neigh", lines))
    for line in (1, 1, 2, 3):
        gathered.refuse(line)
    ledger = gathered.reading().ledger
    assert (ledger.lines, ledger.parsed, ledger.noise, len(ledger.unknown)) == (3, 0, 1, 2)


def test_a_cut_route_is_unknown_and_no_directly_connected_one() -> None:
    reading = read_text("ip-route", b"10.0.0.0/8 dev eth0\n10.1.0.0/16")
    assert len(reading.records) == 1
    assert [each.text for each in reading.ledger.unknown] == ["10.1.0.0/16"]


def test_a_template_that_could_end_early_or_go_nowhere_is_refused() -> None:
    for text in (
        "Value A (a)\n\nStart\n  ^${A} -> End\n  ^. -> Error\n",
        "Value A (a)\n\nStart\n  ^${A}\n  ^. -> Error Nowhere\n",
        "Value Fillup A (a)\n\nStart\n  ^${A}\n  ^. -> Error\n",
        "Start\n  ^(\n",
    ):
        with pytest.raises(fsm.TemplateError):
            fsm.compile_template("t", text)
    with pytest.raises(fsm.TemplateError, match="no template named"):
        fsm.run("no-such-thing", [])


def test_an_escape_code_is_seen_and_not_obeyed() -> None:
    reading = read_text(
        "ip-neigh", b"10.0.0.1 dev eth0\x1b[8m lladdr 02:00:00:00:00:01 STALE\x1b[0m\n"
    )
    assert reading.records == ()
    assert "\\x1b[8m" in reading.ledger.unknown[0].text


def test_a_carriage_return_inside_a_line_hides_nothing() -> None:
    reading = read_text(
        "ip-neigh", b"10.0.0.1 dev eth0 FAILED\r10.0.0.1 dev eth0 lladdr 2:0:0:0:0:1 STALE\n"
    )
    assert reading.records == ()
    assert "\\x0d" in reading.ledger.unknown[0].text


def test_reads_lines_that_end_in_carriage_return_and_line_feed() -> None:
    reading = read_text("ip-neigh", b"10.0.0.1 dev eth0 FAILED\r\n10.0.0.2 dev eth0 FAILED\r\n")
    assert len(reading.records) == 2
    assert reading.ledger.lines == 2


def test_only_a_line_feed_ends_a_line() -> None:
    text = "a\x0bb\x0cc\x1cd\x85e\u2028f\ng".encode()
    assert len(Text(decode(text)).lines) == 2


def test_bytes_that_are_no_utf8_are_kept_visibly() -> None:
    reading = read_text("ip-neigh", b"10.0.0.1 dev eth\xff lladdr 02:00:00:00:00:01 STALE\n")
    (entry,) = reading.records
    assert isinstance(entry, Neighbour)
    assert entry.device == "eth\\xff"
