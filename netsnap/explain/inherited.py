"""Addresses that are another workload's now: who still asks for the old one talks to the new."""

from collections import defaultdict
from collections.abc import Iterator

from collector.capture import HOST
from netsnap.diff.changes import Alteration
from netsnap.explain.events import World
from netsnap.model.numbers import bare
from parsers.records import Address


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


def _called(node: str, netns: str) -> str:
    return netns if "/" in netns else f"{netns}@{node}"
