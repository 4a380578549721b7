"""What ``ip`` tells of a network namespace."""

import re

from collector.probe import Probe, Where
from parsers.brief import read_brief, read_vrfs
from parsers.entry import NETNS_EXEC, Entry, Profile, whole_lines
from parsers.exceptions import read_exceptions
from parsers.interfaces import read_interfaces
from parsers.neighbours import read_neighbours
from parsers.records import (
    Address,
    Interface,
    InterfaceCounters,
    Neighbour,
    Route,
    RouteException,
    Rule,
    VirtualFunction,
)
from parsers.routes import IPV4, IPV6, read_routes
from parsers.rules import read_rules

_NO_SUCH_FAMILY = whole_lines(
    r"RTNETLINK answers: Address family not supported by protocol\nDump terminated"
)
"""A kernel without IPv6, or without IPv6 rules: there are none, and that is an answer."""

_NO_NAME = whole_lines(r"Error: Peer netns reference is invalid\.")
"""A file in /run/netns that is no namespace: of a far end the number is told and not the name."""

_SHOW = r"(?: (?:show|list|ls|sh|s|l)\b.*)?"


# Kernels from 3.6 to 5.2 have such exceptions and list none: that they say nothing means nothing.
_EXCEPTIONS = """said=$(ip -{family} route show cache) || exit
if [ -n "$said" ]; then printf '%s\\n' "$said"; exit; fi
read -r linux version release rest </proc/version
case $release in
  3.*|4.*|5.[012].*) echo 'not told by kernels before 5.3' >&2; exit 1 ;;
esac"""


def _exceptions(family: int) -> Entry:
    """Return the entry of what was learned of single destinations of a family."""
    name, option = (
        ("ip-route-cache", r"(?: -4| -f inet)?") if family == IPV4 else ("ip6-route-cache", _SIX)
    )
    return Entry(
        Probe(
            name,
            _EXCEPTIONS.format(family=family),
            Where.NETNS,
            needs="ip",
            shown=f"ip -{family} route show cache",
        ),
        read_exceptions,
        (RouteException,),
        _ip(r"r(?:o(?:ute?)?)? (?:show|list|ls|sh|s|l) (?:\S+ )*cache", family=option),
        Profile.FULL,
        harmless=_NO_SUCH_FAMILY if family == IPV6 else None,
        quiet=True,
        lacking=re.compile("not told by kernels before 5.3"),
        always=True,
        family=family,
    )


def _ip(words: str, *, family: str = r"(?: -4| -f inet)?") -> re.Pattern[str]:
    """Match an ``ip`` command with any options but those for a family, JSON and brief output."""
    options = r"(?: -(?!4\b|6\b|f\b|j\b|br(?:i|ie|ief)?\b)\w+)*"
    return re.compile(f"{NETNS_EXEC}ip{options}{family}{options} {words}{_SHOW}")


_ROUTE = r"r(?:o(?:ute?)?)?(?! .*\bcache\b)"
_SIX = r"(?: -6| -f inet6)"
_ANY = r"(?: -[46]| -f inet6?)?"


_LINKS = r"(?:a|ad|addr|addre|addres|address|l|li|lin|link)"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("ip-addr", "ip -d addr show", Where.NETNS, needs="ip"),
        read_interfaces,
        (Interface, Address, VirtualFunction),
        _ip(_LINKS, family=_ANY),
        Profile.QUICK,
        harmless=_NO_NAME,
        quiet=True,
        always=True,
        never_empty=True,
    ),
    Entry(
        Probe("ip-route", "ip -4 route show table all", Where.NETNS, needs="ip"),
        read_routes,
        (Route,),
        _ip(_ROUTE),
        Profile.QUICK,
        quiet=True,
        always=True,
        family=4,
    ),
    Entry(
        Probe("ip6-route", "ip -6 route show table all", Where.NETNS, needs="ip"),
        read_routes,
        (Route,),
        _ip(_ROUTE, family=_SIX),
        Profile.QUICK,
        harmless=_NO_SUCH_FAMILY,
        quiet=True,
        always=True,
        family=6,
    ),
    Entry(
        Probe("ip-rule", "ip -4 rule show", Where.NETNS, needs="ip"),
        read_rules,
        (Rule,),
        _ip(r"rule?"),
        Profile.QUICK,
        quiet=True,
        always=True,
        family=4,
    ),
    Entry(
        Probe("ip6-rule", "ip -6 rule show", Where.NETNS, needs="ip"),
        read_rules,
        (Rule,),
        _ip(r"rule?", family=_SIX),
        Profile.QUICK,
        harmless=_NO_SUCH_FAMILY,
        quiet=True,
        always=True,
        family=6,
    ),
    Entry(
        Probe("ip-neigh", "ip neigh show", Where.NETNS, needs="ip"),
        read_neighbours,
        (Neighbour,),
        _ip(r"n(?:e(?:i(?:g(?:h(?:bou?r)?)?)?)?)?", family=_ANY),
        Profile.QUICK,
        quiet=True,
        always=True,
    ),
    Entry(
        Probe("ip-counters", "ip -s -s link show", Where.NETNS, needs="ip"),
        read_interfaces,
        (InterfaceCounters,),
        re.compile("ip-counters"),  # as typed it is read as ip-addr: interfaces and counters
        harmless=_NO_NAME,
        quiet=True,
        always=True,
    ),
    _exceptions(IPV4),
    _exceptions(IPV6),
    Entry(  # no command: only read where somebody saved it
        Probe("ip-brief", "", Where.NETNS, shown="ip -br addr show"),
        read_brief,
        (Interface, Address),
        re.compile(
            rf"{NETNS_EXEC}ip(?: -(?!j\b)\w+)* -br(?:i|ie|ief)?(?: -(?!j\b)\w+)* {_LINKS}{_SHOW}"
        ),
    ),
    Entry(
        Probe("ip-vrf", "", Where.NETNS, shown="ip vrf show"),
        read_vrfs,
        (Interface,),
        re.compile(rf"{NETNS_EXEC}ip vrf{_SHOW}"),
    ),
)
