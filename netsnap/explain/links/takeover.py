"""A BGP session ← an address of its ends that somebody else answers for, and that ← who got it."""

from collections.abc import Iterator
from ipaddress import ip_interface

from collector.capture import HOST
from netsnap.diff.changes import Alteration
from netsnap.explain.events import ADDRESS, DUPLICATE, SESSION, Event, EventId, record_of
from netsnap.explain.links.duplicate import peer_addresses
from netsnap.explain.links.happened import Happened
from parsers.records import Address


def by_a_takeover(event: Event, happened: Happened) -> Iterator[EventId]:
    """What the others send to the end of a session comes to somebody who knows of none."""
    if event.what == SESSION:
        ends = set(event.subject.split("–"))
        for address in peer_addresses(event):
            owner = happened.world.owners.get(address, ("", ""))[0]
            if owner in ends:
                yield DUPLICATE, owner, HOST, address


def by_who_got_it(event: Event, happened: Happened) -> Iterator[EventId]:
    """An address that was taken over ← the same address, new on another node."""
    if event.what != DUPLICATE:
        return
    for id_, other in happened.on_hosts(ADDRESS):
        if id_[1] == event.node:
            continue
        for change in other.changes:
            record = record_of(change)
            if (
                isinstance(record, Address)
                and change.alteration is Alteration.ADDED
                and str(ip_interface(record.address).ip) == event.subject
            ):
                yield id_
