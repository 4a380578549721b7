"""Routes, addresses, neighbours, forwarding entries and switches of an interface ← it."""

from collections.abc import Iterator

from netsnap.explain.events import INTERFACE, NEIGHBOUR, SYSCTL, Event, EventId
from netsnap.explain.links.happened import Happened, both
from parsers.records import Address, FdbEntry, Neighbour, Route

FORWARDING = "net.ipv4.ip_forward"


def by_its_interface(event: Event, happened: Happened) -> Iterator[EventId]:
    """The kernel takes away (and makes) these together with their interface."""
    for device in _devices(event):
        yield from happened.lost_interface(event.node, event.netns, device)
        yield from happened.new_interface(event.node, event.netns, device)
        yield from happened.remade_interface(event.node, event.netns, device)
        if event.what == NEIGHBOUR:  # even the permanent ones go when the hardware address does
            yield from happened.readdressed_interface(event.node, event.netns, device)


def _devices(event: Event) -> Iterator[str]:
    for record in both(event):
        if isinstance(record, Route):
            yield from (hop.device for hop in record.next_hops)
        elif isinstance(record, Address):
            yield record.interface
        elif isinstance(record, Neighbour | FdbEntry):
            yield record.device


def switch_by_its_interface(event: Event, happened: Happened) -> Iterator[EventId]:
    """A switch comes and goes with its interface; ip_forward sets all forwarding switches."""
    if event.what != SYSCTL:
        return
    for id_, _ in happened.at(INTERFACE, event.node, event.netns):
        if f".{id_[3].replace('.', '/')}." in event.subject:
            yield id_
    if event.subject.endswith(".forwarding"):
        yield SYSCTL, event.node, event.netns, FORWARDING
