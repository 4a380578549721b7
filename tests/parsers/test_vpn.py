"""IPsec and WireGuard: what encrypts, without what it encrypts with."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from parsers.catalogue import entry
from parsers.read import read_text
from parsers.records import WireguardPeer, XfrmPolicy, XfrmState
from parsers.text import Text
from parsers.wireguard import read_wireguard
from parsers.xfrm import read_xfrm
from tests.golden import SAMPLES

KEY = "0x0102030405060708090a0b0c0d0e0f1011121314"
STATE = f"""\
src 192.0.2.1 dst 192.0.2.2
\tproto esp spi 0x{{spi}}(3221225472) reqid 1(0x00000001) mode tunnel
\treplay-window 32 seq 0x00000000 flag af-unspec (0x00100000)
\tmark 0x2/0xff
\taead rfc4106(gcm(aes)) {KEY} (160 bits) 128
\tencap type espinudp sport 4500 dport 4500 addr 0.0.0.0
\tanti-replay context: seq 0x0, oseq 0x0, bitmap 0x00000000
\tlifetime config:
\t  limit: soft (INF)(bytes), hard (INF)(bytes)
\t  limit: soft (INF)(packets), hard (INF)(packets)
\t  expire add: soft 3217(sec), hard 3960(sec)
\t  expire use: soft 0(sec), hard 0(sec)
\tlifetime current:
\t  252(bytes), 3(packets)
\t  add 2026-11-23 16:06:24 use 2026-11-23 16:06:25
\tstats:
\t  replay-window 0 replay 1 failed 2
"""
PEER = "p8bBXBKQXmNWddg1UV5Q9nMi2khVqGKf6EMovvZhuFU="


def states(text: str) -> list[XfrmState]:
    reading = read_xfrm(Text(text))
    assert reading.ledger.unknown == ()
    return [each for each in reading.records if isinstance(each, XfrmState)]


def test_two_associations_of_one_request_are_one_record() -> None:
    (alone,) = states(STATE.format(spi="c0ffee01"))
    (both,) = states(STATE.format(spi="c0ffee01") + STATE.format(spi="c0ffee02"))
    assert both == replace(
        alone, spis=("0xc0ffee01", "0xc0ffee02"), packets=6, bytes=504, replayed=2, failed=4
    )


def test_a_key_that_stands_in_the_text_is_in_no_record() -> None:
    (found,) = states(STATE.format(spi="c0ffee01"))
    assert found.algorithms == ("aead rfc4106(gcm(aes)) 128",)
    assert KEY[2:] not in repr(found)


def test_no_question_asks_for_keys() -> None:
    assert "state list nokeys" in entry("ip-xfrm").probe.command
    assert "WG_HIDE_KEYS=always" in entry("wg-show").probe.command


def test_an_association_that_waits_for_its_keys_is_none() -> None:
    waiting = STATE.format(spi="c0ffee01").replace("\taead", "\tcoa 192.0.2.1\n#").split("#")
    assert states(waiting[0] + waiting[1].partition("\n")[2]) == []


def test_statistics_change_no_policy() -> None:
    folder = SAMPLES / "ip-xfrm"
    short, long = (
        [
            replace(each, packets=None, bytes=None)
            for each in read_xfrm(Text((folder / f"policies-{case}.txt").read_text())).records
            if isinstance(each, XfrmPolicy)
        ]
        for case in ("alone", "with-statistics")
    )
    assert short == long
    assert short[-1].templates == (
        "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0xc0ffee01 reqid 1 mode tunnel",
    )


def peer(*lines: str, taken: datetime | None = None) -> WireguardPeer:
    text = "\n  ".join((f"interface: wg0\n\npeer: {PEER}", *lines))
    _, found = read_wireguard(Text(text, taken=taken)).records
    assert isinstance(found, WireguardPeer)
    return found


@pytest.mark.parametrize(
    ("ago", "instant"),
    [
        ("Now", "2026-11-23T12:00:00+00:00"),
        ("1 second ago", "2026-11-23T11:59:59+00:00"),
        ("1 day, 2 hours, 3 minutes, 4 seconds ago", "2026-11-22T09:56:56+00:00"),
        ("(System clock wound backward; connection problems may ensue.)", ""),
    ],
)
def test_a_handshakes_age_becomes_an_instant(ago: str, instant: str) -> None:
    taken = datetime(2026, 11, 23, 12, tzinfo=UTC)
    assert peer(f"latest handshake: {ago}", taken=taken).handshake_at == instant


def test_words_that_are_no_span_of_time_are_refused() -> None:
    text = f"interface: wg0\npeer: {PEER}\n  latest handshake: soon\n"
    reading = read_text("wg show", text.encode())
    assert [each.kind for each in reading.records] == ["wireguard-interface"]
    assert reading.ledger.unknown


def test_amounts_and_prefixes_are_told_in_one_form() -> None:
    found = peer(
        "preshared key: (hidden)",
        "allowed ips: FD00::/64, 10.0.0.0/8",
        "transfer: 1.50 KiB received, 2 B sent",
    )
    assert (found.received, found.sent) == (1536, 2)
    assert found.allowed == ("10.0.0.0/8", "fd00::/64")
    assert found.has_shared_key
