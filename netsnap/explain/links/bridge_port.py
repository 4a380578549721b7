"""A port of a bridge that passes nothing any more ← the bridge, set down."""

from collections.abc import Iterator

from netsnap.explain.events import INTERFACE, Event, EventId
from netsnap.explain.links.happened import Happened, both
from parsers.records import Interface


def by_its_bridge(event: Event, happened: Happened) -> Iterator[EventId]:
    """The kernel disables all ports of a bridge that is set down (br_dev_stop)."""
    if event.what == INTERFACE:
        for record in both(event):
            if isinstance(record, Interface) and record.master:
                yield from happened.lost_interface(event.node, event.netns, record.master)
