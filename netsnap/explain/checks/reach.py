"""Nodes that were not reached, and gateways that do not answer."""

from collections.abc import Iterator

from collector.capture import HOST, Reach
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.checks.sessions import ESTABLISHED
from netsnap.model.numbers import WIDTH
from parsers.facts import Fact
from parsers.records import BirdProtocol, CalicoPeer, Route


def unreached(case: Case) -> Iterator[Finding]:
    """Yield a finding for each node that neither netsnap nor any other node's BGP reached.

    One that only netsnap did not reach may be well: the last line of a check names it.
    """
    states = dict(_sessions(case))
    for view in case.facts.snapshot.nodes:
        if view.reach is Reach.REACHED:
            continue
        own = {view.address} | {a for a, name in case.named.items() if name == view.node}
        told = {end: found for end, found in states.items() if end[1] in own}
        if told and all(state != ESTABLISHED for state, _ in told.values()):
            peers = ", ".join(sorted({node for node, _ in told}))
            sentence = (
                f"{view.node} was not reached ({view.reach}), and no BGP session to it is "
                f"established: {peers}"
            )
            facts = tuple(fact for _, fact in told.values())
            yield Finding(Severity.ERROR, view.node, HOST, sentence, facts)


def _sessions(case: Case) -> Iterator[tuple[tuple[str, str], tuple[str, Fact]]]:
    """Yield (node, peer's address), the session's state and its line."""
    for fact, session in case.of(BirdProtocol, netns=HOST):
        if session.neighbour:
            yield (fact.key.node, session.neighbour), (session.connection, fact)
    for fact, peer in case.of(CalicoPeer, netns=HOST):
        yield (fact.key.node, peer.address), (peer.connection, fact)


def gateways(case: Case) -> Iterator[Finding]:
    """Yield a finding for each next hop that does not answer, and each lacking default route."""
    for node in case.nodes:
        space = case.network.spaces[node, HOST]
        silent: dict[tuple[str, str], list[Fact]] = {}
        for fact, route in case.of(Route, node, HOST):
            for hop in route.next_hops:
                entry, condition = space.neighbour(hop.device, hop.gateway)
                if entry is not None and condition == "failed":
                    silent.setdefault((hop.gateway, hop.device), [entry]).append(fact)
        for (gateway, device), (entry, *routes) in silent.items():
            prefixes = [str(fact.key.identity[2]) for fact in routes]
            more = f" and {len(prefixes) - 1} more" if len(prefixes) > 1 else ""
            sentence = (
                f"{gateway} does not answer {node} on {device}: what is for {prefixes[0]}{more} "
                "is lost"
            )
            yield Finding(Severity.ERROR, node, HOST, sentence, (entry, *routes))
    yield from _without_default(case)


def _without_default(case: Case) -> Iterator[Finding]:
    for family in WIDTH:
        nodes = [node for node in case.nodes if case.sees(node, Route, family)]
        having = {
            fact.key.node: fact
            for fact, route in case.of(Route, netns=HOST)
            if route.family == family and route.prefix.endswith("/0") and route.type == "unicast"
        }
        lacking = [node for node in nodes if node not in having]
        if len(having) > len(lacking):
            for node in lacking:
                sentence = (
                    f"{node} has no default route (IPv{family}), and {', '.join(having)} have"
                )
                yield Finding(Severity.WARNING, node, HOST, sentence, tuple(having.values())[:1])
