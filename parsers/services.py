"""Reader of ``systemctl show``."""

import re
from datetime import UTC, datetime

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.instants import instant
from parsers.reading import Reading
from parsers.records import ServiceUnit
from parsers.text import Text

_ABSENT = "not-found"
_IN_UTC = re.compile(r"[A-Z][a-z]{2} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC")


def read_units(text: Text) -> Reading:
    """Read ``systemctl show`` of several units: a block each, with a blank line between.

    A unit that the node does not have gives no record; one asked for under two names gives one.
    """
    rows = fsm.run("systemd-units", text.lines)
    gathered = Gathering.of(text.lines, rows)
    seen: set[str] = set()
    for row in rows.rows:
        if row["Load"] == _ABSENT or row["Id"] in seen:
            continue
        seen.add(row["Id"])
        try:
            gathered.add(row.line, _unit(row))
        except ValueError:
            gathered.refuse(row.line)
    return gathered.reading("" if rows.rows else "no unit in the answer")


def _unit(row: Row) -> ServiceUnit:
    return ServiceUnit(
        name=row["Id"],
        load=row["Load"],
        active=row["Active"],
        sub=row["Sub"],
        enabled=row["Enabled"],
        main_pid=_number(row["Pid"]),
        activated=_number(row["Activated"]),
        active_since=_instant(row["Since"]),
        main_started=_instant(row["Started"]),
        restarts=int(row["Restarts"]) if row["Restarts"] else None,
    )


def _number(text: str) -> int | None:
    """Return a pid or a time; systemd prints 0 where there is none."""
    return int(text or "0") or None


def _instant(text: str) -> str:
    found = _IN_UTC.fullmatch(text)
    if found is None:
        return text
    return instant(datetime.fromisoformat(found[1]).replace(tzinfo=UTC).timestamp())
