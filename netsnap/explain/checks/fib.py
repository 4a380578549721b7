"""A kernel's main table held against its BIRD: what BIRD exports is there, what is there BIRD has.

Of routes that a filter decides about (``export filter …``) none is missed: what the filter does is
not in the model. A BIRD that told no route at all says nothing of those of the kernel.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.numbers import IPV4, IPV6, block
from parsers.facts import Fact
from parsers.records import BirdChannel, BirdProtocol, BirdRoute, BirdStatus, NextHop, Route

BIRD = "bird"
KERNEL = "kernel"
_NOT_EXPORTED = frozenset({KERNEL, "direct", "device", ""})
"""Protocols whose routes BIRD leaves to the kernel that has them already."""
_TABLES = frozenset({"", "master", "master4", "master6"})


@dataclass
class _Daemon:
    """What one BIRD of a node told. ``exports`` says that all of it goes to the kernel."""

    families: tuple[int, ...] = (IPV4, IPV6)
    recovers: bool = False
    exports: bool = False
    routes: dict[str, list[tuple[Fact, BirdRoute]]] = field(
        default_factory=lambda: defaultdict(list)
    )


def fib(case: Case) -> Iterator[Finding]:
    """Yield a finding for each route of BIRD that the kernel lacks, and for each left behind."""
    for node in case.nodes:
        held = _held(case, node)
        for name, daemon in _daemons(case, node).items():
            for prefix, told in daemon.routes.items():
                if case.sees(node, Route, block(prefix).family):
                    yield from _missing(node, name, daemon, told, held.get(prefix, []))
            if case.sees(node, BirdRoute):
                yield from _left(node, name, daemon, held)


def _held(case: Case, node: str) -> dict[str, list[tuple[Fact, Route]]]:
    """Return the routes of all tables of a kernel but the local one, by prefix."""
    found: dict[str, list[tuple[Fact, Route]]] = defaultdict(list)
    for fact, route in case.of(Route, node, HOST):
        if route.table != "local":
            found[route.prefix].append((fact, route))
    return found


def _daemons(case: Case, node: str) -> dict[str, _Daemon]:
    found: dict[str, _Daemon] = defaultdict(_Daemon)
    protocols = {
        (said.daemon, said.name): said.protocol.lower()
        for _, said in case.of(BirdProtocol, node, HOST)
    }
    for fact, route in case.of(BirdRoute, node, HOST):
        if route.table in _TABLES and route.type and _is_prefix(route.prefix):
            kind = protocols.get((route.daemon, route.protocol), "")
            own = found[route.daemon].routes[route.prefix]
            own.append((fact, route)) if route.primary and kind not in _NOT_EXPORTED else None
    for _, status in case.of(BirdStatus, node, HOST):
        if status.daemon in found:
            found[status.daemon].recovers = status.recovering
            if status.version.startswith("1."):
                is_six = status.daemon.endswith("6")
                found[status.daemon].families = (IPV6,) if is_six else (IPV4,)
    for name, daemon in found.items():
        daemon.exports = _exports_all(case, node, name)
    return found


def _is_prefix(text: str) -> bool:
    try:
        block(text)
    except ValueError:
        return False
    return True


def _exports_all(case: Case, node: str, daemon: str) -> bool:
    """Say whether the one kernel protocol of a BIRD takes whatever BIRD has."""
    kernels = [
        said
        for _, said in case.of(BirdProtocol, node, HOST)
        if said.daemon == daemon and said.protocol.lower() == KERNEL
    ]
    names = {said.name for said in kernels}
    filters = [said.export_filter for said in kernels]
    for _, channel in case.of(BirdChannel, node, HOST):
        if channel.daemon == daemon and channel.protocol in names:
            filters.append(channel.export_filter)
    up = all(said.state == "up" for said in kernels)
    return bool(kernels) and up and {each for each in filters if each} == {"ACCEPT"}


def _missing(
    node: str,
    name: str,
    daemon: _Daemon,
    told: list[tuple[Fact, BirdRoute]],
    held: list[tuple[Fact, Route]],
) -> Iterator[Finding]:
    for fact, route in told:
        if any(_agrees(route, own) for _, own in held):
            continue
        main = [each for each in held if each[1].table == "main"]
        if not (daemon.exports or route.refused):
            continue
        what = f"{node} does not have {name}'s route to {route.prefix} {_way(route)} in its kernel"
        if main:
            what = (
                f"{node} sends {route.prefix} {_way(main[0][1])}, and its {name} has it "
                f"{_way(route)}"
            )
        if route.refused:
            what += f": the kernel refused {name}'s"
        facts = (fact, *(each[0] for each in main))
        yield Finding(Severity.ERROR, node, HOST, what, facts, f"netsnap raw T {node} 'ip route'")


def _agrees(route: BirdRoute, own: Route) -> bool:
    """Compare the ways: BIRD may name one of several, and not the tunnel that a filter sets."""
    if route.type != own.type:
        return False
    ours, theirs = _ways(route.next_hops), _ways(own.next_hops)
    return ours <= theirs if ours else not theirs or route.type != "unicast"


def _ways(hops: tuple[NextHop, ...]) -> frozenset[str]:
    return frozenset(hop.gateway or hop.device for hop in hops)


def _way(route: BirdRoute | Route) -> str:
    ways = sorted(_ways(route.next_hops))
    return f"by {' and '.join(ways)}" if ways else f"as {route.type}"


def _left(
    node: str, name: str, daemon: _Daemon, held: dict[str, list[tuple[Fact, Route]]]
) -> Iterator[Finding]:
    """Yield the kernel's routes by BIRD that BIRD has from nobody, while it told of others."""
    for prefix, routes in held.items():
        if prefix in daemon.routes or block(prefix).family not in daemon.families:
            continue
        facts = tuple(fact for fact, route in routes if route.protocol == BIRD)
        if facts:
            severity = Severity.NOTICE if daemon.recovers else Severity.WARNING
            why = ", which waits for its peers still" if daemon.recovers else ""
            sentence = (
                f"{node} has a route to {prefix} of BIRD's that its {name} does not have{why}"
            )
            yield Finding(severity, node, HOST, sentence, facts)
