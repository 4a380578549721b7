"""Packet filters that a node's BGP does not get in by: asked for the sessions that are down.

A line that names the port is told by ``filters``; here is what drops all that nobody let in.
"""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.checks.sessions import ESTABLISHED
from netsnap.model.flow import Flow, Sent, Service
from netsnap.model.numbers import number
from netsnap.model.sieve import ENDS
from netsnap.model.space import Space
from parsers.facts import Fact, Key
from parsers.records import BirdProtocol, CalicoPeer, FilterRule, IptablesRule

BGP = Service("tcp", 179)


def bgp_filters(case: Case) -> Iterator[Finding]:
    """Yield a finding for each line that surely drops who opens a session that is down."""
    told: set[Key] = set()
    for node, peer in sorted(set(_down(case))):
        space = case.network.spaces[node, HOST]
        for device, own in _ends(space, peer):
            flow = Flow(Sent(peer, own, new=True, header=BGP.opening), device, "")
            fact = space.ruleset.judge(ENDS, flow).drop
            if fact is not None and fact.key not in told and "179" not in _text(fact):
                told.add(fact.key)
                yield _finding(node, fact)


def _down(case: Case) -> Iterator[tuple[str, str]]:
    """Yield each node and the address of a peer to which its session is down."""
    for fact, peer in case.of(CalicoPeer, netns=HOST):
        if peer.connection != ESTABLISHED:
            yield fact.key.node, peer.address
    for fact, session in case.of(BirdProtocol, netns=HOST):
        if session.neighbour and session.connection != ESTABLISHED:
            yield fact.key.node, session.neighbour


def _ends(space: Space, peer: str) -> Iterator[tuple[str, str]]:
    """Yield the interfaces whose network has the peer, and the own address there.

    A peer whose address is none is in no network.
    """
    try:
        wanted = number(peer)
    except ValueError:
        return
    for own in space.addresses:
        if own.block.holds(wanted) and own.number != wanted:
            yield own.device, own.text


def _text(fact: Fact) -> str:
    return fact.record.rule if isinstance(fact.record, FilterRule | IptablesRule) else ""


def _finding(node: str, fact: Fact) -> Finding:
    record = fact.record
    where = ""
    if isinstance(record, FilterRule | IptablesRule):
        where = f"“{record.rule}” in {record.table} {record.chain}"
    sentence = f"a packet filter of {node} drops BGP, which nothing before lets in: {where}"
    return Finding(Severity.ERROR, node, HOST, sentence, (fact,))
