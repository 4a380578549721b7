"""What happens on or to a node ← the node itself: it rebooted, or it cannot be read any more."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.explain.events import NODE, SESSION, Event, EventId
from netsnap.explain.links.happened import Happened, both
from parsers.records import Neighbour, NodeIdentity


def by_its_node(event: Event, happened: Happened) -> Iterator[EventId]:
    """A session with, or an address of, an unread node; and everything on a rebooted one."""
    world = happened.world
    peers = set(event.subject.split("–")) if event.what == SESSION else set()
    for record in both(event):
        if isinstance(record, Neighbour):
            peers.add(world.owners.get(record.address, ("", ""))[0])
    for node in sorted(peers & world.dark):
        yield NODE, node, HOST, node
    reboot = happened.events.get((NODE, event.node, HOST, event.node))
    if reboot and any(map(rebooted, reboot.changes)):
        yield reboot.id


def rebooted(change: Change) -> bool:
    """Say whether a change is a node's with another boot id, whatever else the reboot changed."""
    was, now = (fact.record if fact else None for fact in (change.before, change.after))
    return (
        isinstance(was, NodeIdentity)
        and isinstance(now, NodeIdentity)
        and was.boot_id != now.boot_id
    )
