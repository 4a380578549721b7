"""Packets that interfaces counted as lost between the snapshots: no table tells of them."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.events import World
from parsers.facts import Fact
from parsers.records import InterfaceCounters

COUNTED = (
    *("rx_errors", "rx_crc_errors", "rx_missed_errors", "rx_overrun_errors"),
    *("tx_errors", "tx_carrier_errors", "collisions"),
)
"""What is a loss for certain. Drops (``rx_dropped``) also count what nobody wanted."""


def losses(world: World) -> Iterator[str]:
    """Yield a line for each interface of a node that lost packets since t1.

    Counters of an interface that was made anew began anew: nothing is known of these.
    """
    rose = {
        (fact.key.node, fact.record.interface): counts
        for fact in world.after.of_kind(InterfaceCounters.kind)
        if isinstance(fact.record, InterfaceCounters) and fact.key.netns == HOST
        if (counts := _risen(fact, world))
    }
    nodes = {node for node, _ in rose}
    for (node, device), counts in rose.items():
        told = ", ".join(f"{name} +{number}" for name, number in counts.items())
        alone = "; no other node did" if len(nodes) == 1 and len(world.after.reached) > 1 else ""
        yield f"{device} of {node} lost packets since t1: {told}{alone}"


def _risen(fact: Fact, world: World) -> dict[str, int]:
    before = world.before.by_key.get(fact.key)
    if before is None or _index(before) != _index(fact):
        return {}
    rises = {
        name: (getattr(fact.record, name) or 0) - (getattr(before.record, name) or 0)
        for name in COUNTED
        if getattr(before.record, name) is not None
    }
    if any(number < 0 for number in rises.values()):
        return {}
    return {name: number for name, number in rises.items() if number}


def _index(fact: Fact) -> int | None:
    return fact.record.index if isinstance(fact.record, InterfaceCounters) else None
