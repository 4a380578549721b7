"""Nodes that were not reached, and gateways that do not answer."""

from collections.abc import Iterator

from collector.capture import HOST, Reach
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.checks.sessions import ESTABLISHED
from netsnap.model.crossing import SILENT
from netsnap.model.numbers import WIDTH
from parsers.facts import Fact
from parsers.records import BirdProtocol, CalicoPeer, Route

Routes = list[tuple[Fact, Route]]
End = tuple[str, str]
"""A gateway and the interface it is on."""


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
        routes = [
            (fact, route)
            for fact, route in case.of(Route, node, HOST)
            if route.table == "main" and route.type == "unicast"
        ]
        silent = dict(_silent(case, node, routes))
        for (gateway, device), (entry, through) in silent.items():
            alive = {each.prefix for _, each in routes if set(_ends(each)) - set(silent)}
            lost = [each.prefix for _, each in through if each.prefix not in alive]
            facts = (entry, *(fact for fact, _ in through))
            yield _does_not_answer(node, f"{gateway} on {device}", lost, facts)
    yield from _without_default(case)


def _silent(case: Case, node: str, routes: Routes) -> Iterator[tuple[End, tuple[Fact, Routes]]]:
    """Yield the gateways that did not answer the node, and the routes through them."""
    space = case.network.spaces[node, HOST]
    ends = dict.fromkeys((hop.gateway, hop.device) for _, r in routes for hop in r.next_hops)
    for gateway, device in ends:
        entry, condition = space.neighbour(device, gateway)
        if entry is not None and condition in SILENT:
            through = [each for each in routes if (gateway, device) in _ends(each[1])]
            yield (gateway, device), (entry, through)


def _ends(route: Route) -> list[End]:
    return [(hop.gateway, hop.device) for hop in route.next_hops]


def _does_not_answer(node: str, end: str, lost: list[str], facts: tuple[Fact, ...]) -> Finding:
    """Lost is what has no other way: neither another next hop nor another route."""
    more = f" and {len(lost) - 1} more" if len(lost) > 1 else ""
    then = f"what is for {lost[0]}{more} is lost" if lost else "its routes have other ways, too"
    severity = Severity.ERROR if lost else Severity.WARNING
    return Finding(severity, node, HOST, f"{end} does not answer {node}: {then}", facts)


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
