"""Reader of ``ip route`` and ``ip -6 route``."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import InitVar, dataclass, field, replace
from typing import Any, NamedTuple

from parsers import fsm
from parsers.addresses import address, everywhere, family, prefix
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.kernel import ROUTE_TYPES
from parsers.reading import Reading
from parsers.records import NextHop, Route
from parsers.swift import remembered, swift
from parsers.text import Text

IPV4, IPV6 = 4, 6

_new_route, _new_hop = swift(Route), swift(NextHop)

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
_READ: dict[str, tuple[str, Callable[[str], object]]] = {
    "metric": ("metric", int),
    "src": ("source", address),
    "from": ("from_prefix", lambda text: "::/0" if text == "default" else prefix(text)),
}
_DROPPED = frozenset({"users", "age", "used"})  # the cache's statistics under `ip -s route`
_TYPES = frozenset(ROUTE_TYPES.values())
_INLINE_HOP = re.compile(r"\\\s+nexthop\b")
_ENCAP = re.compile(r"\s+encap\s+(\S(?:.*?\S)?)(?=\s+(?:via|dev|realms?)\s)")


def read_routes(text: Text) -> Reading:
    """Read ``ip route show [table all]`` of one netns; the probe's name says which family.

    A kernel without IPv6 answers ``ip -6 route`` with the routes of IPv4, and older iproute2 prints
    them: they are noise there, and no second copy of the routes.
    """
    version = IPV6 if text.probe == "ip6-route" else IPV4
    rows = fsm.run("ip-route", text.lines)
    gathered = Gathering.of(text.lines, rows)
    blocks = [block for row in rows.rows for block in _blocks(row)]
    if version == IPV6 and _are_of_ipv4([_prefix(block.said) for block in blocks]):
        noise = rows.ledger.parsed + rows.ledger.noise
        return Reading(ledger=replace(rows.ledger, parsed=0, noise=noise))
    alone = _alone_6 if version == IPV6 else _alone_4
    for line, said, hops in blocks:
        try:
            if hops or isinstance(said, dict):
                gathered.add(line, _route(_parted(said), (*hops.values(),), version))
            else:
                gathered.add(line, alone(said))
        except ValueError:
            for each in (line, *hops):
                gathered.refuse(each)
    return gathered.reading()


class _Block(NamedTuple):
    """A route, and the next hops on lines of their own below it, by their line.

    ``said`` is the route's line, or its parts where it has an encapsulation before its attributes.
    """

    line: int
    said: str | dict[str, str]
    hops: dict[int, str]


def _blocks(row: Row) -> Iterator[_Block]:
    """Yield each route in printed order; the template lets no next hop stand before the first."""
    routes: list[tuple[int, str | dict[str, str]]] = list(_placed(row, "Routes"))
    encapsulated = list(_placed(row, "Encapsulated"))
    if encapsulated:
        routes = sorted([*routes, *encapsulated], key=lambda placed: placed[0])
    hops = _placed(row, "NextHops")
    hop = next(hops, None)
    if hop is None:
        none = dict[int, str]()
        yield from (_Block(line, said, none) for line, said in routes)
        return
    ends = [*(line for line, _ in routes[1:]), sys.maxsize]
    for (line, said), end in zip(routes, ends, strict=True):
        below: dict[int, str] = {}
        while hop and hop[0] < end:
            below[hop[0]] = hop[1]
            hop = next(hops, None)
        yield _Block(line, said, below)


def _placed(row: Row, name: str) -> Iterator[tuple[int, Any]]:
    return zip(row.item_lines[name], row[name], strict=True)


def _prefix(said: str | dict[str, str]) -> str:
    """Return the prefix that a route's line begins with."""
    return said["prefix"] if isinstance(said, dict) else _parted(said).prefix


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
    """A route's or a next hop's attributes, sorted by where they go.

    The template has made sure that ``words`` are keys with their values, and flags.
    """

    words: InitVar[Iterable[str]]
    fields: dict[str, Any] = field(default_factory=dict)
    hop: dict[str, str] = field(default_factory=dict)
    flags: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def __post_init__(self, words: Iterable[str]) -> None:
        words = iter(words)
        for key in words:
            if key in _FLAGS:
                (self.flags if key in _HOP_FLAGS else self.others).append(key)
                continue
            value = next(words, "")
            if value in _MODIFIERS and key not in _NAMES:
                value = f"{value} {next(words, '')}"
            if key in _HOP_KEYS:
                self.hop[key] = value
            elif key in _FIELDS:
                self.fields[_FIELDS[key]] = value
            elif key in _READ:
                name, read = _READ[key]
                self.fields[name] = read(value)
            elif key not in _DROPPED:
                self.others.append(f"{key} {value}".rstrip())

    def next_hop(self, encap: str) -> NextHop:
        gateway = self.hop.get("via", "").rpartition(" ")[2]
        return _new_hop(
            gateway=address(gateway) if gateway else "",
            device=self.hop.get("dev", ""),
            weight=int(self.hop.get("weight", "1")),
            flags=tuple(sorted(self.flags)) if self.flags else (),
            encap=" ".join(encap.split()) if encap else "",
        )


class _Parts(NamedTuple):
    """A route's line in its parts; ``inline`` are next hops that stand in it."""

    type: str
    prefix: str
    words: list[str]
    encap: str
    inline: list[str]


def _parted(said: str | dict[str, str]) -> _Parts:
    if isinstance(said, dict):
        head, *inline = _INLINE_HOP.split(said["attributes"])
        encap, tos = _encapsulation(said["encap"])
        words = f"{said['before']} {tos} {head}".split()
        return _Parts(said["type"] or "", said["prefix"], words, encap, inline)
    head, *inline = _INLINE_HOP.split(said) if "\\" in said else (said,)
    first, *words = head.split()
    kind = first if first in _TYPES else ""
    return _Parts(kind, words.pop(0) if kind else first, words, "", inline)


def _route(parts: _Parts, below: Sequence[str], version: int) -> Route:
    attributes = _Attributes(parts.words)
    hops: list[NextHop] = []
    if attributes.hop:
        hops.append(attributes.next_hop(parts.encap))
    else:
        attributes.others += attributes.flags
    for text in (*below, *parts.inline):
        encap = _ENCAP.match(text)
        hop = _Attributes((text[encap.end() :] if encap else text).split())
        hops.append(hop.next_hop(encap[1] if encap else ""))
        attributes.fields |= hop.fields  # in one-line output "pref" stands after the last hop
        attributes.others += hop.others
    kind = parts.type or "unicast"
    fields = attributes.fields
    if kind == "unicast" and not hops and "next_hop_id" not in fields:
        raise ValueError("a unicast route without a next hop was cut")
    where = parts.prefix
    if where == "default":
        version = _family_of_default(attributes, version)
        where = everywhere(version)
    fields.setdefault("table", "main")
    return _new_route(
        **fields,
        family=IPV6 if ":" in where else IPV4,
        prefix=prefix(where),
        type=kind,
        next_hops=tuple(hops),
        attributes=tuple(sorted(attributes.others)),
    )


@remembered
def _alone_4(line: str) -> Route:
    """Make a route that is all in one line, as most are, of an answer about IPv4."""
    return _route(_parted(line), (), IPV4)


@remembered
def _alone_6(line: str) -> Route:
    """Make one of an answer about IPv6."""
    return _route(_parted(line), (), IPV6)


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
    return IPV6 if "preference" in attributes.fields else version
