"""BIRD's clock: from times as it prints them, in a time zone of its own, to instants in UTC.

BIRD prints HH:MM:SS for what happened in the last 20 hours and a date for what is older, in the
zone of its process. Its own "Current server time" beside the node's clock tells its offset now;
whether that was the same at the instant in question, only the zone's rules tell: the probe has
the node print the offsets of BIRD's zone now, 20 hours ago and half a year ago.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from parsers.text import Text

RECENT = timedelta(hours=20)
"""How far back BIRD prints a clock time, and the first of the offsets asked for beside "now"."""

HALF_A_YEAR = timedelta(days=182)

JITTER = timedelta(seconds=2)
"""BIRD reckons an instant back from now by whole seconds, and may so end up ahead of it."""

ANSWERED_WITHIN = timedelta(seconds=60)

_CLOCK = re.compile(r"(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?")
_FULL = re.compile(r"(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?")
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")


@dataclass(frozen=True, slots=True)
class Clock:
    """BIRD's local time at the answer, its offset to UTC, and how far back that offset holds."""

    now: datetime
    offset: timedelta
    reach: timedelta

    def instant(self, printed: str) -> str:
        """Return a printed time in UTC (RFC 3339, whole seconds), "" where it cannot be known."""
        local = self._local(printed)
        if local is None or not self.now - self.reach <= local <= self.now + JITTER:
            return ""
        return f"{(local - self.offset).isoformat()}Z"

    def _local(self, printed: str) -> datetime | None:
        full = _naive(printed)
        if full is not None:
            return full
        clock = _CLOCK.fullmatch(printed)
        if clock is None:
            return None
        hour, minute, second = (int(part) for part in clock.groups())
        try:
            today = self.now.replace(hour=hour, minute=minute, second=second)
        except ValueError:
            return None
        days = (today + timedelta(days=each) for each in (-1, 0, 1))
        recent = [day for day in days if self.now - RECENT - JITTER <= day <= self.now + JITTER]
        return recent[0] if recent else None


def clock(text: Text, server_time: str, zone: str) -> Clock | None:
    """Return BIRD's clock; None where its zone cannot be known.

    ``zone`` is the offsets that the node printed ("+0100 +0100 +0200"). If they do not fit
    BIRD's time at the time of the question, BIRD's zone is another.
    """
    now = _naive(server_time)
    offsets = [found for found in map(_offset, zone.split()) if found is not None]
    if text.taken is None or now is None or len(offsets) != 3:  # noqa: PLR2004 -- three are asked
        return None
    offset, recently, half_a_year_ago = offsets
    taken = text.taken.astimezone(UTC).replace(tzinfo=None)
    if not -JITTER <= now - offset - taken <= ANSWERED_WITHIN or recently != offset:
        return None
    return Clock(now, offset, HALF_A_YEAR if half_a_year_ago == offset else RECENT + JITTER)


def _naive(printed: str) -> datetime | None:
    found = _FULL.fullmatch(printed)
    if found is None:
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in found.groups())
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 -- local time
    except ValueError:
        return None


def _offset(printed: str) -> timedelta | None:
    found = _OFFSET.fullmatch(printed)
    if found is None:
        return None
    ahead = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return ahead if found[1] == "+" else -ahead
