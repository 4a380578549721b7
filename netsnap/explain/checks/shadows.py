"""Routes that take packets from BIRD's: more specific, made by somebody else, and elsewhere."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.tell import state
from netsnap.model.numbers import Block, block
from netsnap.model.space import Port
from parsers.facts import Fact
from parsers.records import Route

KNOWN = frozenset({"bird", "kernel", "80", "ra", "redirect"})
"""Who sets routes of which nobody needs to be told: BIRD, the kernel, Felix."""


def shadows(case: Case) -> Iterator[Finding]:
    """Yield a finding for each route by hand inside a block that BIRD sends to another node."""
    for node in case.nodes:
        routes = [
            (fact, route, block(route.prefix))
            for fact, route in case.of(Route, node, HOST)
            if route.table == "main"
        ]
        wide = [each for each in routes if each[1].protocol == "bird" and each[1].next_hops]
        for fact, route, own in routes:
            if route.protocol in KNOWN or route.type == "throw" or _leads_home(case, node, route):
                continue
            for other in wide:
                if _is_inside(own, other[2]) and _ends(route) != _ends(other[1]):
                    yield _shadow(node, fact, route, other[0], other[1])


def _leads_home(case: Case, node: str, route: Route) -> bool:
    """Say whether a route leads to the workload of the node that has the address, a lent one."""
    address = route.prefix.partition("/")[0]
    ends = case.network.ends(node)
    return any(
        far.netns != HOST
        and address in {own.text for own in case.network.spaces[far[:2]].addresses}
        for hop in route.next_hops
        if not hop.gateway
        for far in ends.get(Port(node, HOST, hop.device), ())
    )


def _shadow(node: str, fact: Fact, route: Route, other: Fact, wider: Route) -> Finding:
    sentence = (
        f"{node} has a route to {route.prefix} ({state(route)}) that takes it out of BIRD's to "
        f"{wider.prefix} ({state(wider)})"
    )
    severity = Severity.WARNING if route.type == "unicast" else Severity.ERROR
    then = f"netsnap path {node} {route.prefix.partition('/')[0]}"
    return Finding(severity, node, HOST, sentence, (fact, other), then)


def _is_inside(own: Block, wider: Block) -> bool:
    return own.length > wider.length and wider.meets(own)


def _ends(route: Route) -> set[tuple[str, str]]:
    return {(hop.gateway, hop.device) for hop in route.next_hops}
