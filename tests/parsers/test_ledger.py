"""The ledger: it keeps some of the text that was not understood, and counts all of it."""

import hashlib
from datetime import UTC, datetime

import pytest

from collector.capture import HOST, Capture, Outcome, Question, Reach
from parsers import codec
from parsers.answer import Answer, NodeView, Snapshot
from parsers.assemble import assemble
from parsers.read import as_json, read, read_text
from parsers.reading import KEPT, LONGEST, Ledger, Reading, UnknownLine

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _strange(count: int, last: str = "") -> bytes:
    lines = [f"strange line {number}" for number in range(count)]
    if last:
        lines[-1] = last
    return "".join(f"{line}\n" for line in lines).encode()


def test_an_answer_of_unknown_lines_keeps_some_and_counts_all() -> None:
    ledger = read_text("ip-route", _strange(KEPT + 7)).ledger
    assert (len(ledger.unknown), ledger.more, ledger.unknown_count) == (KEPT, 7, KEPT + 7)
    assert ledger.lines == ledger.parsed + ledger.noise + ledger.unknown_count
    rest = "".join(f"strange line {number}\n" for number in range(KEPT, KEPT + 7))
    assert ledger.more_digest == hashlib.sha256(rest.encode()).hexdigest()


def test_an_answer_of_few_unknown_lines_is_told_whole() -> None:
    ledger = read_text("ip-route", _strange(KEPT)).ledger
    assert (len(ledger.unknown), ledger.more, ledger.more_digest) == (KEPT, 0, "")
    assert "more" not in as_json(Reading(ledger=ledger))["ledger"]


def test_a_long_unknown_line_is_told_by_its_beginning_its_length_and_its_digest() -> None:
    one, other = "x" * (LONGEST + 5), "x" * (LONGEST + 4) + "y"
    texts = [read_text("ip-route", each.encode()).ledger.unknown[0].text for each in (one, other)]
    assert texts[0].startswith("x" * LONGEST + f"… ({LONGEST + 5} characters, SHA-256 ")
    assert texts[0] != texts[1]
    whole = read_text("ip-route", b"x" * LONGEST).ledger.unknown[0].text
    assert whole == "x" * LONGEST


@pytest.mark.parametrize("count", [0, 1, KEPT, KEPT + 1])
def test_a_ledger_is_stored_and_comes_back_as_it_was(count: int) -> None:
    reading = read_text("ip-route", _strange(count)) if count else Reading()
    assert codec.decode(codec.encode(reading)) == reading


def test_bounding_twice_is_bounding_once() -> None:
    unknown = tuple(UnknownLine(number, "x") for number in range(1, KEPT + 3))
    once = Ledger(KEPT + 2, 0, 0, unknown).bounded()
    assert once.bounded() == once


def _blind(data: bytes) -> tuple[str, tuple[str, ...]]:
    question = Question("ip-route")
    reading = read(Capture("k8s1", question, "ip route", Outcome.ANSWERED, 0, data))
    answer = Answer(
        "k8s1", question, "ip route", Outcome.ANSWERED, 0, NOON, 0.1, "", "", "", reading
    )
    view = NodeView("k8s1", "10.0.0.1", Reach.REACHED, "", NOON, NOON, None, (answer,))
    facts = assemble(Snapshot("a" * 64, "", NOON, NOON, (view,)))
    (spot,) = [each for each in facts.blind if each.probe == "ip-route" and each.netns == HOST]
    return spot.reason, spot.unknown


def test_unknown_lines_that_are_not_kept_still_tell_two_snapshots_apart() -> None:
    reason, one = _blind(_strange(KEPT + 7))
    assert reason == f"{KEPT + 7} lines are not understood"
    _, same = _blind(_strange(KEPT + 7))
    _, other = _blind(_strange(KEPT + 7, last="another end"))
    assert one == same
    assert one != other
