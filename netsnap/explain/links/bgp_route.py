"""A route that BIRD set ← the session with its next hop, or a mistake that BIRD spread."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.events import ROUTE, Event, EventId
from netsnap.explain.links.happened import Happened, both
from netsnap.explain.naming import session_id
from parsers.records import Route


def by_its_session(event: Event, happened: Happened) -> Iterator[EventId]:
    """``proto bird`` hangs on BGP: ← the session with the next hop, or the route at the origin."""
    for record in both(event):
        if isinstance(record, Route) and record.protocol == "bird":
            for gateway in filter(None, (hop.gateway for hop in record.next_hops)):
                yield session_id(event.node, gateway, happened.world)
                yield from _origin(event, record.prefix, gateway, happened)
                yield from _reflected(event, record.prefix, gateway, happened)


def _reflected(event: Event, prefix: str, gateway: str, happened: Happened) -> Iterator[EventId]:
    """Who told of it, where that is not the next hop: a reflector, and what became of its own."""
    for neighbour in happened.heard(event.node, prefix) - {gateway}:
        yield session_id(event.node, neighbour, happened.world)
        reflector = happened.world.owners.get(neighbour, ("", ""))[0]
        for id_, other in happened.at(ROUTE, reflector, HOST):
            if any(isinstance(each, Route) and each.prefix == prefix for each in both(other)):
                yield id_


def _origin(event: Event, prefix: str, gateway: str, happened: Happened) -> Iterator[EventId]:
    """The same prefix at the next hop's node with nobody's gateway behind it, or made by hand.

    BIRD spreads what it learns from the kernel, and may spread it with the next hop it found
    there: the origin is the node on which the route is not BIRD's.
    """
    at_gateway = happened.world.owners.get(gateway, ("", ""))[0]
    for id_, other in happened.routes_to(prefix):
        if id_[1] == event.node:
            continue
        if any(
            isinstance(each, Route)
            and each.prefix == prefix
            and (
                each.protocol != "bird"
                or (id_[1] == at_gateway and not any(hop.gateway for hop in each.next_hops))
            )
            for each in both(other)
        ):
            yield id_
