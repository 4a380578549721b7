"""Which bits of a packet's mark may be set in a namespace, for routing rules that ask for them.

A packet comes into a namespace without a mark: the kernel wipes it on the way from another one
(skb_scrub_packet), and no wire carries it. So a rule that asks for bits which no line of the
packet filter sets is decided.
"""

import re
from collections.abc import Iterable

from parsers.facts import Fact
from parsers.iptables import NF_TABLES
from parsers.records import FilterRule, IptablesRule, TcFilter

ALL_BITS = 0xFFFFFFFF
_NUMBER = r"0x[0-9a-f]{1,8}|[0-9]{1,10}"
_ASKED = re.compile(rf"({_NUMBER})(?:/({_NUMBER}))?")
_SETS = re.compile(r"(?<!ct )\bmark set (.*)")
_SET = re.compile(
    rf"""(?:(?:meta\ )?mark\ (?:
        (?:and|&)\ (?:{_NUMBER})(?:\ (?:xor|\^|or|\|)\ (?P<put>{_NUMBER}))?
        |(?:or|xor|\||\^)\ (?P<added>{_NUMBER})
    )|(?P<value>{_NUMBER}))(?=$|\ (?!or\b|xor\b|and\b|map\b|vmap\b|[|^&<>]))""",
    re.VERBOSE,
)
_ABRIDGED = re.compile(r'\bxt target "?(?:MARK|CONNMARK|HMARK|SET|TPROXY)\b')
"""A target that nft has only the name of: iptables tells what it does, if it was asked."""
_MARKS = re.compile(rf"--(?:set-xmark|set-mark|or-mark|xor-mark|tproxy-mark) ({_NUMBER})(?:/|\s|$)")
_CLEARS = re.compile(rf"-j MARK --and-mark (?:{_NUMBER})$")
_MAY_MARK = ("-j MARK ", "--restore-mark", "--tproxy-mark", "--map-mark")


def settable(facts: Iterable[Fact], *, readable: bool) -> int:
    """Return the bits that the packet filter and traffic control of a namespace may set.

    All of them where either was not read (``readable``), or where a line cannot be followed.
    """
    if not readable:
        return ALL_BITS
    found, held = 0, tuple(facts)
    retold = {
        f"{rule.family} {rule.table}"
        for rule in (fact.record for fact in held)
        if isinstance(rule, IptablesRule) and rule.backend == NF_TABLES
    }
    for fact in held:
        match fact.record:
            case FilterRule(table=table, rule=rule):
                found |= ALL_BITS if table not in retold and _ABRIDGED.search(rule) else 0
                found |= _by_nft(rule)
            case IptablesRule(rule=rule):
                found |= _by_iptables(rule)
            case TcFilter():
                found |= ALL_BITS if marks(fact.record) else 0
    return found


def marks(held: TcFilter) -> bool:
    """Say whether a filter of traffic control may give packets a mark."""
    return held.type == "bpf" or "skbedit" in " ".join(held.rule)


def asks(selected: str, bits: int) -> bool | None:
    """Say whether a rule's ``fwmark`` fits where only ``bits`` may be set; None if that depends."""
    found = _ASKED.fullmatch(selected)
    if found is None:
        return None
    value, mask = int(found[1], 0), int(found[2], 0) if found[2] else ALL_BITS
    if value & mask & ~bits:
        return False
    return None if mask & bits else True


def _by_nft(rule: str) -> int:
    found = _SETS.search(rule)
    if found is None:
        return 0
    told = _SET.match(found[1])
    if told is None or _SETS.search(found[1]):
        return ALL_BITS
    return int(told["put"] or told["added"] or told["value"] or "0", 0)


def _by_iptables(rule: str) -> int:
    if not any(words in rule for words in _MAY_MARK):
        return 0
    found = _MARKS.search(rule)
    if found is None:
        return 0 if _CLEARS.search(rule) else ALL_BITS
    return int(found[1], 0)
