"""Node addresses that others find at a hardware address which their node does not have."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.takeover import hardware, is_wire
from netsnap.model.numbers import bare
from parsers.facts import Fact
from parsers.records import Address, BirdProtocol, CalicoPeer, Interface, Neighbour

CACHED = ("resolved", "permanent")


def takeovers(case: Case) -> Iterator[Finding]:
    """Yield a finding for each such address.

    Who answers in a cache for several addresses stands in for them all: a router, say, or a
    cloud's fabric. A network may put other hardware addresses in the place of the nodes' own; where
    a BGP session with the address fell as well, it did not.
    """
    macs = hardware((case.facts,))
    found: dict[tuple[str, str, str], list[Fact]] = defaultdict(list)
    for node in case.nodes:
        entries = list(_entries(case, node))
        times = Counter((entry.device, entry.mac) for _, entry in entries)
        for fact, entry in entries:
            owner = case.node_of(entry.address)
            own = macs.get(owner, frozenset())
            if owner in ("", node) or not own or not case.sees(owner, Interface):
                continue
            if entry.mac not in own and times[entry.device, entry.mac] == 1:
                found[owner, entry.address, entry.mac].append(fact)
    for (owner, address, mac), facts in sorted(found.items()):
        holder = next((node for node in sorted(macs) if mac in macs[node]), "")
        mute = any(_is_down(case, fact.key.node, address) for fact in facts)
        severity = Severity.ERROR if mute else Severity.WARNING
        yield _finding(case, severity, (owner, address), f"{mac}, {_whose(holder)}", facts)


def _entries(case: Case, node: str) -> Iterator[tuple[Fact, Neighbour]]:
    for fact, entry in case.of(Neighbour, node, HOST):
        known = entry.mac and entry.condition in CACHED
        if known and is_wire(case.facts, node, entry.device):
            yield fact, entry


def _is_down(case: Case, node: str, address: str) -> bool:
    """Say whether a node's BGP session with an address is not established."""
    told = [peer.connection for _, peer in case.of(CalicoPeer, node) if peer.address == address]
    told += [
        session.connection
        for _, session in case.of(BirdProtocol, node)
        if session.neighbour == address
    ]
    return bool(told) and "Established" not in told


def _whose(holder: str) -> str:
    return f"which is {holder}'s" if holder else "which no node has"


def _finding(
    case: Case, severity: Severity, of: tuple[str, str], where: str, facts: Sequence[Fact]
) -> Finding:
    owner, address = of
    nodes = sorted({fact.key.node for fact in facts})
    verb = "sends" if len(nodes) == 1 else "send"
    sentence = f"{' and '.join(nodes)} {verb} what is for {owner}'s {address} to {where}"
    own = (
        fact
        for fact, interface in case.of(Interface, owner, HOST)
        for _, record in case.of(Address, owner, HOST)
        if interface.name == record.interface and bare(record.address) == address
    )
    return Finding(severity, owner, HOST, sentence, (*facts, *own))
