"""What shows at one end of a veth pair ← what somebody did to the other end."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.explain.events import INTERFACE, NEIGHBOUR, Event, EventId
from netsnap.explain.links.happened import Happened, both
from parsers.records import Interface


def by_the_far_end(event: Event, happened: Happened) -> Iterator[EventId]:
    """The kernel takes the carrier of one end when the other one is set down."""
    if event.what != INTERFACE or any(map(set_down, event.changes)):
        return
    pod = happened.world.pod_of.get((event.node, event.subject))
    if pod is None:
        return
    for id_, other in happened.at(INTERFACE, event.node, pod):
        if any(map(set_down, other.changes)) and _are_ends(event, other):
            yield id_


def neighbour_by_the_port(event: Event, happened: Happened) -> Iterator[EventId]:
    """A neighbour inside ← the host's end, which is no longer the port that it was."""
    if event.what != NEIGHBOUR or event.netns == HOST:
        return
    for device in happened.veths.get((event.node, event.netns), ()):
        other = happened.events.get((INTERFACE, event.node, HOST, device))
        if other is not None and any(map(_is_another_port, other.changes)):
            yield other.id


def _is_another_port(change: Change) -> bool:
    return any(field.name in ("master", "slave_detail") for field in change.fields)


def set_down(change: Change) -> bool:
    """Say whether somebody set an interface down, which is more than that it lost its carrier."""
    was, now = (fact.record if fact else None for fact in (change.before, change.after))
    return (
        isinstance(was, Interface)
        and isinstance(now, Interface)
        and "UP" in was.flags
        and "UP" not in now.flags
    )


def _are_ends(one: Event, other: Event) -> bool:
    """Say whether two interfaces have each other's index, by either snapshot."""
    ends = {(e.index, e.peer_index) for e in both(one) if isinstance(e, Interface)}
    far = {(e.peer_index, e.index) for e in both(other) if isinstance(e, Interface)}
    return bool(ends & far)
