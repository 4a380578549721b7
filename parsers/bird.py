"""Reader of BIRD's ``show protocols all``, of BIRD 1.6 as Calico ships it, and of 2.x and 3.x."""

import ipaddress
import re
from collections.abc import Iterator

from parsers import fsm
from parsers.birdtime import Clock, clock
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import BirdChannel, BirdProtocol
from parsers.text import Text

_ROUTES = re.compile(r"(?<!\d)(\d{1,20}) (imported|exported|filtered)")
_ROUTES_ALONE = re.compile(r"\d+ \w+(?:, \d+ \w+)*")
_REPLY_CODE = re.compile(r"\d{4}-")
_CHANNEL = re.compile(r"  Channel (\S+)")

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

    Lines of the answer to ``show status`` may stand before it: they tell BIRD's time zone. Every
    line below a protocol that is not read into a field of its own stays in ``details``.
    """
    rows = fsm.run("birdcl-protocols", text.lines)
    gathered = Gathering.of(text.lines, rows)
    said = {name: row[name] for row in rows.rows for name in ("Zone", "ServerTime") if row[name]}
    its_clock = clock(text, said.get("ServerTime", ""), said.get("Zone", ""))
    for row in rows.rows:
        lines = row.item_lines["Detail"]
        if not row["Name"]:  # the clock, or details below no protocol
            for line in lines:
                gathered.refuse(line)
            continue
        try:
            protocol = _protocol(row, daemon(text), its_clock)
            channels = [(at, _channel(found, protocol)) for at, found in _channels(row)]
        except ValueError:
            for line in (row.line, *lines):
                gathered.refuse(line)
            continue
        gathered.add(row.line, protocol)
        for at, channel in channels:
            gathered.add(at, channel)
    return gathered.reading("" if rows.ledger.lines else "BIRD said nothing")


def daemon(text: Text) -> str:
    """Return which of BIRD 1's two daemons was asked; later ones have one for both families."""
    return "bird6" if text.probe.startswith("birdcl6") else "bird"


def _protocol(row: fsm.Row, of: str, its_clock: Clock | None) -> BirdProtocol:
    """Make a record of one block. Raises ValueError for a value not of its kind ("AS: x")."""
    said, details = _sorted_out(row["Detail"])
    routes = _routes(said)
    is_bgp = row["Protocol"].lower() == "bgp"
    state, _, error = row["Info"].partition(" ") if is_bgp else ("", "", "")
    connection = said.get("BGP state", state)
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
        daemon=of,
        since_at=its_clock.instant(row["Since"]) if its_clock else "",
    )


def _channels(row: fsm.Row) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of each channel, its title first, and where the title stands."""
    at, found = 0, list[str]()
    for line, detail in zip(row.item_lines["Detail"], row["Detail"], strict=True):
        if _CHANNEL.fullmatch(detail):
            if found:
                yield at, found
            at, found = line, [detail]
        elif found and detail.startswith("    "):
            found.append(detail)
        elif found:
            yield at, found
            found = []
    if found:
        yield at, found


def _channel(lines: list[str], of: BirdProtocol) -> BirdChannel:
    said: dict[str, str] = {}
    limits: list[str] = []
    for line in lines[1:]:
        key, _, value = (part.strip() for part in line.partition(":"))
        if key.endswith(" limit") and value:
            limits.append(f"{key} {value}")
        elif key == "Action" and limits:
            limits[-1] += f" {value}"
        else:
            said.setdefault(key, value)
    routes = _routes(said)
    return BirdChannel(
        daemon=of.daemon,
        protocol=of.name,
        name=lines[0].split()[1],
        state=said.get("State", ""),
        table=said.get("Table", ""),
        preference=_number(said, "Preference"),
        import_filter=said.get("Input filter", said.get("Import filter", "")),
        export_filter=said.get("Output filter", said.get("Export filter", "")),
        limits=tuple(sorted(limits)),
        routes_imported=_number(routes, "imported"),
        routes_exported=_number(routes, "exported"),
        routes_filtered=_number(routes, "filtered"),
    )


def _routes(said: dict[str, str]) -> dict[str, str]:
    """Return the counts of "Routes: 3 imported, 1 filtered", by their words."""
    return dict(reversed(found) for found in _ROUTES.findall(said.get("Routes", "")))


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
