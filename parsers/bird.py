"""Reader of BIRD's ``show protocols all``, of BIRD 1.6 as Calico ships it, and of 2.x."""

import ipaddress
import re

from parsers import fsm
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import BirdProtocol
from parsers.text import Text

_ROUTES = re.compile(r"(?<!\d)(\d{1,20}) (imported|exported|filtered)")
_ROUTES_ALONE = re.compile(r"\d+ \w+(?:, \d+ \w+)*")
_REPLY_CODE = re.compile(r"\d{4}-")

_KEYS = frozenset(
    {
        "Preference",
        "Input filter",
        "Output filter",
        "Import limit",
        "Action",
        "Routes",
        "BGP state",
        "Neighbor address",
        "Neighbor AS",
        "Local AS",
        "Source address",
        "Last error",
    }
)


def read_protocols(text: Text) -> Reading:
    """Read ``show protocols all`` (also without "all", which gives no details).

    Every line below a protocol that is not read into a field of its own stays in ``details``.
    ``since`` is as printed, in the node's own time zone. Of a protocol with several channels
    (BIRD 2) the fields tell the first; the others are in the details.
    """
    rows = fsm.run("birdcl-protocols", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        protocol = _protocol(row) if row["Name"] else None
        if protocol is None:
            for line in (row.line, *row.item_lines["Detail"]):
                gathered.refuse(line)
        else:
            gathered.add(row.line, protocol)
    return gathered.reading("" if rows.ledger.lines else "BIRD said nothing")


def _protocol(row: fsm.Row) -> BirdProtocol | None:
    """Make a record of one block; None where a value is not of its kind (a "Neighbor AS: x")."""
    said, details = _sorted_out(row["Detail"])
    routes = dict(reversed(found) for found in _ROUTES.findall(said.get("Routes", "")))
    is_bgp = row["Protocol"].lower() == "bgp"
    state, _, error = row["Info"].partition(" ") if is_bgp else ("", "", "")
    connection = said.get("BGP state", state)
    try:
        return BirdProtocol(
            name=row["Name"],
            protocol=row["Protocol"],
            table=row["Table"],
            state=row["State"],
            session=_session(connection) if is_bgp else "",
            neighbour=_address(said.get("Neighbor address", "")),
            neighbour_as=_number(said, "Neighbor AS"),
            local_as=_number(said, "Local AS"),
            source=_address(said.get("Source address", "")),
            import_filter=said.get("Input filter", ""),
            export_filter=said.get("Output filter", ""),
            import_limit=" ".join(said[k] for k in ("Import limit", "Action") if k in said),
            preference=_number(said, "Preference"),
            connection=connection,
            last_error=said.get("Last error", error.strip()),
            since=row["Since"],
            info=row["Info"],
            routes_imported=_number(routes, "imported"),
            routes_exported=_number(routes, "exported"),
            routes_filtered=_number(routes, "filtered"),
            details=details,
        )
    except ValueError:
        return None


def _sorted_out(lines: list[str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """Part a block's lines into fields (the first of each name) and all the rest, as printed."""
    said: dict[str, str] = {}
    details: list[str] = []
    for line in lines:
        key, colon, value = _REPLY_CODE.sub("", line, count=1).partition(":")
        key = key.strip()
        follows_import = key != "Action" or list(said)[-1:] == ["Import limit"]
        value = value.strip()
        is_whole = key != "Routes" or _ROUTES_ALONE.fullmatch(value)
        if colon and key in _KEYS and key not in said and follows_import and is_whole:
            said[key] = value
        else:
            details.append(line)
    return said, tuple(details)


def _session(connection: str) -> str:
    """Fold the states of a session that is down: it goes round through them by itself."""
    return "established" if connection == "Established" else "down"


def _number(said: dict[str, str], key: str) -> int | None:
    return int(said[key]) if key in said else None


def _address(words: str) -> str:
    """Return an address in canonical form; a link-local one keeps its "%eth0"."""
    return str(ipaddress.ip_address(words)) if words else ""
