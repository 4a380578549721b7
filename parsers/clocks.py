"""Readers of whether the clock is held to the time: chrony, systemd."""

from parsers import fsm
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import ClockState
from parsers.text import Text

_NOT_HELD = "Not synchronised"


def read_tracking(text: Text) -> Reading:
    """Read ``chronyc -n tracking``."""
    rows = fsm.run("chrony-tracking", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        leap = row["Leap"]
        offset = float(row["Offset"]) if row["Offset"] else None
        record = ClockState(
            program="chrony",
            synchronized=leap != _NOT_HELD if leap else None,
            leap=leap,
            reference=row["Reference"],
            stratum=int(row["Stratum"]) if row["Stratum"] else None,
            offset=-offset if offset and row["Way"] == "slow" else offset,
            details=tuple((each["key"], each["said"]) for each in row["Detail"]),
        )
        gathered.add(row.line, record)
    whole = any(row["Leap"] for row in rows.rows)
    return gathered.reading("" if whole else "the answer is not whole")


def read_timedatectl(text: Text) -> Reading:
    """Read ``timedatectl show`` or ``timedatectl status``."""
    rows = fsm.run("timedatectl", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        details = tuple((each["key"], each["said"]) for each in row["Detail"])
        record = ClockState(
            program="systemd",
            synchronized=row["Synchronized"] == "yes" if row["Synchronized"] else None,
            zone=row["Zone"],
            details=(*((("Time zone", row["Offset"]),) if row["Offset"] else ()), *details),
        )
        gathered.add(row.line, record)
    whole = any(row["Synchronized"] for row in rows.rows)
    return gathered.reading("" if whole else "the answer is not whole")
