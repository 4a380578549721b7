"""Chains that hang on a hook of the kernel's: nft's, and the built-in ones of iptables-legacy."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from netsnap.model.flow import Flow
from netsnap.model.numbers import IPV4, IPV6
from parsers.facts import Fact
from parsers.iptables import POLICY
from parsers.records import FilterRule, IptablesRule

FAMILIES: Mapping[str, tuple[int, ...]] = {
    "ip": (IPV4,),
    "ip6": (IPV6,),
    "inet": (IPV4, IPV6),
    "netdev": (IPV4, IPV6),
}
LEGACY = "legacy"
CONNTRACK = -200
"""NF_IP_PRI_CONNTRACK; ``tracking`` hooks have it."""
TRACKING = ("prerouting", "output")

_PRIORITIES = {
    "raw": -300, "mangle": -150, "dstnat": -100, "filter": 0, "security": 50, "srcnat": 100,
}  # fmt: skip
_OF_NAT = {"PREROUTING": -100, "OUTPUT": -100, "POSTROUTING": 100, "INPUT": 100}
_PRIORITY = re.compile(r"priority (?P<name>[a-z]*) ?(?P<sign>[+-]?) ?(?P<number>[0-9]{0,10})")


@dataclass(frozen=True)
class Base:
    """A chain that hangs on a hook; ``device`` is that of netdev's, "" elsewhere."""

    fact: Fact
    table: str
    chain: str
    kind: str
    hook: str
    device: str
    drops: bool
    priority: int = 0

    @classmethod
    def of(cls, fact: Fact, rule: FilterRule) -> "Base | None":
        """Read the line "type filter hook forward priority 0; policy drop"."""
        words = rule.rule.replace(";", " ").replace(",", " ").split()
        if words[:1] != ["type"] or "hook" not in words[:4] or "priority" not in words:
            return None
        after = dict(pairwise(words))
        device = " ".join(words[4 : words.index("priority")])
        drops = after.get("policy") == "drop"
        at = _priority(rule.rule)
        return cls(fact, rule.table, rule.chain, words[1], words[3], device, drops, at)

    @classmethod
    def of_policy(cls, fact: Fact, rule: IptablesRule) -> "Base | None":
        """Take a built-in chain by its policy, the one record that each has."""
        if rule.rule != POLICY:
            return None
        is_nat = rule.table == "nat"
        kind = "nat" if is_nat else "filter"
        at = _OF_NAT.get(rule.chain, 0) if is_nat else _PRIORITIES.get(rule.table, 0)
        drops = rule.verdict == "drop"
        return cls(fact, table_of(rule), rule.chain, kind, rule.chain.lower(), "", drops, at)

    def sees(self, hook: str, flow: Flow) -> bool:
        """Say whether a packet at a hook gets here."""
        family = self.table.removeprefix(f"{LEGACY} ").partition(" ")[0]
        if self.hook != hook or flow.family not in FAMILIES.get(family, ()):
            return False
        if self.kind == "nat" and not flow.new:
            return False  # an answer goes back as its connection came
        if family == "netdev" or hook in ("ingress", "egress"):
            return f'"{flow.iif if hook == "ingress" else flow.oif}"' in self.device
        return True


def is_dormant(rule: FilterRule) -> bool:
    """Say whether this is the line by which the kernel keeps a table and does not ask it."""
    flags, *named = rule.rule.replace(",", " ").replace(";", " ").split() or ("",)
    return not rule.chain and flags == "flags" and "dormant" in named


def table_of(rule: IptablesRule) -> str:
    """Return a table's name, which is that of nft's table if nft lists it, too."""
    own = f"{rule.family} {rule.table}"
    return f"{LEGACY} {own}" if rule.backend == LEGACY else own


def _priority(text: str) -> int:
    found = _PRIORITY.search(text)
    if found is None:
        return 0
    number = int(found["number"] or 0)
    return _PRIORITIES.get(found["name"], 0) + (-number if found["sign"] == "-" else number)
