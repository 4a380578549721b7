"""BGP sessions that are not established, and those that only one end is configured for."""

from collections.abc import Iterator, Mapping

from collector.capture import HOST
from netsnap.explain.bgpfilter import BGP_PORT
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.crossing import CACHED
from netsnap.model.numbers import number
from parsers.facts import Fact
from parsers.records import BirdProtocol, CalicoPeer, Neighbour

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
        is_up, why = state == ESTABLISHED, f" ({error})" if error else ""
        if not is_up and _is_gone(case, found, address):
            told |= {frozenset((end[0], peer or address)) for end in found if end[1] == address}
            yield _of_nobody(found, address)
        elif peer and _is_one_sided(found, case, node, peer):
            told.add(between)
            yield _of_one(fact, node, peer, "" if is_up else f": {state}{why}")
        elif not is_up:
            told.add(between)
            yield Finding(
                Severity.ERROR,
                node,
                HOST,
                f"the BGP session {node}–{peer or address} is not established: {state}{why}",
                (fact, *_other_end(found, case, node, peer)),
                f"netsnap path {node} {address} --to-port {BGP_PORT}",
            )


def _of_one(fact: Fact, node: str, peer: str, how: str) -> Finding:
    """A session that the other end is not configured for; ``how`` it is, "" if it stands."""
    sentence = f"{node} has a BGP session to {peer}, and {peer} has none to {node}{how}"
    return Finding(Severity.ERROR if how else Severity.WARNING, peer, HOST, sentence, (fact,))


def _is_gone(case: Case, found: Mapping[Ends, Fact], address: str) -> bool:
    """Say whether a peer of the mesh is no node of the snapshot, and nobody answers there.

    So it is where a node was taken down and is a Node of Calico's still. The peer of a node that
    has no other session is missed, whoever it is; so is one that somebody configured by hand.
    """
    asked = {name for view in case.facts.snapshot.nodes for name in (view.node, view.address)}
    if case.owners.get(address) or {address, case.named.get(address, address)} & asked:
        return False
    peers = {node: fact for (node, its), fact in found.items() if its == address}
    return all(
        _of_mesh(fact)
        and _is_silent(case, node, address)
        and any(end[0] == node and _state(found[end])[0] == ESTABLISHED for end in found)
        for node, fact in peers.items()
    )


def _of_mesh(fact: Fact) -> bool:
    record = fact.record
    if isinstance(record, BirdProtocol):
        return record.name.startswith("Mesh_")
    return isinstance(record, CalicoPeer) and record.peer_type == "node-to-node mesh"


def _is_silent(case: Case, node: str, address: str) -> bool:
    """Say whether a node asks for an address on a link of its own, and gets no answer."""
    space = case.network.spaces.get((node, HOST))
    if space is None or not space.sees(Neighbour.kind):
        return False
    wanted = number(address)
    near = {own.device for own in space.addresses if own.block.holds(wanted)}
    return bool(near) and all(space.neighbour(device, address)[1] not in CACHED for device in near)


def _of_nobody(found: Mapping[Ends, Fact], address: str) -> Finding:
    facts = {node: fact for (node, its), fact in found.items() if its == address}
    sentence = (
        f"{address} is a BGP peer of {', '.join(sorted(facts))}; it is no node of the snapshot, "
        "and nobody answers there: a node that was taken down?"
    )
    node, fact = next(iter(facts.items()))
    return Finding(Severity.NOTICE, node, HOST, sentence, (fact,), "calicoctl get node")


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
