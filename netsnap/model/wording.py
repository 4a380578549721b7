"""What the model reads of a record, as a row of words in which names and addresses stand alone."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from netsnap.model.bridging import filters_vlans, port_of
from netsnap.model.early import words_of as early
from netsnap.model.fwmark import marks
from netsnap.model.numbers import WIDTH, block, number
from netsnap.model.tunnels import is_followed
from parsers.records import (
    Address,
    BridgeVlan,
    ConntrackTable,
    FdbEntry,
    FdbMoving,
    FilterRule,
    Interface,
    IpSet,
    IpSetMember,
    IptablesRule,
    Neighbour,
    NextHop,
    Route,
    Rule,
    Sysctl,
    TcFilter,
    XfrmPolicy,
)
from parsers.roles import Record

Words = tuple[str, ...]
Interval = tuple[int, int, int]
"""Family, first address and the one after the last."""

_APART = re.compile(r'([\s",;{}()=!<>|/-]+)')
_PREFIX = re.compile(r"[0-9A-Fa-f:.]+/\d{1,3}")
_RANGE = re.compile(r"([0-9A-Fa-f:.]+)-([0-9A-Fa-f:.]+)")


class Said(NamedTuple):
    """What the model reads of one record."""

    words: Words
    intervals: tuple[Interval, ...]


class Lexicon:
    """Reads each record once: snapshots have most of theirs in common, and so have namespaces."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Record, Said | None]] = {}

    def said(self, record: Record) -> Said | None:
        """Return what a record says, None for a kind that the model does not read."""
        found = self._known.get(id(record))
        if found is None:
            spoken = words(record)
            said = spoken and Said(spoken, tuple(intervals(record)))
            found = self._known[id(record)] = (record, said or None)  # kept: its id stays its own
        return found[1]


def words(record: Record) -> Words | None:
    """Return a record's words, None for a kind that the model does not read."""
    wording = WORDINGS.get(type(record))
    return None if wording is None else (record.kind, *wording(record))


def chain_of(record: Record) -> tuple[str, str] | None:
    """Return the table and chain whose lines have an order, None for what is no such line."""
    match record:
        case FilterRule():
            return record.table, record.chain
        case IptablesRule():
            return f"{record.backend} {record.family} {record.table}", record.chain
        case _:
            return None


def intervals(record: Record) -> Iterator[Interval]:
    """Yield the prefixes and ranges that a record tells apart from what lies beside them."""
    match record:
        case Route():
            yield from _blocks(filter(None, (record.prefix, record.from_prefix)))
        case Address():
            yield from _blocks((record.peer or record.address,))
        case FilterRule():
            for text in (record.rule, *record.elements):
                yield from _blocks(_PREFIX.findall(text))
                yield from _ranges(text)
        case IptablesRule():
            yield from _blocks(_PREFIX.findall(record.rule))
            yield from _ranges(record.rule)
        case XfrmPolicy():
            yield from _blocks((record.source, record.destination))
        case IpSetMember():
            yield from _blocks(_PREFIX.findall(record.entry))
        case IpSet():
            yield from _blocks(_PREFIX.findall(" ".join(record.expiring)))
        case Rule():
            yield from _blocks(_PREFIX.findall(record.selector))
        case _:
            pass


def _route(route: Route) -> Words:
    return (
        str(route.family),
        route.table,
        *_split(route.prefix, route.from_prefix),
        route.source,
        route.tos,
        str(route.metric),
        route.type,
        *(word for hop in route.next_hops for word in _hop(hop)),
    )


def _hop(hop: NextHop) -> Words:
    return ("nexthop", hop.gateway, hop.device, *hop.flags, hop.encap)


def _rule(rule: Rule) -> Words:
    head = (str(rule.family), str(rule.priority))
    return (*head, *_split(rule.selector, rule.action), *rule.attributes)


def _interface(interface: Interface) -> Words:
    return (
        interface.name,
        *interface.flags,
        interface.operstate,
        interface.master,
        interface.link_kind,
        interface.link_type,
        interface.mac,
        interface.lower,
        *port_of(interface),
        *early(interface),
        *(("filters VLANs",) if filters_vlans(interface) else ()),
        *(interface.kind_detail.split() if is_followed(interface) else ()),
    )


def _address(address: Address) -> Words:
    return (address.interface, *_split(address.address, address.peer), address.scope)


def _neighbour(entry: Neighbour) -> Words:
    return (entry.device, entry.address, entry.mac, entry.condition, *entry.flags)


def _fdb_entry(entry: FdbEntry) -> Words:
    return (entry.device, entry.mac, entry.remote, entry.destination)


def _fdb_moving(found: FdbMoving) -> Words:
    """Of what comes and goes, only what was learned through a tunnel tells where packets go."""
    return tuple(word for line in found.entries if " dst " in line for word in line.split())


def _switch(switch: Sysctl) -> Words:
    """Part "net.ipv4.conf.eth0/5.rp_filter"; a dot in an interface's name is printed as "/"."""
    return (*(word.replace("/", ".") for word in switch.name.split(".")), switch.value)


def _filter_rule(rule: FilterRule) -> Words:
    said = _split(rule.rule, *rule.elements)
    return (rule.table, "|", *_split(rule.chain), "|", *said)


def _iptables_rule(rule: IptablesRule) -> Words:
    table = f"{rule.backend} {rule.family} {rule.table}"
    return (table, "|", *_split(rule.chain), "|", *_split(rule.rule, rule.verdict))


def _ipset(held: IpSet) -> Words:
    return (held.name, held.set_type, held.options, *_split(*held.expiring))


def _xfrm_policy(policy: XfrmPolicy) -> Words:
    ends = _split(policy.source, policy.destination, policy.selector)
    other = (policy.direction, policy.mark, policy.if_id, policy.action, str(policy.priority))
    return (*ends, *other, policy.policy_type, *_split(*policy.templates))


def _ipset_member(member: IpSetMember) -> Words:
    return (member.set_name, *_split(member.entry), *member.options)


def _tc_filter(held: TcFilter) -> Words:
    return (held.device, *(("marks",) if marks(held) else ()), *early(held))


WORDINGS: Mapping[type[Record], Callable[[Any], Words]] = {
    Route: _route,
    Sysctl: _switch,
    Interface: _interface,
    Address: _address,
    Neighbour: _neighbour,
    FilterRule: _filter_rule,
    IptablesRule: _iptables_rule,
    IpSet: _ipset,
    IpSetMember: _ipset_member,
    XfrmPolicy: _xfrm_policy,
    Rule: _rule,
    FdbEntry: _fdb_entry,
    FdbMoving: _fdb_moving,
    TcFilter: _tc_filter,
    ConntrackTable: early,
    BridgeVlan: lambda held: (held.device, held.vlan, *held.flags),
}


def _split(*texts: str) -> Words:
    return tuple(word for text in texts for word in _APART.split(text))


def _blocks(prefixes: Iterable[str]) -> Iterator[Interval]:
    for prefix in prefixes:
        try:
            family, bits, length = block(prefix)
        except ValueError:  # no prefix: "default", or a text that only looks like one
            continue
        if length < WIDTH[family]:
            yield family, bits, bits + (1 << (WIDTH[family] - length))


def _ranges(text: str) -> Iterator[Interval]:
    for first, last in _RANGE.findall(text):
        try:
            low, high = number(first), number(last)
        except ValueError:
            continue
        yield low.family, low.bits, high.bits + 1
