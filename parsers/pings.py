"""Reader of the pings that a sweep sent (``parsers.asked.ping`` has the form of the lines)."""

import re

from parsers import fsm
from parsers.addresses import address
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import Ping
from parsers.text import Text

YES, NO, TOO_BIG, CANNOT = "yes", "no", "too big", "cannot"
_LATE = "late"
_TOO_BIG = re.compile(r"(?i)frag(?:mentation)? needed|message too long|packet too big")
_UNREACHABLE = re.compile(r"(?i)unreachable")


def read_pings(text: Text) -> Reading:
    """Read one namespace's pings. What was not tried for lack of time is blind, not unanswered."""
    rows = fsm.run("ping", text.lines)
    gathered = Gathering.of(text.lines, rows)
    late, is_whole = 0, False
    for row in rows.rows:
        if row["Done"]:
            is_whole = True
        elif row["How"] == _LATE:
            late += 1
        else:
            try:
                gathered.add(row.line, _ping(row))
            except ValueError:
                gathered.refuse(row.line)
    if not is_whole:
        return gathered.reading("the pings did not come to their end")
    return gathered.reading(f"the time was used up before {late} of the pings" if late else "")


def _ping(row: Row) -> Ping:
    return Ping(
        source=address(row["Source"]),
        target=address(row["Target"]),
        size=row["Size"],
        answered=_answered(row),
        bytes=int(row["Bytes"]),
        sent=int(row["Sent"]) if row["Sent"] else None,
        received=int(row["Received"]) if row["Received"] else None,
        rtt=row["Rtt"],
        said=row["Said"],
    )


def _answered(row: Row) -> str:
    """Any reply is an answer; a kernel that has no route for the packet has lost it."""
    if row["Received"] and int(row["Received"]) > 0:
        return YES
    if _TOO_BIG.search(row["Said"]):
        return TOO_BIG
    sent = bool(row["Sent"]) and int(row["Sent"]) > 0
    return NO if sent or _UNREACHABLE.search(row["Said"]) else CANNOT
