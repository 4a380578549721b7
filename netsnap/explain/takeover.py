"""An address that others began to find at a hardware address which its node does not have."""

from collections.abc import Iterable, Mapping

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.model.segment import tunnel
from parsers.facts import Fact, Facts, Key
from parsers.records import Interface, Neighbour


def hardware(snapshots: Iterable[Facts]) -> Mapping[str, frozenset[str]]:
    """Map each node to the hardware addresses that it has in either snapshot."""
    found: dict[str, set[str]] = {}
    for facts in snapshots:
        for fact in facts.of_kind(Interface.kind, HOST):
            if isinstance(fact.record, Interface):
                found.setdefault(fact.key.node, set()).add(fact.record.mac)
    return {node: frozenset(macs - {""}) for node, macs in found.items()}


def is_wire(facts: Facts, node: str, device: str) -> bool:
    """Say whether a node's device is on a wire: a tunnel's neighbours are told by who made it."""
    fact = facts.by_key.get(Key(node, HOST, Interface.kind, (device,)))
    return fact is not None and isinstance(fact.record, Interface) and not tunnel(fact.record)


def took(change: Change, owned: frozenset[str], others: Iterable[Fact]) -> bool:
    """Say whether a neighbour's address was taken from its owner, who has ``owned`` (MACs).

    ``others`` are the cache as it is now, less what belongs to whom it leads. Who answers for
    several addresses there stands in for them all, as a router or a cloud's fabric: it took none.
    """
    was, now = (each.record if each else None for each in (change.before, change.after))
    if not isinstance(was, Neighbour) or not isinstance(now, Neighbour):
        return False
    if not now.mac or was.mac not in owned or now.mac in owned:
        return False
    return not any(
        isinstance(other := fact.record, Neighbour)
        and (other.device, other.mac) == (now.device, now.mac)
        and other.address != now.address
        for fact in others
    )


def told(changes: Iterable[Change], owner: str, macs: Mapping[str, frozenset[str]]) -> str:
    """Say who finds an owner's address where, and which node is there, if one is."""
    askers: dict[str, list[str]] = {}
    address = ""
    for change in changes:
        now = change.after.record if change.after else None
        if isinstance(now, Neighbour):
            address = now.address
            askers.setdefault(now.mac, []).append(change.key.node)
    found = []
    for mac, nodes in sorted(askers.items()):
        holder = next((node for node in sorted(macs) if mac in macs[node]), "")
        whose = f"which is {holder}'s" if holder else "which no node has"
        found.append(f"by {mac}, {whose} (seen by {', '.join(sorted(set(nodes)))})")
    return f"{owner}'s address {address} is answered for {' and '.join(found)}."
