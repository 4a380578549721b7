"""Workloads whose addresses are of no block that others know, or of another node's, untold."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.fib import Action, Packet
from netsnap.model.numbers import WIDTH, Number, block, number
from parsers.facts import Fact
from parsers.records import Address, Route

NAMED = 4

_Prefixes = Mapping[tuple[int, int], Mapping[int, Mapping[str, Fact]]]
"""Lines by family and length of their prefix, its first bits, and the nodes that have them."""


def homes(case: Case) -> Iterator[Finding]:
    """Yield a finding for each node with workloads of no block, and each address lent untold."""
    dropped = _prefixes(case, lambda route: route.type == "blackhole")
    routed = _prefixes(case, lambda route: any(hop.gateway for hop in route.next_hops))
    homeless: dict[str, list[Fact]] = defaultdict(list)
    for fact, address in _addresses(case):
        owners, senders = _holding(dropped, address), _holding(routed, address)
        if fact.key.node in owners:
            continue
        if owners:
            yield from _lent(case, fact, owners)
        elif routed and not senders and _all_read(case, fact.key.node, address.family):
            homeless[fact.key.node].append(fact)
    for node, facts in homeless.items():
        yield _homeless(node, facts)


def _prefixes(case: Case, wanted: Callable[[Route], bool]) -> _Prefixes:
    """Gather lines of the nodes' main tables, but for default routes."""
    found: dict[tuple[int, int], dict[int, dict[str, Fact]]] = {}
    for fact, route in case.of(Route, netns=HOST):
        family, bits, length = block(route.prefix)
        if route.table == "main" and length and wanted(route):
            alike = found.setdefault((family, length), {})
            alike.setdefault(bits >> WIDTH[family] - length, {})[fact.key.node] = fact
    return found


def _holding(prefixes: _Prefixes, address: Number) -> dict[str, Fact]:
    """Return who has a prefix that an address is in, with the longest such line of each."""
    found: dict[str, Fact] = {}
    for (family, length), alike in sorted(prefixes.items(), key=lambda each: each[0]):
        if family == address.family:
            found.update(alike.get(address.bits >> WIDTH[family] - length, {}))
    return found


def _addresses(case: Case) -> Iterator[tuple[Fact, Number]]:
    """Yield the single addresses of workloads: those that routes lead to."""
    for fact, record in case.of(Address):
        text, _, length = record.address.partition("/")
        if fact.key.netns == HOST or record.interface == "lo" or record.scope not in ("global", ""):
            continue
        address = number(text)
        if length == str(WIDTH[address.family]):
            yield fact, address


def _lent(case: Case, fact: Fact, owners: Mapping[str, Fact]) -> Iterator[Finding]:
    """Tell of an address of another node's block, which its owner throws away."""
    node, netns = fact.key[:2]
    for owner, line in owners.items():
        decision = case.network.spaces[owner, HOST].decide(Packet("", _text(fact)), "")
        if decision.action is Action.BLACKHOLE and decision.fact is line:
            prefix = line.record.prefix if isinstance(line.record, Route) else ""
            sentence = (
                f"{netns} on {node} has {_text(fact)}, which is of {owner}'s block {prefix}, and "
                f"{owner} has no route to it: it throws away what is for it"
            )
            yield Finding(Severity.ERROR, owner, HOST, sentence, (line, fact))


def _all_read(case: Case, node: str, family: int) -> bool:
    """Say whether there are others, and the routes of all nodes were read."""
    others = [each for each in case.nodes if each != node]
    views = case.facts.snapshot.nodes
    read = all(case.sees(each, Route, family) for each in case.nodes)
    return bool(others) and read and len(case.nodes) == len(views)


def _homeless(node: str, facts: Iterable[Fact]) -> Finding:
    addresses = sorted(map(_text, facts))
    more = f" and {len(addresses) - NAMED} more" if len(addresses) > NAMED else ""
    sentence = (
        f"{node} has no block with {', '.join(addresses[:NAMED])}{more}, which its workloads have, "
        "and no other node has a route to them"
    )
    return Finding(Severity.ERROR, node, HOST, sentence, tuple(facts))


def _text(fact: Fact) -> str:
    return fact.record.address.partition("/")[0] if isinstance(fact.record, Address) else ""
