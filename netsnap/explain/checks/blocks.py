"""Address blocks: each has one owner, who drops what it does not have, and all nodes know it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.checks.sessions import ESTABLISHED
from netsnap.model.numbers import WIDTH, block
from parsers.facts import Fact
from parsers.records import BirdProtocol, BirdRoute, Route

BIRD = "bird"


@dataclass
class _Block:
    """What the nodes' main tables say of one block that BIRD announces."""

    dropped: dict[str, Fact] = field(default_factory=dict)  # by the nodes that own it
    routed: dict[str, Fact] = field(default_factory=dict)  # by the nodes that send to the owner
    towards: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


def blocks(case: Case) -> Iterator[Finding]:
    """Yield a finding for each block that two nodes own, that none drops, or that one lacks."""
    for prefix, found in _blocks(case).items():
        yield from _owners(prefix, found)
        yield from _undropped(case, prefix, found)
        yield from _unknown(case, prefix, found)


def _blocks(case: Case) -> Mapping[str, _Block]:
    found: dict[str, _Block] = defaultdict(_Block)
    for fact, route in case.of(Route, netns=HOST):
        if route.protocol != BIRD or route.table != "main" or _is_host_route(route.prefix):
            continue
        told = found[route.prefix]
        if route.type == "blackhole":
            told.dropped[fact.key.node] = fact
        elif route.type == "unicast":
            told.routed[fact.key.node] = fact
            for owner in {case.node_of(hop.gateway) for hop in route.next_hops} - {""}:
                told.towards[owner].append(fact.key.node)
    return found


def _is_host_route(prefix: str) -> bool:
    family, _, length = block(prefix)
    return length in (0, WIDTH[family])


def _owners(prefix: str, found: _Block) -> Iterator[Finding]:
    owners = sorted(found.dropped)
    if len(owners) > 1:
        sentence = f"{' and '.join(owners)} both own the block {prefix}"
        facts = tuple(found.dropped[node] for node in owners)
        yield Finding(Severity.ERROR, owners[0], HOST, sentence, facts)
    if len(found.towards) > 1:
        ways = "; ".join(f"{', '.join(who)} to {to}" for to, who in sorted(found.towards.items()))
        facts = tuple(found.routed.values())
        sentence = f"the nodes send {prefix} to different nodes: {ways}"
        yield Finding(Severity.ERROR, min(found.towards), HOST, sentence, facts)


def _undropped(case: Case, prefix: str, found: _Block) -> Iterator[Finding]:
    for owner, senders in found.towards.items():
        seen = case.sees(owner, Route, block(prefix).family)
        if owner not in found.dropped and seen:
            sentence = (
                f"{owner} has no blackhole for its block {prefix}: what is for an address of it "
                "that no pod has goes on by the default route"
            )
            facts = (found.routed[senders[0]],)
            yield Finding(Severity.WARNING, owner, HOST, sentence, facts)


def _unknown(case: Case, prefix: str, found: _Block) -> Iterator[Finding]:
    """A node that knows blocks of others, and not this one that others know."""
    for node in case.nodes:
        if node in found.dropped or node in found.routed:
            continue
        if not case.sees(node, Route, block(prefix).family) or not _is_told_routes(case, node):
            continue
        if _is_sent(case, node, prefix):
            continue
        known_by = next(iter((*found.dropped.values(), *found.routed.values())))
        sentence = f"{node} has no route to {prefix}, which {known_by.key.node} has"
        sentence += _kept_back(case, node, prefix, found)
        yield Finding(
            Severity.ERROR, node, HOST, sentence, (known_by,), f"netsnap raw T {node} 'ip route'"
        )


def _kept_back(case: Case, node: str, prefix: str, found: _Block) -> str:
    """Say where the block was lost if no session's end explains it, "" if one may."""
    routes = case.of(BirdRoute, node, HOST)
    if any(route.prefix == prefix and route.primary for _, route in routes):
        return "; its BIRD has it, and not its kernel"
    told_by = {
        case.node_of(session.neighbour)
        for _, session in case.of(BirdProtocol, node, HOST)
        if session.neighbour and session.connection == ESTABLISHED
    }
    if not told_by & found.dropped.keys():
        return ""
    return "; their BGP session stands: a filter or a limit keeps it back"


def _is_sent(case: Case, node: str, prefix: str) -> bool:
    """Say whether somebody else than BIRD gave a node the route: a static one to a router, say."""
    return any(
        route.prefix == prefix and route.table == "main" and route.next_hops
        for _, route in case.of(Route, node, HOST)
    )


def _is_told_routes(case: Case, node: str) -> bool:
    return any(route.protocol == BIRD for _, route in case.of(Route, node, HOST))
