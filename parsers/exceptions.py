"""Reader of ``ip route show cache``: what the kernel learned of single destinations."""

from parsers import fsm
from parsers.addresses import address, family, prefix
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import RouteException
from parsers.routes import IPV4
from parsers.text import Text
from parsers.words import pairs

_FLAGS = frozenset({"onlink", "linkdown", "dead", "pervasive", "offload", "trap", "notify"})
_MODIFIERS = frozenset({"lock", "inet", "inet6"})
_COUNTED = ("users", "age", "used")
_FIELDS = frozenset({"dev", "from", "tos", "dsfield", "via", "mtu", "expires", *_COUNTED})


def read_exceptions(text: Text) -> Reading:
    """Read ``ip route show cache`` of one netns, of either family."""
    rows = fsm.run("ip-route-cache", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        try:
            gathered.add(row.line, _exception(row))
        except ValueError:
            gathered.refuse(row.line)
    return gathered.reading()


def _exception(row: Row) -> RouteException:
    """Raise ValueError also for a prefix: an `ip` without a cache to show prints its routes."""
    said = dict(pairs(f"{row['Attributes']} {row['Cached']}", _FLAGS, _MODIFIERS))
    mtu = said.get("mtu", "").removeprefix("lock ")
    source = said.get("from", "")
    destination = prefix(row["Destination"])
    if not destination.endswith("/32" if family(row["Destination"]) == IPV4 else "/128"):
        raise ValueError(f"{destination} is more than one address")
    others = [f"{key} {value}" for key, value in said.items() if key not in _FIELDS | _FLAGS]
    if mtu != said.get("mtu", ""):
        others.append("mtu lock")
    gateway = said.get("via", "").split(" ")[-1]
    flags = row["Flags"].strip(" <>\t").replace(",", " ").split()
    return RouteException(
        family=family(row["Destination"]),
        destination=destination,
        device=said.get("dev", ""),
        source=prefix(source) if source else "",
        tos=said.get("tos", said.get("dsfield", "")),
        gateway=address(gateway) if gateway else "",
        mtu=int(mtu) if mtu else None,
        flags=tuple(sorted({*flags, *(said.keys() & _FLAGS)})),
        attributes=tuple(sorted(others)),
        expires=said.get("expires", ""),
        statistics=tuple(f"{key} {said[key]}" for key in _COUNTED if key in said),
    )
