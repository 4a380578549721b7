"""Packet filters that name a workload or a node, and IPsec rules that block.

Pairs that a filter surely cuts are told by ``pairs``; here are rules of which it cannot be told
what they cost, and those that cut more than pings between workloads.
"""

import re
from collections import defaultdict
from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.checks.sessions import ESTABLISHED
from netsnap.model.basechains import Base, is_dormant
from netsnap.model.numbers import WIDTH, number
from parsers.facts import Fact
from parsers.records import BirdProtocol, CalicoPeer, FilterRule, IptablesRule, XfrmPolicy

_DROPS = frozenset({"drop", "reject"})
_KEPT_BY_PROGRAMS = ("cali", "KUBE-", "DOCKER", "LIBVIRT_", "CNI-", "NETAVARK", "ufw", "f2b-")
"""Chains whose owners put every pod's rules there, drops among them, and take them away."""
_WORD = re.compile(r"[^\s\"{},]+")
_NARROW = re.compile(r"\b(?:d|s)ports?\b|!=|(?:^| )! |\bdport|\bct state invalid")
_POLICY = "policy"
_BGP = re.compile(r"\b(?:[ds]port|--[ds]ports?) (?:\{[^}]*\b|[\d,:]*\b)?(?:179|bgp)\b")
"""Rules about the port that nodes tell each other their routes by."""


def blocked(case: Case) -> Iterator[Finding]:
    """Yield a finding for each IPsec rule that drops what it means."""
    for fact, policy in case.of(XfrmPolicy):
        if policy.action == "block":
            what = f"{policy.source} to {policy.destination} {policy.selector}".strip()
            sentence = f"an IPsec rule of {_name(fact)} drops {what} ({policy.direction})"
            yield Finding(Severity.ERROR, *fact.key[:2], sentence, (fact,))


def filters(case: Case) -> Iterator[Finding]:
    """Yield a finding for each drop that names an own address or interface, and for policies."""
    addresses = _addresses(case)
    for place, space in case.network.spaces.items():
        if not space.dark:
            yield from _drops(case, place, addresses)
    yield from _policies(case)
    yield from _two_kinds(case)


def _addresses(case: Case) -> frozenset[str]:
    """Return the addresses of nodes and workloads, as rules may write them."""
    addresses = set(case.owners)
    for endpoint in case.network.endpoints:
        addresses.update(endpoint.addresses)
    single = {f"{each}/{WIDTH[number(each).family]}" for each in addresses}
    return frozenset(addresses | single)


def _drops(case: Case, place: tuple[str, str], addresses: frozenset[str]) -> Iterator[Finding]:
    """Yield the drops of one namespace that name an address, or an interface of its own."""
    devices = case.network.spaces[place].interfaces.keys() - {"lo"}
    rules: list[tuple[Fact, FilterRule | IptablesRule]] = list(case.of(FilterRule, *place))
    rules += [each for each in case.of(IptablesRule, *place) if each[1].backend == "legacy"]
    for fact, rule in rules:
        if rule.verdict not in _DROPS or rule.chain.startswith(_KEPT_BY_PROGRAMS):
            continue
        if place[1] == HOST and _BGP.search(rule.rule):
            yield _no_bgp(case, fact, rule)
            continue
        named = [word for word in _WORD.findall(rule.rule) if word in addresses or word in devices]
        if named:
            is_narrow = _NARROW.search(rule.rule) is not None
            severity = Severity.NOTICE if is_narrow else Severity.WARNING
            sentence = (
                f"a packet filter of {_name(fact)} drops what is of {named[0]}: {_rule(rule)}"
            )
            yield Finding(severity, *place, sentence, (fact,))


def _no_bgp(case: Case, fact: Fact, rule: FilterRule | IptablesRule) -> Finding:
    """A drop of BGP: an error where a session of the node is down."""
    node = fact.key.node
    states = {peer.connection for _, peer in case.of(CalicoPeer, node, HOST)}
    states |= {each.connection for _, each in case.of(BirdProtocol, node, HOST) if each.neighbour}
    severity = Severity.ERROR if states - {ESTABLISHED} else Severity.WARNING
    sentence = f"a packet filter of {node} drops BGP: {_rule(rule)}"
    return Finding(severity, node, HOST, sentence, (fact,))


def _rule(rule: FilterRule | IptablesRule) -> str:
    counted = "" if rule.packets is None else f", {rule.packets} packets so far"
    return f"“{rule.rule}” in {rule.table} {rule.chain}{counted}"


def _policies(case: Case) -> Iterator[Finding]:
    """Yield the base chains that drop what no rule of theirs takes, by what they let through."""
    filled: dict[tuple[str, ...], int] = defaultdict(int)
    bases: list[tuple[Fact, Base]] = []
    asleep: set[tuple[str, str, str]] = set()
    for fact, rule in case.of(FilterRule):
        base = Base.of(fact, rule)
        if base is not None:
            bases.append((fact, base))
        else:
            filled[(*fact.key[:2], rule.table, rule.chain)] += rule.verdict not in ("", *_DROPS)
            if is_dormant(rule):
                asleep.add((*fact.key[:2], rule.table))
    for fact, base in bases:
        if base.drops and base.kind == "filter" and (*fact.key[:2], base.table) not in asleep:
            is_bare = not filled[(*fact.key[:2], base.table, base.chain)]
            yield _policy(fact, base, is_bare=is_bare)


def _policy(fact: Fact, base: Base, *, is_bare: bool) -> Finding:
    where = f"the chain {base.table} {base.chain} of {_name(fact)}, at the hook {base.hook},"
    what = "drops everything" if is_bare else "drops what none of its rules takes"
    severity = Severity.WARNING if is_bare else Severity.NOTICE
    return Finding(severity, *fact.key[:2], f"{where} {what}", (fact,))


def _two_kinds(case: Case) -> Iterator[Finding]:
    """Yield a finding for each node whose kernel has rules of both kinds of iptables."""
    for node in case.nodes:
        legacy = [
            fact
            for fact, rule in case.of(IptablesRule, node, HOST)
            if rule.backend == "legacy" and rule.rule != _POLICY
        ]
        modern = [
            fact
            for fact, rule in case.of(FilterRule, node, HOST)
            if rule.chain and Base.of(fact, rule) is None
        ]
        if legacy and modern:
            sentence = (
                f"{node} has rules of iptables-legacy ({len(legacy)}) and of nft "
                f"({len(modern)}): each packet passes both, and each tool shows its own"
            )
            yield Finding(Severity.NOTICE, node, HOST, sentence, (legacy[0], modern[0]))


def _name(fact: Fact) -> str:
    return fact.key.node if fact.key.netns == HOST else f"{fact.key.netns} on {fact.key.node}"
