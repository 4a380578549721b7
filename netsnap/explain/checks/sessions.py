"""BGP sessions that are not established, and those that only one end is configured for."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from parsers.facts import Fact
from parsers.records import BirdProtocol, CalicoPeer

ESTABLISHED = "Established"
Ends = tuple[str, str]
"""A node and its peer's address."""


def sessions(case: Case) -> Iterator[Finding]:
    """Yield a finding for each session: one for both of its ends."""
    found = dict(_sessions(case))
    told: set[frozenset[str]] = set()
    for (node, address), fact in found.items():
        peer = case.node_of(address) or case.named.get(address, "")
        between = frozenset((node, peer or address))
        if between in told:
            continue
        state, error = _state(fact)
        if state != ESTABLISHED:
            told.add(between)
            why = f" ({error})" if error else ""
            name = peer or address
            yield Finding(
                Severity.ERROR,
                node,
                HOST,
                f"the BGP session {node}–{name} is not established: {state}{why}",
                (fact, *_other_end(found, case, node, peer)),
                f"netsnap path {node} {address}",
            )
        elif peer and _is_one_sided(found, case, node, peer):
            told.add(between)
            sentence = f"{node} has a BGP session to {peer}, and {peer} has none to {node}"
            yield Finding(Severity.WARNING, peer, HOST, sentence, (fact,))


def _sessions(case: Case) -> Iterator[tuple[Ends, Fact]]:
    """Yield each session as calicoctl tells it, else as BIRD does: both tell of the same."""
    for fact, peer in case.of(BirdProtocol):
        if peer.protocol.lower() == "bgp" and peer.neighbour:
            yield (fact.key.node, peer.neighbour), fact
    for fact, told in case.of(CalicoPeer):
        yield (fact.key.node, told.address), fact


def _state(fact: Fact) -> tuple[str, str]:
    record = fact.record
    if isinstance(record, BirdProtocol):
        return record.connection or record.state, record.last_error
    if isinstance(record, CalicoPeer):
        return record.connection or record.state, record.error
    return "", ""


def _other_end(found: dict[Ends, Fact], case: Case, node: str, peer: str) -> Iterator[Fact]:
    for (other, address), fact in found.items():
        if peer and other == peer and case.node_of(address) == node:
            yield fact


def _is_one_sided(found: dict[Ends, Fact], case: Case, node: str, peer: str) -> bool:
    """Say whether a node that tells of its sessions has none to ``node``."""
    told = [address for other, address in found if other == peer]
    return bool(told) and node not in {case.node_of(address) for address in told}
