"""Times as BIRD prints them become instants, or nothing where that would be a guess."""

from datetime import UTC, datetime

import pytest

from parsers.birdtime import clock
from parsers.text import Text

TAKEN = datetime(2026, 11, 23, 12, 0, 0, 400000, tzinfo=UTC)
BERLIN = "+0100 +0100 +0200"
"""Winter time: the half of a year ago it was another, 20 hours ago it was not."""


def _instant(printed: str, now: str, zone: str, taken: datetime | None = TAKEN) -> str:
    its_clock = clock(Text("", taken=taken), now, zone)
    return its_clock.instant(printed) if its_clock else ""


@pytest.mark.parametrize(
    ("printed", "now", "zone", "instant"),
    [
        ("12:03:04", "2026-11-23 13:00:00", BERLIN, "2026-11-23T11:03:04Z"),
        ("12:03:04.123", "2026-11-23 13:00:00.456", BERLIN, "2026-11-23T11:03:04Z"),
        ("23:59:59", "2026-11-23 13:00:00", BERLIN, "2026-11-22T22:59:59Z"),
        ("00:30:00", "2026-11-23 13:00:00", BERLIN, "2026-11-22T23:30:00Z"),
        ("2026-11-23 11:03:04", "2026-11-23 13:00:00", BERLIN, "2026-11-23T10:03:04Z"),
        ("11:59:00", "2026-11-23 12:00:00", "+0000 +0000 +0000", "2026-11-23T11:59:00Z"),
        ("17:29:00", "2026-11-23 17:30:01", "+0530 +0530 +0530", "2026-11-23T11:59:00Z"),
        ("03:00:00", "2026-11-23 04:00:00", "-0800 -0800 -0700", "2026-11-23T11:00:00Z"),
        ("2026-09-01 12:00:00", "2026-11-23 17:30:01", "+0530 +0530 +0530", "2026-09-01T06:30:00Z"),
    ],
)
def test_a_time_becomes_an_instant(printed: str, now: str, zone: str, instant: str) -> None:
    assert _instant(printed, now, zone) == instant


@pytest.mark.parametrize(
    ("printed", "now", "zone"),
    [
        ("2026-11-20", "2026-11-23 13:00:00", BERLIN),  # a day is no instant
        ("2026-09-01 12:00:00", "2026-11-23 13:00:00", BERLIN),  # it may have been summer time
        ("2026-01-01 12:00:00", "2026-11-23 17:30:01", "+0530 +0530 +0530"),  # too long ago to say
        ("12:03:04", "2026-11-23 13:00:00", "+0100 +0200 +0200"),  # the clocks went back today
        ("12:03:04", "2026-11-23 12:00:00", BERLIN),  # BIRD's zone is another
        ("12:03:04", "2026-11-23 13:05:00", BERLIN),  # a clock of its own
        ("12:03:04", "23-11-2026 13:00:00", BERLIN),
        ("12:03:04", "2026-11-23 13:00:00", ""),
        ("12:03:04", "2026-11-23 13:00:00", "+0100"),
        ("12:03:04", "2026-02-31 13:00:00", BERLIN),
        ("15:03:04", "2026-11-23 13:00:00", BERLIN),  # 22 hours ago: not printed as a clock time
        ("25:03:04", "2026-11-23 13:00:00", BERLIN),
        ("2026-11-23 14:03:04", "2026-11-23 13:00:00", BERLIN),  # not yet
        ("yesterday", "2026-11-23 13:00:00", BERLIN),
    ],
)
def test_what_would_be_a_guess_is_none(printed: str, now: str, zone: str) -> None:
    assert not _instant(printed, now, zone)


def test_without_the_time_of_the_question_nothing_is_known() -> None:
    assert not _instant("12:03:04", "2026-11-23 13:00:00", BERLIN, None)


@pytest.mark.parametrize(
    ("printed", "now", "instant"),
    [
        ("00:00:01", "2026-11-24 00:00:00", "2026-11-24T00:00:01Z"),
        ("00:00:00", "2026-11-23 23:59:59", "2026-11-24T00:00:00Z"),
        ("23:59:59", "2026-11-24 00:00:00", "2026-11-23T23:59:59Z"),
    ],
)
def test_an_instant_a_second_ahead_of_now_is_not_a_day_ago(
    printed: str, now: str, instant: str
) -> None:
    taken = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert _instant(printed, now, "+0000 +0000 +0000", taken) == instant
