"""Who is to speak BGP with whom, and as whom, as Calico was told: held against the nodes."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.datastore import Datastore, Told
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.numbers import bare
from parsers.facts import Fact
from parsers.records import Address, BirdProtocol, CalicoPeer, Route

_REFLECTS = "bgp.routeReflectorClusterID"
_NOT_THE_FABRIC = (
    *("docker", "br-", "virbr", "cali", "veth", "cni", "tunl", "vxlan.", "flannel"),
    *("kube-ipvs", "nodelocaldns", "weave", "podman", "lxc", "lxd"),
)
"""Interfaces that programs make on a node for its own use: no other node reaches these."""


def peering(case: Case) -> Iterator[Finding]:
    """Yield a finding for each Node whose identity is not the node's, and each lacking session."""
    store = Datastore(case)
    yield from _names(store)
    yield from _addresses(case, store)
    yield from _numbers(case, store)
    yield from _mesh(case, store)


def _names(store: Datastore) -> Iterator[Finding]:
    known = {each.name for each in store.objects("Node")}
    for node, (fact, said) in store.identities.items():
        name = said.calico_name
        if name and known and store.lists("Node") and name not in known:
            sentence = f"{node} calls itself {name} to Calico, and Calico has no such Node"
            yield Finding(Severity.ERROR, node, HOST, sentence, (fact,))
        elif name and name.partition(".")[0].lower() != said.hostname.partition(".")[0].lower():
            sentence = f"{node} calls itself {name} to Calico, and its hostname is {said.hostname}"
            yield Finding(Severity.NOTICE, node, HOST, sentence, (fact,))
    yield from _shared_names(store)


def _shared_names(store: Datastore) -> Iterator[Finding]:
    """Two nodes of one name overwrite each other's Node, and each other's blocks."""
    called: dict[str, list[str]] = {}
    for node, (_, said) in store.identities.items():
        if said.calico_name:
            called.setdefault(said.calico_name, []).append(node)
    for name, nodes in called.items():
        if len(nodes) > 1:
            sentence = f"{' and '.join(sorted(nodes))} both call themselves {name} to Calico"
            facts = tuple(store.identities[node][0] for node in sorted(nodes))
            yield Finding(Severity.ERROR, min(nodes), HOST, sentence, facts)


def _addresses(case: Case, store: Datastore) -> Iterator[Finding]:
    holders: dict[str, Told] = {}
    for each in store.objects("Node"):
        for address in each.addresses:
            if address in holders:
                sentence = (
                    f"Calico has {address} for two Nodes: {holders[address].name}, {each.name}"
                )
                facts = (holders[address].fact, each.fact)
                yield Finding(Severity.ERROR, each.name, HOST, sentence, facts)
            holders[address] = each
            yield from _address(case, store.node(each.name), each, address)


def _address(case: Case, node: str, told: Told, address: str) -> Iterator[Finding]:
    if not node or not case.sees(node, Address):
        return
    own = [each for each in case.of(Address, node, HOST) if bare(each[1].address) == address]
    if not own:
        others = [other for other in case.owners.get(address, ()) if other != node]
        who = f"; {', '.join(others)} has it" if others else ""
        sentence = f"Calico takes {node} to be at {address}, and {node} does not have it{who}"
        yield Finding(Severity.ERROR, node, HOST, sentence, (told.fact,))
    elif all(record.interface.startswith(_NOT_THE_FABRIC) for _, record in own):
        sentence = (
            f"Calico takes {node} to be at {address}, which is on {own[0][1].interface}: "
            "other nodes do not reach it there"
        )
        yield Finding(Severity.ERROR, node, HOST, sentence, (told.fact, own[0][0]))


def _numbers(case: Case, store: Datastore) -> Iterator[Finding]:
    """Compare the AS numbers of BIRD's sessions with those of the Nodes at their ends."""
    common = store.as_number()
    intended = {
        address: (each, each.spec.get("bgp.asNumber", common))
        for each in store.objects("Node")
        for address in each.addresses
    }
    for fact, session in case.of(BirdProtocol, netns=HOST):
        told, number = intended.get(session.neighbour, (None, ""))
        if told and number and session.neighbour_as not in (None, _plain(number)):
            sentence = (
                f"{fact.key.node} takes {told.name} to be AS {session.neighbour_as}, and Calico "
                f"has it as AS {number}"
            )
            yield Finding(Severity.WARNING, fact.key.node, HOST, sentence, (fact, told.fact))


def _plain(number: str) -> int | None:
    """Return an AS number that may be written with a dot ("1.10")."""
    high, dot, low = number.rpartition(".")
    if not low.isdecimal() or (dot and not high.isdecimal()):
        return None
    return (int(high) << 16) + int(low) if dot else int(low)


def _mesh(case: Case, store: Datastore) -> Iterator[Finding]:
    said = store.mesh()
    if said is None:
        return
    is_on, fact = said
    peers = _peers(case)
    if is_on:
        for one, other in store.pairs():
            if _REFLECTS not in {**one.spec, **other.spec}:
                yield from _no_session(store, fact, peers, one, other)
    elif len(peers) > 1 and not any(peers.values()) and _has_no_peers(store) and _is_alone(case):
        sentence = (
            "the node-to-node mesh is off and there is no BGPPeer: no node tells another of its "
            "blocks"
        )
        yield Finding(Severity.ERROR, fact.key.node, HOST, sentence, (fact,))


def _peers(case: Case) -> dict[str, set[str]]:
    """Map each node whose BIRD told of itself to the addresses of its sessions' other ends."""
    found: dict[str, set[str]] = {}
    for fact, session in case.of(BirdProtocol, netns=HOST):
        if case.sees(fact.key.node, BirdProtocol):
            own = found.setdefault(fact.key.node, set())
            own.update([session.neighbour] if session.neighbour else [])
    for fact, peer in case.of(CalicoPeer, netns=HOST):
        if fact.key.node in found:
            found[fact.key.node].add(peer.address)
    return found


def _no_session(
    store: Datastore, fact: Fact, peers: dict[str, set[str]], one: Told, other: Told
) -> Iterator[Finding]:
    ends = ((store.node(one.name), other), (store.node(other.name), one))
    if any(node not in peers or not to.addresses for node, to in ends):
        return
    if one.fact.key.node != other.fact.key.node:
        return  # no node was told of both: they are of two clusters
    if not any(peers[node] & set(to.addresses) for node, to in ends):
        sentence = (
            f"{one.name} and {other.name} have no BGP session, and the node-to-node mesh is on"
        )
        yield Finding(Severity.ERROR, ends[0][0], HOST, sentence, (fact, one.fact, other.fact))


def _has_no_peers(store: Datastore) -> bool:
    return store.lists("BGPPeer") and not store.objects("BGPPeer")


def _is_alone(case: Case) -> bool:
    """Say whether no kernel has a route to elsewhere from BIRD."""
    return not any(
        route.protocol == "bird"
        and route.type == "unicast"
        and any(h.gateway for h in route.next_hops)
        for _, route in case.of(Route, netns=HOST)
    )
