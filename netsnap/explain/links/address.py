"""Connected, local and gateway routes ← the address that carried them."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_interface

from netsnap.diff.changes import Alteration
from netsnap.explain.events import ADDRESS, Event, EventId, record_of
from netsnap.explain.links.happened import Happened, both
from netsnap.model.numbers import IPV4
from parsers.records import Address, Route
from parsers.roles import Record

KERNEL = "kernel"


def by_its_address(event: Event, happened: Happened) -> Iterator[EventId]:
    """With an address the kernel takes its connected route and all whose gateway lay in it.

    With the last address of an interface it takes all IPv4 routes that leave by it
    (fib_disable_ip in net/ipv4/fib_frontend.c).
    """
    for id_, other in happened.at(ADDRESS, event.node, event.netns):
        if _was_the_last(other, event, happened) or any(
            isinstance(route, Route) and _carried(route, address, is_new=_is_new(other))
            for route in both(event)
            for address in both(other)
        ):
            yield id_


def _is_new(address: Event) -> bool:
    return all(change.alteration is Alteration.ADDED for change in address.changes)


def _carried(route: Route, address: Record, *, is_new: bool) -> bool:
    """Say whether a route hangs on an address.

    One that is new brings its connected route; that another route speaks with it is told to that
    route, by whom ever.
    """
    if not isinstance(address, Address) or address.family != route.family:
        return False
    own = ip_interface(address.address)
    speaks = route.source == str(own.ip) and (not is_new or route.protocol == KERNEL)
    return speaks or any(
        ip_address(hop.gateway) in own.network
        for hop in route.next_hops
        if hop.gateway and hop.device == address.interface
    )


def _was_the_last(address: Event, event: Event, happened: Happened) -> bool:
    """Say whether an address went that was an interface's last, and a lost route's with it."""
    lost = {
        hop.device
        for change in event.changes
        if change.alteration is Alteration.REMOVED
        and isinstance(route := record_of(change), Route)
        and route.family == IPV4
        for hop in route.next_hops
    }
    bare = {
        record.interface
        for change in address.changes
        if change.alteration is Alteration.REMOVED
        and isinstance(record := record_of(change), Address)
        and record.family == IPV4
    }
    return bool(lost & bare - _addressed(event, happened))


def _addressed(event: Event, happened: Happened) -> set[str]:
    """Return the interfaces of an event's namespace that have an IPv4 address in the end."""
    after = happened.world.after
    held = after.places.get((event.node, event.netns), {}).get(Address.kind, ())
    return {
        fact.record.interface
        for fact in held
        if isinstance(fact.record, Address) and fact.record.family == IPV4
    }
