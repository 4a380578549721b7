"""What a person calls a snapshot: an id, a label, ``latest~3``, or a time."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from netsnap.history.errors import (
    AmbiguousSnapshotError,
    LabelError,
    UnknownSnapshotError,
)
from netsnap.history.heads import SnapshotHead

_LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._+-]*[A-Za-z0-9])?")
_LONGEST_LABEL = 64
_ID = re.compile(r"[0-9a-f]{4,64}")
_LATEST = re.compile(r"latest(?:~(\d{1,9}))?")
_ISO = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,6})?)?)"
    r" ?(?P<zone>Z|UTC|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"(?:(?P<day>today|yesterday) (?:at )?)?(?P<time>\d{1,2}:\d{2}(?::\d{2})?)")
_PART = r"(\d{1,6}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)"
_AGO = re.compile(rf"(?:{_PART}(?:,? (?:and )?|))+ ?ago")
_UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_CANDIDATES = 5

FORMS = (
    "an id or the first 4 or more digits of one, a label, 'latest', 'latest~3', "
    "'2026-11-23 14:00:05', '14:00', 'yesterday 14:00' or '10 minutes ago'"
)
"""For sentences that say what could have been typed."""


def check_label(label: str) -> None:
    """Raise LabelError for a label that is not plain, or that could be an id or a time."""
    if not _LABEL.fullmatch(label) or len(label) > _LONGEST_LABEL:
        raise LabelError(
            f"{label!r} cannot be a label: letters, digits and . _ + - inside, "
            f"{_LONGEST_LABEL} at most"
        )
    text = _plain(label)
    forms = (_ID, _LATEST, _ISO, _CLOCK, _AGO)
    if text in ("now", "today", "yesterday") or any(form.fullmatch(text) for form in forms):
        raise LabelError(f"{label!r} cannot be a label: it could be an id or a time")


def resolve(
    text: str, heads: Sequence[SnapshotHead], *, now: datetime, zone: tzinfo
) -> SnapshotHead:
    """Return the snapshot that ``text`` means.

    ``heads`` are ordered by time. A label is tried first, then the other forms. A time means the
    last snapshot that was begun at or before it; one without a zone is of ``zone``, one to the
    second means all of that second, a day all of that day. Raises UnknownSnapshotError or
    AmbiguousSnapshotError, with what could have been meant.
    """
    if not heads:
        raise UnknownSnapshotError("the history is empty: 'netsnap collect' takes a snapshot")
    found = by_name(text, heads)
    if found is not None:
        return found
    until = instant(text, now=now, zone=zone)
    if until is None:
        raise UnknownSnapshotError(
            f"no snapshot {text!r}: give {FORMS}. The last ones are {_listed(heads)}"
        )
    earlier = [head for head in heads if head.started <= until]
    if not earlier:
        raise UnknownSnapshotError(
            f"no snapshot at or before {until.astimezone(zone).isoformat(' ', 'seconds')}: "
            f"the first is {heads[0]}"
        )
    return earlier[-1]


def by_name(text: str, heads: Sequence[SnapshotHead]) -> SnapshotHead | None:
    """Return the snapshot of that label, place or id; None if the text is none of these."""
    labelled = [head for head in heads if head.label and head.label == text]
    if labelled:
        return _only(labelled, f"label {text!r}")
    plain = _plain(text)
    if latest := _LATEST.fullmatch(plain):
        return _from_end(heads, int(latest[1] or 0))
    if _ID.fullmatch(plain):
        matching = [head for head in heads if head.id.startswith(plain)]
        if matching:
            return _only(matching, f"id {text}")
    return None


def _only(found: Sequence[SnapshotHead], what: str) -> SnapshotHead:
    if len(found) > 1:
        raise AmbiguousSnapshotError(f"{what} means {len(found)} snapshots: {_listed(found)}")
    return found[0]


def _from_end(heads: Sequence[SnapshotHead], steps: int) -> SnapshotHead:
    if steps >= len(heads):
        raise UnknownSnapshotError(
            f"no snapshot latest~{steps}: the history has {len(heads)}, the first is {heads[0]}"
        )
    return heads[-1 - steps]


def _listed(heads: Sequence[SnapshotHead]) -> str:
    shown = "; ".join(str(head) for head in heads[: -_CANDIDATES - 1 : -1])
    more = len(heads) - _CANDIDATES
    return f"{shown}; and {more} before" if more > 0 else shown


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def instant(text: str, *, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the time that ``text`` says, in UTC; None if it says none.

    Raises UnknownSnapshotError for a time that cannot be, AmbiguousSnapshotError for a local time
    that the clocks showed twice.
    """
    text = _plain(text)
    if text == "now":
        return now.astimezone(UTC)
    try:
        if iso := _ISO.fullmatch(text):
            return _of_iso(iso, zone)
        if clock := _CLOCK.fullmatch(text):
            return _of_clock(clock, now.astimezone(zone), zone)
        if _AGO.fullmatch(text):
            return now.astimezone(UTC) - _span(text)
    except (ValueError, OverflowError) as error:
        raise UnknownSnapshotError(f"{text!r} is no time: {error}") from error
    return None


def _of_iso(iso: re.Match[str], zone: tzinfo) -> datetime:
    day = date.fromisoformat(iso["date"])
    if iso["time"] is None:
        following = datetime.combine(day + timedelta(days=1), time(), zone)
        return following.astimezone(UTC) - timedelta(microseconds=1)
    clock, rest = _clock(iso["time"])
    said = (iso["zone"] or "").upper()
    if not said:
        return _local(day, clock, zone) + rest
    offset = "+00:00" if said in ("Z", "UTC") else said
    return datetime.fromisoformat(f"{day}T{clock.isoformat()}{offset}").astimezone(UTC) + rest


def _of_clock(match: re.Match[str], now: datetime, zone: tzinfo) -> datetime:
    day = now.date() - timedelta(days=match["day"] == "yesterday")
    clock, rest = _clock(match["time"].zfill(5))
    found = _local(day, clock, zone)
    if found > now:
        raise UnknownSnapshotError(f"{match[0]} is still to come; say 'yesterday {match['time']}'?")
    return found + rest


def _clock(text: str) -> tuple[time, timedelta]:
    """Return the time of day, and the rest of its second where it is given to the second."""
    found = time.fromisoformat(text.replace(",", "."))
    whole_second = text.count(":") == 2 and "." not in text and "," not in text  # noqa: PLR2004 -- HH:MM:SS
    return found, timedelta(microseconds=999_999 if whole_second else 0)


def _local(day: date, clock: time, zone: tzinfo) -> datetime:
    """Return a local time in UTC, if the clocks there showed it once."""
    first = datetime.combine(day, clock, zone)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC)
    earlier, later = sorted((first.utcoffset() or timedelta(), second.utcoffset() or timedelta()))
    if first.utcoffset() == earlier:
        raise UnknownSnapshotError(f"{first:%Y-%m-%d %H:%M} was skipped when the clocks went on")
    raise AmbiguousSnapshotError(
        f"{first:%Y-%m-%d %H:%M} was twice when the clocks went back: "
        f"add {_offset(later)} or {_offset(earlier)}"
    )


def _offset(offset: timedelta) -> str:
    minutes = offset // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _span(text: str) -> timedelta:
    parts = re.findall(_PART, text)
    return sum((timedelta(**{_UNIT[unit[0]]: int(n)}) for n, unit in parts), timedelta())
