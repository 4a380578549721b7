"""A BGP session ← one of its ends' addresses, given to somebody else as well."""

from collections.abc import Iterator
from ipaddress import ip_interface

from netsnap.diff.changes import Alteration
from netsnap.explain.events import ADDRESS, SESSION, Event, EventId
from netsnap.explain.links.happened import Happened, both
from parsers.records import Address, BirdProtocol, CalicoPeer


def by_a_duplicate(event: Event, happened: Happened) -> Iterator[EventId]:
    """An address that is new on one node, and is that of a session of another."""
    if event.what != SESSION:
        return
    ends = set(event.subject.split("–"))
    wanted = peer_addresses(event)
    for id_, other in happened.on_hosts(ADDRESS):
        for change in other.changes:
            added = change.after if change.alteration is Alteration.ADDED else None
            record = added.record if added is not None else None
            if isinstance(record, Address):
                address = str(ip_interface(record.address).ip)
                owner = happened.world.owners.get(address, ("", ""))[0]
                if address in wanted and owner in ends - {id_[1]}:
                    yield id_


def peer_addresses(event: Event) -> set[str]:
    """Return the addresses between which a session runs."""
    found = set()
    for record in both(event):
        if isinstance(record, CalicoPeer):
            found.add(record.address)
        elif isinstance(record, BirdProtocol):
            found |= {record.neighbour, record.source} - {""}
    return found
