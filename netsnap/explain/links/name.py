"""A Node that changed, came or went ← the node that calls itself otherwise."""

from collections.abc import Iterator

from netsnap.explain.events import INTENT, NODE, Event, EventId
from netsnap.explain.links.happened import Happened, both
from netsnap.explain.renamed import names
from parsers.records import CalicoResource


def node_by_its_name(event: Event, happened: Happened) -> Iterator[EventId]:
    """calico/node writes the Node of the name that it finds on its disk."""
    if event.what != INTENT:
        return
    called = {
        record.name
        for record in both(event)
        if isinstance(record, CalicoResource) and record.resource == "Node"
    }
    if not called:
        return
    for id_, other in happened.on_hosts(NODE):
        if any(called & ({*names(each)} - {""}) for each in other.changes):
            yield id_
