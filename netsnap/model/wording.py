"""What the model reads of a record, as a row of words in which names and addresses stand alone."""

import re
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, NamedTuple

from netsnap.model.bridging import FORWARDING, filters_vlans, port_of
from netsnap.model.early import words_of as early
from netsnap.model.fwmark import marks
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
    Route,
    Rule,
    Sysctl,
    TcFilter,
    XfrmPolicy,
)
from parsers.roles import Record

Words = tuple[str, ...]
Rest = tuple[object, ...]

_APART = re.compile(r'([\s",;{}()=!<>|/-]+)')

PLAIN_PORT = (FORWARDING, "")


class Said(NamedTuple):
    """What the model reads of one record: what names nobody, and words that may."""

    rest: Rest  # the record's kind first
    words: Words


def said(record: Record) -> Said | None:
    """Return what a record says, None for a kind that the model does not read."""
    wording = WORDINGS.get(type(record))
    return None if wording is None else wording(record)


CHAINS: Mapping[type[Record], Callable[[Any], Words]] = {
    FilterRule: attrgetter("table", "chain"),
    IptablesRule: attrgetter("backend", "family", "table", "chain"),
}
"""Records that are lines of a chain → what the chain is called, its own name last."""

TEXTS: Mapping[type[Record], Callable[[Any], Words]] = {
    FilterRule: lambda line: (line.rule, *line.elements),
    IptablesRule: attrgetter("rule", "verdict"),
}
"""Lines of a chain → what the model reads of a line but for its chain."""


def said_of_chain(kind: str, chain: Words) -> Said:
    """Return what tells a chain from others."""
    *others, table, name = chain
    return Said((kind, "chain", *others), (table, "|", *_split(name)))


def said_of_text(kind: str, texts: Words) -> Said:
    """Return what a line of a chain says wherever it stands."""
    return Said((kind, "line"), _split(*texts))


def _route(route: Route) -> Said:
    rest = (route.kind, route.family, route.table, route.tos, route.metric, route.type)
    ends = (*route.prefix.partition("/"), *route.from_prefix.partition("/"), route.source)
    if len(route.next_hops) == 1:
        (hop,) = route.next_hops
        return Said((*rest, hop.flags, hop.encap), (*ends, hop.gateway, hop.device))
    return Said(
        (*rest, tuple((hop.flags, hop.encap) for hop in route.next_hops)),
        (*ends, *(word for hop in route.next_hops for word in (hop.gateway, hop.device))),
    )


def _rule(rule: Rule) -> Said:
    words = (*_split(rule.selector, rule.action), *rule.attributes)
    return Said((rule.kind, rule.family, rule.priority), words)


def _interface(interface: Interface) -> Said:
    rest = (
        interface.kind,
        interface.flags,
        interface.operstate,
        interface.link_kind,
        interface.link_type,
        port_of(interface) if interface.slave_detail else PLAIN_PORT,
        early(interface),
        bool(interface.kind_detail) and filters_vlans(interface),
    )
    tunnel = interface.kind_detail.split() if is_followed(interface) else ()
    words = (interface.name, interface.master, interface.mac, interface.lower, *tunnel)
    return Said(rest, words)


def _address(address: Address) -> Said:
    ends = (*address.address.partition("/"), *address.peer.partition("/"))
    return Said((address.kind, address.scope), (address.interface, *ends))


def _neighbour(entry: Neighbour) -> Said:
    rest = (entry.kind, entry.condition, entry.flags)
    return Said(rest, (entry.device, entry.address, entry.mac))


def _fdb_entry(entry: FdbEntry) -> Said:
    return Said((entry.kind,), (entry.device, entry.mac, entry.remote, entry.destination))


def _fdb_moving(found: FdbMoving) -> Said:
    """Of what comes and goes, only what was learned through a tunnel tells where packets go."""
    learned = (line for line in found.entries if " dst " in line)
    return Said((found.kind,), tuple(word for line in learned for word in line.split()))


def _switch(switch: Sysctl) -> Said:
    """Part "net.ipv4.conf.eth0/5.rp_filter"; a dot in an interface's name is printed as "/"."""
    words = switch.name.split(".")
    if "/" in switch.name:
        words = [word.replace("/", ".") for word in words]
    return Said((switch.kind, switch.value), tuple(words))


def _line(line: FilterRule | IptablesRule) -> Said:
    chain = said_of_chain(line.kind, CHAINS[type(line)](line))
    text = said_of_text(line.kind, TEXTS[type(line)](line))
    return Said(chain.rest, (*chain.words, "|", *text.words))


def _ipset(held: IpSet) -> Said:
    return Said((held.kind, held.set_type), (held.name, held.options, *_split(*held.expiring)))


def _xfrm_policy(policy: XfrmPolicy) -> Said:
    ends = _split(policy.source, policy.destination, policy.selector)
    other = (policy.direction, policy.mark, policy.if_id, policy.action, policy.priority)
    return Said((policy.kind, policy.policy_type, *other), (*ends, "|", *_split(*policy.templates)))


def _ipset_member(member: IpSetMember) -> Said:
    words = (member.set_name, "|", *_split(member.entry))
    return Said((member.kind, member.options), words)


def _tc_filter(held: TcFilter) -> Said:
    return Said((held.kind, bool(marks(held))), (held.device, *early(held)))


def _conntrack_table(table: ConntrackTable) -> Said:
    return Said((table.kind, early(table)), ())


def _bridge_vlan(held: BridgeVlan) -> Said:
    return Said((held.kind, held.vlan, held.flags), (held.device,))


WORDINGS: Mapping[type[Record], Callable[[Any], Said]] = {
    Route: _route,
    Sysctl: _switch,
    Interface: _interface,
    Address: _address,
    Neighbour: _neighbour,
    FilterRule: _line,
    IptablesRule: _line,
    IpSet: _ipset,
    IpSetMember: _ipset_member,
    XfrmPolicy: _xfrm_policy,
    Rule: _rule,
    FdbEntry: _fdb_entry,
    FdbMoving: _fdb_moving,
    TcFilter: _tc_filter,
    ConntrackTable: _conntrack_table,
    BridgeVlan: _bridge_vlan,
}


def _split(*texts: str) -> Words:
    return tuple(word for text in texts for word in _APART.split(text))
