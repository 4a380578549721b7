"""Who has an address: that Calico has for a node now, or that somebody got who is not alone."""

from collections.abc import Iterable

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain.events import World
from netsnap.explain.links.intent import own_addresses
from parsers.facts import Fact
from parsers.records import Address, CalicoResource, Interface


def whose(change: Change, world: World) -> str:
    """Say of a Node's new address: ", which docker0 on k8s3 has (made since t1)"; "" of all else.

    Nothing is said where no node has it, or where the same interface had the old one.
    """
    was, now = _addresses(change.before), _addresses(change.after)
    holders = {world.owners.get(address, ("", "")) for address in was}
    told = ""
    for address in sorted(now - was):
        node, device = world.owners.get(address, ("", ""))
        if node and (node, device) not in holders:
            made = " (made since t1)" if _is_new(node, device, world) else ""
            told += f", which {device} on {node} has{made}"
    return told


def shared(changes: Iterable[Change], world: World) -> str:
    """Say of new addresses that others have them: ", and 10.1.2.3 belongs to k8s2, too"."""
    found = {
        _bare(change.after): (change.key.node, change.key.netns)
        for change in changes
        if change.alteration is Alteration.ADDED
        and change.after is not None
        and isinstance(record := change.after.record, Address)
        and record.scope in ("global", "")
    }
    told = dict.fromkeys(
        (_bare(fact), *fact.key[:2])
        for fact in (world.after.of_kind(Address.kind) if found else ())
        if _bare(fact) in found and fact.key[:2] != found[_bare(fact)]
    )
    return "".join(
        f", and {address} belongs to {node if netns == HOST else f'{netns} on {node}'}, too"
        for address, node, netns in told
    )


def _bare(fact: Fact) -> str:
    return fact.record.address.partition("/")[0] if isinstance(fact.record, Address) else ""


def _addresses(fact: Fact | None) -> set[str]:
    record = fact.record if fact is not None else None
    if isinstance(record, CalicoResource) and record.resource == "Node":
        return own_addresses(record)
    return set()


def _is_new(node: str, device: str, world: World) -> bool:
    return any(
        change.alteration is Alteration.ADDED
        and change.key.kind == Interface.kind
        and change.key[:2] == (node, HOST)
        and change.key.identity[0] == device
        for change in world.difference.changes
    )
