"""Reader of ``wg show``: wg(8)."""

import re
from datetime import UTC, datetime, timedelta

from parsers import fsm
from parsers.addresses import prefix
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import WireguardInterface, WireguardPeer
from parsers.text import Text

_SECONDS = {
    "year": 365 * 24 * 60 * 60,
    "day": 24 * 60 * 60,
    "hour": 60 * 60,
    "minute": 60,
    "second": 1,
}
"""wg's years have 365 days."""
_AGO = re.compile(r"(?:\d{1,9} (?:year|day|hour|minute|second)s?(?:, )?){1,5} ago")
_SPAN = re.compile(r"(\d{1,9}) (year|day|hour|minute|second)")
_UNITS = {"B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}
_BACKWARD = "(System clock wound backward; connection problems may ensue.)"


def read_wireguard(text: Text) -> Reading:
    """Read ``wg show all``. A handshake's age becomes an instant by the node's clock."""
    rows = fsm.run("wg-show", text.lines)
    gathered = Gathering.of(text.lines, rows)
    interface = ""
    for row in rows.rows:
        try:
            if row["Interface"]:
                interface = row["Interface"]
                gathered.add(row.line, _interface(row))
            else:
                gathered.add(row.line, _peer(row, interface, text.taken))
        except ValueError:
            gathered.refuse(row.line)
    return gathered.reading()


def _interface(row: Row) -> WireguardInterface:
    port = int(row["Port"]) if row["Port"] else None
    return WireguardInterface(row["Interface"], row["PublicKey"], port, row["Mark"])


def _peer(row: Row, interface: str, taken: datetime | None) -> WireguardPeer:
    listed = row["Allowed"].replace("(none)", "")
    return WireguardPeer(
        interface,
        row["Peer"],
        endpoint=row["Endpoint"].replace("(none)", ""),
        allowed=tuple(sorted(prefix(each.strip()) for each in listed.split(",") if each.strip())),
        keepalive=int(row["Keepalive"]) if row["Keepalive"] else None,
        has_shared_key=bool(row["SharedKey"]),
        handshake=row["Handshake"],
        handshake_at=_instant(row["Handshake"], taken),
        received=_amount(row["Received"]),
        sent=_amount(row["Sent"]),
    )


def _instant(ago: str, taken: datetime | None) -> str:
    """Reckon when it was. Raises ValueError for words that no wg prints."""
    if not ago or ago == _BACKWARD:
        return ""
    if ago != "Now" and not _AGO.fullmatch(ago):
        raise ValueError("no span of time")
    if taken is None:
        return ""
    spans = ((int(count), _SECONDS[unit]) for count, unit in _SPAN.findall(ago))
    try:
        was = taken.astimezone(UTC) - timedelta(seconds=sum(n * unit for n, unit in spans))
    except OverflowError as error:
        raise ValueError("longer than there is time") from error
    return was.replace(microsecond=0).isoformat()


def _amount(words: str) -> int | None:
    if not words:
        return None
    number, unit = words.split()
    return round(float(number) * _UNITS[unit])
