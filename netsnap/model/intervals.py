"""Which addresses records tell apart from those beside them: their prefixes and ranges."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from netsnap.model.numbers import WIDTH, block, number
from parsers.records import (
    Address,
    FilterRule,
    IpSet,
    IpSetMember,
    IptablesRule,
    Route,
    Rule,
    XfrmPolicy,
)
from parsers.roles import Record

Interval = tuple[int, int, int]
"""Family, first address and the one after the last."""

_PREFIX = re.compile(r"[0-9A-Fa-f:.]+/\d{1,3}")
_RANGE = re.compile(r"([0-9A-Fa-f:.]+)-([0-9A-Fa-f:.]+)")


def intervals(record: Record) -> tuple[Interval, ...]:
    """Return the prefixes and ranges that a record tells apart from what lies beside them."""
    of = WITH_PREFIXES.get(type(record))
    return tuple(of(record)) if of is not None else ()


def _of_route(route: Route) -> Iterable[Interval]:
    if _is_one(route.prefix) and not route.from_prefix:
        return ()
    return _blocks((route.prefix, route.from_prefix))


def _of_address(address: Address) -> Iterable[Interval]:
    return _blocks((address.peer or address.address,))


def _of_line(line: FilterRule) -> Iterator[Interval]:
    for text in (line.rule, *line.elements):
        yield from _in_text(text)


def _of_iptables(line: IptablesRule) -> Iterator[Interval]:
    return _in_text(line.rule)


def _of_policy(policy: XfrmPolicy) -> Iterator[Interval]:
    return _blocks((policy.source, policy.destination))


WITH_PREFIXES: Mapping[type[Record], Callable[[Any], Iterable[Interval]]] = {
    Route: _of_route,
    Address: _of_address,
    FilterRule: _of_line,
    IptablesRule: _of_iptables,
    XfrmPolicy: _of_policy,
    IpSetMember: lambda member: _blocks(_PREFIX.findall(member.entry)),
    IpSet: lambda held: _blocks(_PREFIX.findall(" ".join(held.expiring))),
    Rule: lambda rule: _blocks(_PREFIX.findall(rule.selector)),
}


def _is_one(prefix: str) -> bool:
    """Say of what is one address, or no prefix at all: nothing lies beside it."""
    return "/" not in prefix or (prefix.endswith("/32") and ":" not in prefix)


def _blocks(prefixes: Iterable[str]) -> Iterator[Interval]:
    for prefix in prefixes:
        if _is_one(prefix):
            continue
        try:
            family, bits, length = block(prefix)
        except ValueError:  # a text that only looks like a prefix
            continue
        if length < WIDTH[family]:
            yield family, bits, bits + (1 << (WIDTH[family] - length))


def _in_text(text: str) -> Iterator[Interval]:
    if "/" in text:
        yield from _blocks(_PREFIX.findall(text))
    if "-" in text:
        yield from _ranges(text)


def _ranges(text: str) -> Iterator[Interval]:
    for first, last in _RANGE.findall(text):
        try:
            low, high = number(first), number(last)
        except ValueError:
            continue
        yield low.family, low.bits, high.bits + 1
