"""Reader of BIRD's ``show route all``, of BIRD 1.6 as Calico ships it, and of 2.x and 3.x."""

import re
from ipaddress import ip_network

from parsers import fsm
from parsers.addresses import address, prefix
from parsers.bird import daemon
from parsers.birdtime import Clock, clock
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import BirdRoute, NextHop
from parsers.text import Text

_TYPES = {"multipath": "unicast", "prohibited": "prohibit", "unknown": ""}
_HOP = re.compile(
    r"(?:via (?P<gateway>\S+) on (?P<to>\S+)|dev (?P<device>\S+))"
    r"(?P<mpls> mpls [\d/]+)?(?P<onlink> onlink)?(?: weight (?P<weight>\d{1,9}))?"
)
_PREFERENCE = re.compile(r"(?:\S{1,2} )?\((\d{1,9})[^\d]")
_IP_PREFIX = re.compile(r"[0-9A-Fa-f:.]+/\d+")
_SOURCE = ("Type: ", "source: ")
_INTERNAL = "Internal route handling values:"


def read_routes(text: Text) -> Reading:
    """Read ``show route``, with or without "all", of one table or several.

    Lines of the answer to ``show status`` may stand before it: they tell BIRD's time zone. A full
    table of the internet is some fifteen lines a route; what exceeds the sweep's limit for an
    answer is cut by the collector, and such an answer is not read at all: its routes are blind.
    """
    rows = fsm.run("birdcl-routes", text.lines)
    gathered = Gathering.of(text.lines, rows)
    said = {name: row[name] for row in rows.rows for name in ("Zone", "ServerTime") if row[name]}
    its_clock = clock(text, said.get("ServerTime", ""), said.get("Zone", ""))
    for row in rows.rows:
        if not row["Protocol"]:
            continue
        try:
            gathered.add(row.line, _route(row, daemon(text), its_clock))
        except ValueError:
            for line in (row.line, *row.item_lines["Detail"]):
                gathered.refuse(line)
    return gathered.reading("" if text.lines else "BIRD said nothing")


def _route(row: fsm.Row, of: str, its_clock: Clock | None) -> BirdRoute:
    """Make a record of one route. Raises ValueError where a value is impossible."""
    said = _Below(row["Detail"])
    hop = _HOP.fullmatch(row["To"])
    preference = _PREFERENCE.match(row["Info"])
    return BirdRoute(
        daemon=of,
        table=row["Table"],
        prefix=_net(row["Net"]),
        protocol=row["Protocol"],
        type="unicast" if hop else _TYPES.get(row["To"], row["To"]),
        next_hops=(_hop(hop),) if hop else tuple(said.hops),
        primary=bool(row["Mark"]),
        refused=row["Mark"] == "!",
        preference=int(preference[1]) if preference else None,
        info=row["Info"],
        sender=address(row["Sender"]) if row["Sender"] else "",
        source=said.source,
        attributes=tuple(said.attributes),
        since=row["Since"],
        since_at=its_clock.instant(row["Since"]) if its_clock else "",
        details=tuple(said.internal),
    )


class _Below:
    """The lines below a route, sorted out; a list that wraps goes on behind two tabs."""

    def __init__(self, lines: list[str]) -> None:
        self.hops: list[NextHop] = []
        self.attributes: list[str] = []
        self.internal: list[str] = []
        self.source = ""
        for line in lines:
            self._take(line)

    def _take(self, line: str) -> None:
        if line.startswith("\t"):
            if not self.attributes:
                raise ValueError("a line that goes on with nothing")
            self.attributes[-1] += f" {line.strip()}"
        elif line.startswith(("via ", "dev ")):
            self.hops.append(_hop(_HOP.fullmatch(line)))
        elif line.startswith(_INTERNAL):
            self.internal.append(line)
        elif line.startswith(_SOURCE) and not self.source:
            self.source = line.partition(": ")[2]
        else:
            self.attributes.append(line)


def _hop(said: re.Match[str] | None) -> NextHop:
    if said is None:
        raise ValueError("no next hop")
    return NextHop(
        gateway=address(said["gateway"]) if said["gateway"] else "",
        device=said["to"] or said["device"],
        weight=int(said["weight"] or 1),
        flags=("onlink",) if said["onlink"] else (),
        encap=(said["mpls"] or "").strip(),
    )


def _net(printed: str) -> str:
    """Return an IP prefix in canonical form; nets of other kinds (ROA, flow) stay as printed."""
    if _IP_PREFIX.fullmatch(printed):
        return prefix(printed)
    for part in _IP_PREFIX.findall(printed):
        ip_network(part)
    return printed
