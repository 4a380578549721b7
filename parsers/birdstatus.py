"""Reader of BIRD's ``show status``."""

from parsers import fsm
from parsers.bird import daemon
from parsers.birdtime import clock
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import BirdStatus
from parsers.text import Text


def read_status(text: Text) -> Reading:
    """Read ``show status``; an answer without a version is no answer."""
    rows = fsm.run("birdcl-status", text.lines)
    gathered = Gathering.of(text.lines, rows)
    found = False
    for row in rows.rows:
        if row["Version"]:
            found = True
            gathered.add(row.line, _status(row, text))
    return gathered.reading("" if found else "BIRD did not tell its status")


def _status(row: fsm.Row, text: Text) -> BirdStatus:
    its_clock = clock(text, row["ServerTime"], row["Zone"])
    return BirdStatus(
        daemon=daemon(text),
        version=row["Version"],
        router_id=row["RouterId"],
        hostname=row["Hostname"],
        status=row["Status"],
        recovering=bool(row["Recovery"]),
        process=row["Process"].replace(" ", "/"),
        server_time=row["ServerTime"],
        last_reboot=row["LastReboot"],
        last_reconfiguration=row["LastReconfiguration"],
        rebooted_at=its_clock.instant(row["LastReboot"]) if its_clock else "",
        reconfigured_at=its_clock.instant(row["LastReconfiguration"]) if its_clock else "",
        details=tuple(row["Waits"]),
    )
