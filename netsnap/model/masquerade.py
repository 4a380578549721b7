"""Answers to a workload that speaks with its node's address, as docker's bridges make theirs do.

Nobody on another node has a route to 172.17.0.2, and yet a container there gets its answers: they
go to its node, which remembers whose they are. The one rule that is followed is docker's own,
``oifname != "docker0" ip saddr 172.17.0.0/16 masquerade``; with any other the answer's way is
unknown, and so it is without a rule, which may stand in a filter that was not asked (legacy
iptables).
"""

import re

from collector.capture import HOST
from netsnap.model.disposition import Disposition, Endpoint, Hop, Path
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, block, number
from netsnap.model.segment import is_bridge
from netsnap.model.space import Space
from parsers.facts import Fact
from parsers.records import FilterRule

DOCKERS = re.compile(
    r"""(?:oifname \s != \s "(?P<bridge>[^"]+)" \s)? ip \s saddr \s (?P<source>[0-9./]+) \s
    (?:oifname \s != \s "(?P<other>[^"]+)" \s)? (?:counter \s)? masquerade""",
    re.VERBOSE,
)


def answer(network: Network, source: Endpoint, own: str, there: Path, plain: Path) -> Path:
    """Return the way back to a packet that went ``there`` from a workload's address ``own``.

    ``plain`` is the way to that address, which is the way back from within the node and from
    wherever it is routed.
    """
    leaving = next(
        (hop for hop in there.hops if (hop.node, hop.netns) == (source.node, HOST)), None
    )
    if plain.disposition in (Disposition.DELIVERED, Disposition.UNKNOWN) or leaving is None:
        return plain
    space = network.spaces[source.node, HOST]
    if there.disposition is not Disposition.DELIVERED or not is_bridge(space, leaving.ingress):
        return plain
    rule = _masquerading(space, own, leaving.device)
    to = next((each.text for each in space.addresses if each.device == leaving.device), "")
    if rule is None or not to or number(to).family != IPV4:
        reason = f"whether {source.node} masquerades {own} is not shown"
        return Path(Disposition.UNKNOWN, (), reason)
    far = there.hops[-1]
    way = network.walk((far.node, far.netns), to)
    return _home(network, source, own, way, rule)


def _home(network: Network, source: Endpoint, own: str, way: Path, rule: Fact) -> Path:
    """Go on from the node's address, at the end of ``way``, to the workload."""
    if way.disposition is not Disposition.DELIVERED:
        return way
    if way.hops[-1].node != source.node:
        return Path(Disposition.NOT_OWNED, way.hops, f"it ends on {way.hops[-1].node}")
    home = network.walk((source.node, HOST), own)
    turn = Hop(source.node, HOST, decided_by=rule.key, note="the answer to a masqueraded packet")
    return Path(home.disposition, (*way.hops, turn, *home.hops), home.reason)


def _masquerading(space: Space, own: str, device: str) -> Fact | None:
    """Return docker's rule that gives packets of an address their node's address on ``device``."""
    for fact in space.of(FilterRule):
        found = DOCKERS.fullmatch(fact.record.rule) if isinstance(fact.record, FilterRule) else None
        if found is None or device in (found["bridge"], found["other"]):
            continue
        try:
            holds = block(found["source"]).holds(number(own))
        except ValueError:  # a text that is not nft's
            continue
        if holds:
            return fact
    return None
