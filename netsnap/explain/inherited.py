"""What changed, breaks nothing in the model, and may mislead all the same.

Addresses that are another workload's now: who asks for the old one talks to the new. Programs that
take packets early: the model does not know which.
"""

from collections import defaultdict
from collections.abc import Iterator

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain.events import World
from netsnap.model.early import early
from netsnap.model.numbers import bare
from parsers.records import Address, Interface, Route, TcFilter


def inherited(world: World) -> Iterator[str]:
    """Tell each address of a workload that another one of its node has in the later snapshot."""
    was: dict[tuple[str, str], list[str]] = defaultdict(list)
    is_: dict[tuple[str, str], list[str]] = defaultdict(list)
    for change in world.difference.changes:
        fact = change.before or change.after
        if fact is None or not isinstance(fact.record, Address) or fact.key.netns == HOST:
            continue
        if fact.record.scope in ("global", ""):
            place = (fact.key.node, bare(fact.record.address))
            if change.alteration is Alteration.REMOVED:
                was[place].append(fact.key.netns)
            elif change.alteration is Alteration.ADDED:
                is_[place].append(fact.key.netns)
    for (node, address), names in was.items():
        for new in sorted(set(is_.get((node, address), ())) - set(names)):
            yield f"{address} was {_called(node, names[0])}'s and is {_called(node, new)}'s now"


def taken_early(world: World) -> Iterator[str]:
    """Tell each program or filter that takes packets early and did not at t1."""
    for change in world.difference.changes:
        if now := _came_early(change):
            node, netns = change.key.node, change.key.netns
            place = node if netns == HOST else f"{netns} on {node}"
            yield f"{place} got {now}: what it drops the model cannot tell"


def taken_on_ways(world: World) -> tuple[str, ...]:
    """Return what came that takes packets early on a device that workloads' packets pass."""
    routed = {
        (fact.key.node, hop.device)
        for fact in world.after.of_kind(Route.kind)
        if fact.key.netns == HOST and isinstance(fact.record, Route)
        for hop in fact.record.next_hops
        if hop.device != "lo"
    }
    new = _new_devices(world)
    found = []
    for change in world.difference.changes:
        now = _came_early(change)
        record = change.after.record if change.after else None
        device = record.name if isinstance(record, Interface) else getattr(record, "device", "")
        node, netns = change.key.node, change.key.netns
        pod = netns if netns != HOST else world.pod_of.get((node, device), "")
        if (*change.key[:2], device) in new:
            continue  # it came with its device: nobody's packets went there at t1
        if now and (pod or (node, device) in routed):
            found.append(f"{node} got {now}, on the way of {pod or f'pairs of {node}'}")
    return tuple(found)


def _came_early(change: Change) -> str:
    """Say what takes packets early and did not at t1; another of its kind did not, either."""
    was, now = (fact.record if fact else None for fact in (change.before, change.after))
    swapped = isinstance(was, TcFilter) and isinstance(now, TcFilter) and was.rule != now.rule
    told = early(now)
    return told if told != early(was) or swapped else ""


def _new_devices(world: World) -> frozenset[tuple[str, str, str]]:
    """Return the interfaces that t1 did not have, as (node, netns, name)."""
    return frozenset(
        (*change.key[:2], change.after.record.name)
        for change in world.difference.changes
        if change.alteration is Alteration.ADDED
        and change.after is not None
        and isinstance(change.after.record, Interface)
    )


def _called(node: str, netns: str) -> str:
    return netns if "/" in netns else f"{netns}@{node}"
