"""Reader of ``ip route`` and ``ip -6 route``."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from parsers import fsm
from parsers.addresses import address, everywhere, family, prefix
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import NextHop, Route
from parsers.text import Text
from parsers.words import pairs

IPV4, IPV6 = 4, 6

_HOP_FLAGS = frozenset(
    {
        *("dead", "onlink", "pervasive", "offload", "linkdown", "unresolved", "trap"),
        *("rt_offload", "rt_trap", "rt_offload_failed"),
    }
)
_FLAGS = _HOP_FLAGS | {"notify", "cache"}
_MODIFIERS = frozenset({"lock", "inet", "inet6"})
_NAMES = frozenset({"dev", "iif", "table", "proto", "protocol"})
_HOP_KEYS = frozenset({"via", "dev", "weight"})
_FIELDS = {
    "table": "table",
    "proto": "protocol",
    "protocol": "protocol",
    "scope": "scope",
    "pref": "preference",
    "nhid": "next_hop_id",
    "error": "error",
    "expires": "expires",
    "tos": "tos",
    "dsfield": "tos",
}
_DROPPED = frozenset({"users", "age", "used"})  # the cache's statistics under `ip -s route`
_INLINE_HOP = re.compile(r"\\\s+nexthop\b")
_ENCAP = re.compile(r"\s+encap\s+(\S(?:.*?\S)?)(?=\s+(?:via|dev|realms?)\s)")


def read_routes(text: Text) -> Reading:
    """Read ``ip route show [table all]`` of one netns; the probe's name says which family.

    A kernel without IPv6 answers ``ip -6 route`` with the routes of IPv4, and older iproute2 prints
    them: they are noise there, and no second copy of the routes.
    """
    version = IPV6 if text.probe == "ip6-route" else IPV4
    rows = fsm.run("ip-route", text.lines)
    if version == IPV6 and _are_of_ipv4([row["Prefix"] for row in rows.rows if row["Prefix"]]):
        noise = rows.ledger.parsed + rows.ledger.noise
        return Reading(ledger=replace(rows.ledger, parsed=0, noise=noise))
    gathered = Gathering.of(text.lines, rows)
    for row, *hops in _blocks(rows.rows):
        try:
            gathered.add(row.line, _route(row, hops, version))
        except ValueError:
            for each in (row, *hops):
                gathered.refuse(each.line)
    return gathered.reading()


def _blocks(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield each route with the next hops on lines of their own below it."""
    block: list[Row] = []
    for row in rows:
        if row["Prefix"] and block:
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def _are_of_ipv4(prefixes: list[str]) -> bool:
    """Say whether routes are IPv4's; default ones alone do not tell."""
    told = [each for each in prefixes if each != "default"]
    if not told or any(":" in each for each in told):
        return False
    try:
        return all(family(each) == IPV4 for each in told)
    except ValueError:
        return False


@dataclass(slots=True)
class _Attributes:
    """A route's or a next hop's attributes, sorted by where they go."""

    fields: dict[str, Any] = field(default_factory=dict)
    hop: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def take(self, text: str) -> None:
        for key, value in pairs(text, _FLAGS, _MODIFIERS, names=_NAMES):
            if key in _HOP_KEYS:
                self.hop[key] = value
            elif key in _FIELDS:
                self.fields[_FIELDS[key]] = value
            elif key in _HOP_FLAGS:
                self.flags.append(key)
            elif key == "metric":
                self.fields["metric"] = int(value)
            elif key == "src":
                self.fields["source"] = address(value)
            elif key == "from":
                self.fields["from_prefix"] = "::/0" if value == "default" else prefix(value)
            elif key not in _DROPPED:
                self.others.append(f"{key} {value}".rstrip())

    def next_hop(self, encap: str) -> NextHop:
        gateway = self.hop.get("via", "").split(" ")[-1]
        return NextHop(
            gateway=address(gateway) if gateway else "",
            device=self.hop.get("dev", ""),
            weight=int(self.hop.get("weight", "1")),
            flags=tuple(sorted(self.flags)),
            encap=" ".join(encap.split()),
        )


def _route(row: Row, below: list[Row], version: int) -> Route:
    head, *inline = _INLINE_HOP.split(row["Attributes"])
    attributes = _Attributes()
    encapsulation, tos = _encapsulation(row["Encap"])
    attributes.take(f"{row['Before']} {tos} {head}")
    hops: list[NextHop] = []
    if attributes.hop:
        hops.append(attributes.next_hop(encapsulation))
    else:
        attributes.others += attributes.flags
    for text in (*(each["NextHop"] for each in below), *inline):
        encap = _ENCAP.match(text)
        hop = _Attributes()
        hop.take(text[encap.end() :] if encap else text)
        hops.append(hop.next_hop(encap[1] if encap else ""))
        attributes.fields |= hop.fields  # in one-line output "pref" stands after the last hop
        attributes.others += hop.others
    kind = row["Type"] or "unicast"
    if kind == "unicast" and not hops and "next_hop_id" not in attributes.fields:
        raise ValueError("a unicast route without a next hop was cut")
    where = row["Prefix"]
    if where == "default":
        version = _family_of_default(attributes, version)
        where = everywhere(version)
    return Route(
        **{"table": "main", **attributes.fields},
        family=family(where),
        prefix=prefix(where),
        type=kind,
        next_hops=tuple(hops),
        attributes=tuple(sorted(attributes.others)),
    )


def _encapsulation(text: str) -> tuple[str, str]:
    """Part an encapsulation from the route's own tos behind it; one of ``ip`` has its own, too."""
    before, _, tos = text.rpartition(" tos ")
    is_the_routes = before and " " not in tos and (" tos " in before or not text.startswith("ip "))
    return (before, f"tos {tos}") if is_the_routes else (text, "")


def _family_of_default(attributes: _Attributes, version: int) -> int:
    """Tell the family of a default route in a text of both families."""
    gateway = attributes.hop.get("via", "")
    if " " not in gateway and gateway:
        return family(gateway)
    if "source" in attributes.fields:
        return family(attributes.fields["source"])
    return 6 if "preference" in attributes.fields else version
