"""A BGP session, or a route of BIRD's ← a statement in the configuration of a BIRD."""

import re
from collections.abc import Iterator
from ipaddress import ip_network

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.explain.birdconfig import (
    BIRD6,
    Configured,
    Decides,
    decides,
    filter_of,
    head,
    session_of,
    statements,
)
from netsnap.explain.events import CONFIG, ROUTE, SESSION, Event, EventId
from netsnap.explain.links.duplicate import peer_addresses
from netsnap.explain.links.happened import Happened, both
from netsnap.explain.naming import session_id
from parsers.records import BirdConfig, BirdProtocol, CalicoPeer, Route

ESTABLISHED = "Established"
_DAEMONS = ("bird", BIRD6)
_NOTHING_KNOWN = Configured(())
_PREFIX = re.compile(r"[0-9A-Fa-f.:]+/\d+")
_KERNEL = ("protocol kernel", "protocol device")
_OF_ROUTES = (Decides.IMPORT, Decides.EXPORT)
_OF_ALL_SESSIONS = ("router id", "listen bgp")


def session_by_its_configuration(event: Event, happened: Happened) -> Iterator[EventId]:
    """Its blocks at either end; where it stands, only what they let through can have changed."""
    if event.what != SESSION or not happened.configured:
        return
    peers, is_up = peer_addresses(event), _stands(event)
    for node in event.subject.split("–"):
        known = happened.world.configured.get(node, _NOTHING_KNOWN)
        blocks = known.blocks(peers)
        for id_, edit in _edits(node, happened):
            if any(_decides_session(each, blocks, is_up=is_up) for each in statements(edit)):
                yield id_


def _edits(node: str, happened: Happened) -> Iterator[tuple[EventId, Change]]:
    for daemon in _DAEMONS:
        event = happened.events.get((CONFIG, node, HOST, daemon))
        if event is not None:
            yield from ((event.id, edit) for edit in event.changes)


def _stands(event: Event) -> bool:
    """Say whether each end that tells of a session at t2 has it established."""
    told = [
        change.after.record.connection
        for change in event.changes
        if change.after and isinstance(change.after.record, BirdProtocol | CalicoPeer)
    ]
    gone = any(change.after is None for change in event.changes)
    return not gone and all(each == ESTABLISHED for each in told)


def _decides_session(record: BirdConfig, blocks: frozenset[str], *, is_up: bool) -> bool:
    if head(record) in blocks:
        what = decides(record.statement)
        return not what.isdisjoint(_OF_ROUTES) if is_up else Decides.SESSION in what
    return not record.block and not is_up and record.statement.startswith(_OF_ALL_SESSIONS)


def route_by_its_filters(event: Event, happened: Happened) -> Iterator[EventId]:
    """What the owner's BIRD lets out, or the own one in and into its kernel.

    Where the session with the owner is down the session explains the route, whatever the filters.
    """
    if event.what != ROUTE or event.netns != HOST or not happened.configured:
        return
    for record in both(event):
        if isinstance(record, Route) and record.protocol == "bird":
            yield from _own(event.node, record, happened)
            for gateway in filter(None, (hop.gateway for hop in record.next_hops)):
                yield from _between(event.node, gateway, record, happened)


def _own(node: str, route: Route, happened: Happened) -> Iterator[EventId]:
    """The node's kernel protocol, and its own block."""
    known = happened.world.configured.get(node, _NOTHING_KNOWN)
    kernel = {each for each in map(head, known.records) if each.startswith(_KERNEL)}
    yield from _deciding(node, route, kernel, Decides.EXPORT, happened)
    yield from _announced(node, route, happened)


def _announced(node: str, route: Route, happened: Happened) -> Iterator[EventId]:
    """A block is announced by the node that drops what it does not have of it."""
    for id_, edit in _edits(node, happened):
        for each in statements(edit):
            if head(each).startswith("protocol static") and route.prefix in each.statement:
                yield id_


def _between(node: str, gateway: str, route: Route, happened: Happened) -> Iterator[EventId]:
    owner = happened.world.owners.get(gateway, ("", ""))[0]
    session = happened.events.get(session_id(node, gateway, happened.world))
    if session is not None and not _stands(session):
        return
    ways = ((node, gateway, Decides.IMPORT), (owner, "", Decides.EXPORT))
    for place, address, direction in ways:
        known = happened.world.configured.get(place, _NOTHING_KNOWN)
        blocks = known.blocks([address] if address else _addresses(node, happened))
        yield from _deciding(place, route, blocks or _sessions(known), direction, happened)
    yield from _announced(owner, route, happened)


def _addresses(node: str, happened: Happened) -> list[str]:
    return [each for each, (owner, _) in happened.world.owners.items() if owner == node]


def _sessions(known: Configured) -> frozenset[str]:
    """Return all sessions: two nodes that have none hear of each other by a reflector."""
    return frozenset(each for each in map(head, known.records) if session_of(each)[0])


def _deciding(
    node: str, route: Route, blocks: frozenset[str] | set[str], way: Decides, happened: Happened
) -> Iterator[EventId]:
    """Yield a node's edit of what these blocks let through, or of a filter that they name."""
    known = happened.world.configured.get(node, _NOTHING_KNOWN)
    asked = " ".join(e.statement for e in known.in_blocks(blocks) if way in decides(e.statement))
    for id_, edit in _edits(node, happened):
        if id_[3] == BIRD6 and route.family == 4:  # noqa: PLR2004 -- IPv4
            continue
        if _may_mean(route.prefix, edit) and any(
            _lets_through(each, blocks, way, asked) for each in statements(edit)
        ):
            yield id_


def _lets_through(
    record: BirdConfig, blocks: frozenset[str] | set[str], way: Decides, asked: str
) -> bool:
    block = head(record)
    if block in blocks:
        return way in decides(record.statement)
    name = filter_of(block)
    return bool(name) and (
        block.startswith("function") or re.search(rf"\b{name}\b", asked) is not None
    )


def _may_mean(prefix: str, edit: Change) -> bool:
    """Say whether an edit names a route's prefix, or none at all."""
    texts = (f"{each.block} {each.statement}" for each in statements(edit))
    named = [prefix for text in texts for prefix in _PREFIX.findall(text)]
    return not named or any(_overlap(prefix, each) for each in named)


def _overlap(one: str, other: str) -> bool:
    try:
        first, second = ip_network(one), ip_network(other, strict=False)
    except ValueError:
        return True
    return first.version == second.version and first.overlaps(second)
