"""A person names a snapshot: every form, and what is said when it means none or two."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netsnap.history.errors import AmbiguousSnapshotError, UnknownSnapshotError
from netsnap.history.heads import SnapshotHead
from netsnap.history.times import instant, resolve

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)


def head(number: int, started: datetime, label: str = "", id_: str = "") -> SnapshotHead:
    name = (id_ or f"{number:04x}").ljust(64, "a")
    ended = started + timedelta(seconds=4)
    return SnapshotHead(name, "", label, started, ended, 3, 3, 90, 0, 0, False, number)


# 11:00:00.25, 11:05:00.25 … 12:25:00.25 UTC
HEADS = [
    head(n, datetime(2026, 11, 23, 11, 0, 0, 250_000, tzinfo=UTC) + timedelta(minutes=5 * n))
    for n in range(18)
]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("latest", 17),
        ("latest~3", 14),
        ("latest~17", 0),
        (" Latest ", 17),
        ("0003", 3),
        ("0003aaaaaaaa", 3),
        ("now", 17),
        ("10 minutes ago", 15),
        ("10 min ago", 15),
        ("10m ago", 15),
        ("1h ago", 5),
        ("1 hour and 5 minutes ago", 4),
        ("1h5m ago", 4),
        ("3600s ago", 5),
        ("2026-11-23 11:07", 1),
        ("2026-11-23T11:07:00", 1),
        ("2026-11-23 11:05:00", 1),
        ("2026-11-23 11:05", 0),
        ("2026-11-23 11:05:00.2", 0),
        ("2026-11-23 11:05:00.250000", 1),
        ("2026-11-23 11:05:00Z", 1),
        ("2026-11-23T12:05:00+01:00", 1),
        ("2026-11-23 12:05:00 +0100", 1),
        ("2026-11-23", 17),
        ("11:07", 1),
        ("11:05:00", 1),
        ("today 11:07", 1),
        ("today at 11:07", 1),
    ],
)
def test_every_form_finds_its_snapshot(text: str, number: int) -> None:
    assert resolve(text, HEADS, now=NOW, zone=UTC).number == number


def test_a_time_without_a_zone_is_local() -> None:
    assert resolve("2026-11-23 12:07", HEADS, now=NOW, zone=BERLIN).number == 1
    assert resolve("12:07", HEADS, now=NOW, zone=BERLIN).number == 1
    assert resolve("2026-11-23 12:07Z", HEADS, now=NOW, zone=BERLIN).number == 13


def test_yesterday_is_the_local_one() -> None:
    midnight = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)  # in Berlin it is the 24th
    assert instant("yesterday 12:07", now=midnight, zone=BERLIN) == HEADS[1].started.replace(
        minute=7, second=0, microsecond=0
    )


def test_a_day_is_over_when_it_is_over_there() -> None:
    assert instant("2026-10-25", now=NOW, zone=BERLIN) == datetime(
        2026, 10, 25, 22, 59, 59, 999_999, tzinfo=UTC
    )


def test_a_label_wins_over_an_id() -> None:
    heads = [*HEADS, head(18, NOW, "0003x"), head(19, NOW, id_="0003bb")]
    assert resolve("0003x", heads, now=NOW, zone=UTC).number == 18


def test_an_ambiguous_id_lists_what_it_could_be() -> None:
    heads = [*HEADS, head(18, NOW, id_="0003bb")]
    with pytest.raises(AmbiguousSnapshotError, match=r"means 2 snapshots: 0003bb.*; 0003aaaa"):
        resolve("0003", heads, now=NOW, zone=UTC)


def test_a_label_that_came_twice_by_import_is_ambiguous() -> None:
    heads = [head(1, NOW, "before"), head(2, NOW, "before")]
    with pytest.raises(AmbiguousSnapshotError, match="label 'before' means 2 snapshots"):
        resolve("before", heads, now=NOW, zone=UTC)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ffff", r"no snapshot 'ffff': give an id .* The last ones are 0011aaaaaaaa .* before"),
        ("000", "no snapshot '000'"),
        ("befor", "no snapshot 'befor'"),
        ("", "no snapshot ''"),
        ("ago", "no snapshot 'ago'"),
        ("10 ago", "no snapshot '10 ago'"),
        ("-5m ago", "no snapshot"),
        ("latest~18", "no snapshot latest~18: the history has 18, the first is 0000aaaaaaaa"),
        ("latest~-1", "no snapshot"),
        ("2026-11-23 10:59", r"at or before 2026-11-23 10:59:00\+00:00: the first is 0000aaaa"),
        ("2 days ago", "no snapshot at or before 2026-11-21"),
        ("2026-02-30", "'2026-02-30' is no time"),
        ("2026-11-23 25:00", "is no time"),
        ("999999 weeks ago", "is no time"),
        ("9999-12-31", "is no time"),
        ("0001-01-01", "no snapshot at or before 0001-01-01"),
        ("25:00", "is no time"),
        ("13:00", "13:00 is still to come; say 'yesterday 13:00'"),
    ],
)
def test_what_names_none_is_told_with_what_there_is(text: str, sentence: str) -> None:
    with pytest.raises(UnknownSnapshotError, match=sentence):
        resolve(text, HEADS, now=NOW, zone=UTC)


def test_an_hour_that_the_clocks_showed_twice_is_asked_back() -> None:
    with pytest.raises(AmbiguousSnapshotError, match=r"add \+02:00 or \+01:00"):
        instant("2026-10-25 02:30", now=NOW, zone=BERLIN)
    assert instant("2026-10-25 02:30 +02:00", now=NOW, zone=BERLIN) == datetime(
        2026, 10, 25, 0, 30, tzinfo=UTC
    )


def test_an_hour_that_the_clocks_skipped_is_no_time() -> None:
    with pytest.raises(UnknownSnapshotError, match="was skipped"):
        instant("2026-03-29 02:30", now=NOW, zone=BERLIN)
