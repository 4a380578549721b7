"""Whether a node's packet filter surely drops the packets of a BGP session that stands.

The model's filter knows pings. Here each line's TCP conditions are first settled for the session's
two ports: one that holds is left out of the line, one that does not leaves a line that no ping
meets, and one that is not understood makes the line vague.
"""

import re
from dataclasses import replace

from netsnap.model.filterfields import Flow
from netsnap.model.ruleset import Ruleset
from netsnap.model.sieve import BEGINS, ENDS
from netsnap.model.space import Space
from parsers.facts import Fact
from parsers.records import FilterRule

_PORT = re.compile(r"\b(?:tcp|th) (?P<side>[ds]port) (?P<not>!= )?(?P<value>\{[^}]*\}|\S+) ?")
_PROTOCOL = re.compile(r"\b(?:meta l4proto|ip protocol) (?:tcp|6)\b ?")
_OTHER = re.compile(r"\b(?:meta l4proto|ip protocol) \S+ ?")
_VAGUE = "unsettled "
NAMES = {"bgp": 179}


def drops(space: Space, flow: Flow, ports: tuple[int, int]) -> Fact | None:
    """Return the line that surely ends a packet at a node, None if none surely does.

    ``ports`` are those of the packet's source and its destination. A packet without an incoming
    interface is the node's own.
    """
    rules = (
        replace(fact, record=replace(fact.record, rule=_settled(fact.record.rule, ports)))
        for fact in space.facts.values()
        if isinstance(fact.record, FilterRule)
    )
    ruleset = Ruleset(rules, lambda kind: kind != FilterRule.kind or space.sees(kind), space.name)
    found = ruleset.judge(ENDS if flow.iif else BEGINS, flow).drop
    return space.facts.get(found.key) if found is not None else None


def _settled(rule: str, ports: tuple[int, int]) -> str:
    """Return a line without the conditions on TCP that the packet meets."""
    held = dict(zip(("sport", "dport"), ports, strict=True))
    text = rule
    for match in _PORT.finditer(rule):
        fits = _fits(match["value"], held[match["side"]])
        if fits is None:
            text = text.replace(match[0], _VAGUE)
        elif fits is not bool(match["not"]):
            text = text.replace(match[0], "")
        else:
            return rule  # no packet of this session: and no ping either
    if text == rule and _OTHER.search(rule) and not _PROTOCOL.search(rule):
        return rule
    return _PROTOCOL.sub("", text)


def _fits(value: str, port: int) -> bool | None:
    """Say whether a port is among those that a condition names."""
    found: list[bool | None] = []
    for item in value.strip("{} ").split(","):
        first, _, last = item.strip().partition("-")
        bounds = [NAMES.get(each, each) for each in (first, last or first)]
        try:
            found.append(int(bounds[0]) <= port <= int(bounds[1]))
        except ValueError:
            found.append(None)
    return True if True in found else None if None in found else False
