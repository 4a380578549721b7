"""Whether a node's packet filter surely drops the packets of a BGP session that stands.

The model's filter knows pings, and who opens a connection. Here each line's TCP conditions are
first settled for the session's two ports, and then a ping's answer is asked for, which connection
tracking takes for established, too: a condition that holds is left out of the line, one that does
not leaves a line that no ping meets, and one that is not understood makes the line vague.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from netsnap.model.flow import Flow
from netsnap.model.ruleset import Ruleset
from netsnap.model.sieve import BEGINS, ENDS
from netsnap.model.space import Space
from parsers.facts import Fact
from parsers.records import FilterRule, IpSet, IpSetMember, IptablesRule

_XT_PORT = re.compile(r"(?P<not>! )?--(?P<side>[ds]port)s? (?P<value>\S+) ?")
_XT_PROTOCOL = re.compile(r"(?<![!] )-p (?:tcp|6) ?|-m (?:tcp|multiport) ?")
_PORT = re.compile(r"\b(?:tcp|th) (?P<side>[ds]port) (?P<not>!= )?(?P<value>\{[^}]*\}|\S+) ?")
_PROTOCOL = re.compile(r"\b(?:meta l4proto|ip protocol) (?:tcp|6)\b ?")
_OTHER = re.compile(r"\b(?:meta l4proto|ip protocol) \S+ ?")
_ICMP = r"(?:icmp|ipv6-icmp|icmpv6|1|58)\b"
_PINGS_ALONE = re.compile(
    rf"(?<!! )-p {_ICMP}|\b(?:meta l4proto|ip protocol|ip6 nexthdr) {_ICMP}"
    r"|\bicmp(?:v6)? (?:type|code)\b"
)
"""What a ping meets and no session does: with another header besides, nothing does."""
_NO_PINGS = re.compile(rf"! -p {_ICMP} ?|\b(?:meta l4proto|ip protocol|ip6 nexthdr) != {_ICMP} ?")
"""What any session meets."""
_VAGUE = {True: "-m unsettled ", False: "unsettled "}
NAMES = {"bgp": 179}


BGP_PORT = 179
UNNAMED_PORT = 50000
"""Stands for the port that the one who connects has from its kernel."""


class Filters:
    """One node's packet filters, asked about BGP."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._settled: dict[tuple[int, int], Ruleset] = {}

    def drops(self, flow: Flow, ports: tuple[int, int]) -> Fact | None:
        """Return the line that surely ends a packet, None if none surely does.

        ``ports`` are those of the packet's source and its destination. A packet without an
        incoming interface is the node's own.
        """
        space = self._space
        if ports not in self._settled:
            self._settled[ports] = Ruleset(_rules(space, ports), space.sees, space.name)
        found = self._settled[ports].judge(ENDS if flow.iif else BEGINS, flow).drop
        return space.facts.get(found.key) if found is not None else None


def _rules(space: Space, ports: tuple[int, int]) -> Iterator[Fact]:
    for fact in space.facts.values():
        record = fact.record
        if isinstance(record, FilterRule):
            settled = _settled(record.rule, ports)
            yield replace(fact, record=replace(record, rule=settled))
        elif isinstance(record, IptablesRule):
            settled = _settled(record.rule, ports, of_iptables=True)
            yield replace(fact, record=replace(record, rule=settled))
        elif isinstance(record, IpSet | IpSetMember):
            yield fact


def _settled(rule: str, ports: tuple[int, int], *, of_iptables: bool = False) -> str:
    """Return a line without the conditions on TCP that the packet meets."""
    if _PINGS_ALONE.search(rule):
        return f"-p udp {rule}" if of_iptables else f"meta l4proto udp {rule}"
    held = dict(zip(("sport", "dport"), ports, strict=True))
    text = rule = _NO_PINGS.sub("", rule)
    for match in (_XT_PORT if of_iptables else _PORT).finditer(rule):
        fits = _fits(match["value"], held[match["side"]])
        if fits is None:
            text = text.replace(match[0], _VAGUE[of_iptables])
        elif fits is not bool(match["not"]):
            text = text.replace(match[0], "")
        else:
            return rule  # no packet of this session: and no ping either
    if of_iptables:
        return _XT_PROTOCOL.sub("", text)
    if text == rule and _OTHER.search(rule) and not _PROTOCOL.search(rule):
        return rule
    return _PROTOCOL.sub("", text)


def _fits(value: str, port: int) -> bool | None:
    """Say whether a port is among those that a condition names."""
    found: list[bool | None] = []
    for item in value.strip("{} ").split(","):
        first, _, last = item.strip().replace(":", "-").partition("-")
        bounds = [NAMES.get(each, each) for each in (first, last or first)]
        try:
            found.append(int(bounds[0]) <= port <= int(bounds[1]))
        except ValueError:
            found.append(None)
    return True if True in found else None if None in found else False
