"""Workloads' addresses: unique, and routed to on their own node by their own interface."""

from collections import defaultdict
from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.disposition import Endpoint
from netsnap.model.fib import Action, Packet
from netsnap.model.numbers import WIDTH, block, number
from netsnap.model.segment import is_bridge
from netsnap.model.space import Port, Space
from parsers.facts import Fact
from parsers.records import Address, Route


def unrouted(case: Case) -> Iterator[Finding]:
    """Yield a finding for each workload that its own node does not send its packets to."""
    for endpoint in case.network.endpoints:
        place = (endpoint.node, endpoint.netns)
        host = case.network.spaces.get((endpoint.node, HOST))
        if host is None or host.dark or endpoint.assumed:
            continue
        for address in endpoint.addresses:
            ends = {
                far.device
                for own in case.network.spaces[place].addresses
                for far in case.network.ends(endpoint.node).get(Port(*place, own.device), ())
                if own.text == address
                if far.netns == HOST and not _is_on_its_own(host, far.device)
            }
            yield from _misrouted(case, endpoint, address, ends)


def _misrouted(case: Case, endpoint: Endpoint, address: str, ends: set[str]) -> Iterator[Finding]:
    host = case.network.spaces[endpoint.node, HOST]
    decision = host.decide(Packet("", address), "")
    if decision.action is Action.UNKNOWN or not ends:
        return
    devices = {member.hop.device for member in decision.members}
    if devices & ends or any(_is_bridged(case, endpoint.node, end, devices) for end in ends):
        return
    node, what = endpoint.node, f"{endpoint.name} ({address})"
    if devices:
        way = ", ".join(sorted(devices))
        bridged = len(ends) == 1 and is_bridge(host, way)
        end = f"of which its veth {min(ends)} is no port" if bridged else "and not to it"
        sentence = f"{node} sends what is for {what} to {way}{',' * bridged} {end}"
    else:
        sentence = f"{node} has no route to {what}: {decision.action}"
    facts = (*([decision.fact] if decision.fact else []), *_address(case, endpoint, address))
    yield Finding(Severity.ERROR, node, HOST, sentence, facts, f"netsnap path {node} {address}")


def _is_on_its_own(host: Space, end: str) -> bool:
    """Say whether an interface is a port of a bridge on which the node has no address.

    That is a network of its own, a second one as a rule, which the node need not route to.
    """
    found = host.interfaces.get(end)
    master = found[1].master if found is not None else ""
    return bool(master) and master not in {own.device for own in host.addresses}


def _is_bridged(case: Case, node: str, end: str, devices: set[str]) -> bool:
    found = case.network.spaces[node, HOST].interfaces.get(end)
    return found is not None and found[1].master in devices


def _address(case: Case, endpoint: Endpoint, address: str) -> Iterator[Fact]:
    for fact, record in case.of(Address, endpoint.node, endpoint.netns):
        if record.address.partition("/")[0] == address:
            yield fact


def stale(case: Case) -> Iterator[Finding]:
    """Yield a finding for each host route to a veth whose workload does not have the address."""
    for fact, route in case.of(Route, netns=HOST):
        family, _, length = block(route.prefix)
        if route.table != "main" or route.type != "unicast" or length != WIDTH[family]:
            continue
        address = route.prefix.partition("/")[0]
        for hop in route.next_hops:
            ends = case.network.ends(fact.key.node)
            far = ends.get(Port(fact.key.node, HOST, hop.device), ())
            if len(far) != 1 or far[0].netns == HOST or hop.gateway:
                continue
            space = case.network.spaces[far[0][:2]]
            if space.sees(Address.kind) and address not in {own.text for own in space.addresses}:
                sentence = (
                    f"{fact.key.node} has a route to {address} by {hop.device}, and "
                    f"{far[0].netns} behind it does not have that address"
                )
                yield Finding(Severity.WARNING, fact.key.node, HOST, sentence, (fact,))


def duplicates(case: Case) -> Iterator[Finding]:
    """Yield a finding for each address that two workloads, or two nodes, have for themselves.

    Addresses behind a bridge of one node are that node's affair: docker gives 172.17.0.2 on each.
    """
    holders: dict[str, list[Fact]] = defaultdict(list)
    for fact, record in case.of(Address):
        address, _, length = record.address.partition("/")
        if record.scope not in ("global", "") or record.interface == "lo":
            continue
        alone = length == str(WIDTH[number(address).family])
        if alone or (fact.key.netns == HOST and _is_on_fabric(case, fact, record)):
            holders[address].append(fact)
    for address, facts in holders.items():
        places = dict.fromkeys(fact.key[:2] for fact in facts)
        if len(places) > 1:
            names = " and ".join(
                node if netns == HOST else f"{netns} on {node}" for node, netns in places
            )
            node, netns = next(iter(places))
            yield Finding(Severity.ERROR, node, netns, f"{names} both have {address}", tuple(facts))


def _is_on_fabric(case: Case, fact: Fact, record: Address) -> bool:
    space = case.network.spaces.get(fact.key[:2])
    if space is None or record.interface not in space.interfaces:
        return False
    return case.network.segment(Port(*fact.key[:2], record.interface)).fabric
