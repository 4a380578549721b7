"""Connected, local and gateway routes ← the address that carried them."""

from collections.abc import Iterator
from ipaddress import ip_address, ip_interface

from netsnap.explain.events import ADDRESS, Event, EventId
from netsnap.explain.links.happened import Happened, both
from parsers.records import Address, Route
from parsers.roles import Record


def by_its_address(event: Event, happened: Happened) -> Iterator[EventId]:
    """With an address the kernel takes its connected route and all whose gateway lay in it."""
    for id_, other in happened.at(ADDRESS, event.node, event.netns):
        if any(
            isinstance(route, Route) and _carried(route, address)
            for route in both(event)
            for address in both(other)
        ):
            yield id_


def _carried(route: Route, address: Record) -> bool:
    if not isinstance(address, Address) or address.family != route.family:
        return False
    own = ip_interface(address.address)
    return route.source == str(own.ip) or any(
        ip_address(hop.gateway) in own.network
        for hop in route.next_hops
        if hop.gateway and hop.device == address.interface
    )
