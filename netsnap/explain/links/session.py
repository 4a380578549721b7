"""A BGP session ← what carries it, at either of its ends."""

from collections.abc import Callable, Iterator
from ipaddress import ip_address, ip_interface

from collector.capture import HOST
from netsnap.diff.changes import Alteration
from netsnap.explain.events import (
    ADDRESS,
    DAEMON,
    FILTER,
    INTERFACE,
    SESSION,
    Event,
    EventId,
    record_of,
    stops,
)
from netsnap.explain.links.duplicate import peer_addresses
from netsnap.explain.links.happened import Happened, both
from parsers.records import Address, CalicoProcess, Daemon, FilterRule
from parsers.roles import Record

BGP_PORT = "179"


def by_its_ends(event: Event, happened: Happened) -> Iterator[EventId]:
    """The interface or address a session runs over, its daemon, a filter rule that can stop it."""
    if event.what != SESSION:
        return
    peers = peer_addresses(event)
    for node in event.subject.split("–"):
        for id_, _ in happened.at(INTERFACE, node, HOST):
            if _leads_to(node, id_[3], peers, happened):
                yield from happened.lost_interface(node, HOST, id_[3])
        for id_, other in happened.at(ADDRESS, node, HOST):
            if _lost_address(other, peers):
                yield id_
        for what, can_stop in _STOPPERS:
            for id_, other in happened.at(what, node, HOST):
                if can_stop(other):
                    yield id_


def _lost_address(event: Event, peers: set[str]) -> bool:
    """An address that the session ran over: its own end, or in one network with the other."""
    return any(
        change.alteration is Alteration.REMOVED and _carries(record_of(change), peers)
        for change in event.changes
    )


def _carries(record: Record, peers: set[str]) -> bool:
    if not isinstance(record, Address) or record.scope == "link":
        return False
    network = ip_interface(record.address).network
    return any(ip_address(peer) in network for peer in peers)


def _is_bird(event: Event) -> bool:
    return any(
        isinstance(each, CalicoProcess | Daemon) and each.name in ("bird", "bird6")
        for each in both(event)
    )


def _leads_to(node: str, device: str, peers: set[str], happened: Happened) -> bool:
    """Say whether a device has an address in a network where one of the session's ends is."""
    for facts in (happened.world.before, happened.world.after):
        for fact in facts.of_kind(Address.kind):
            key, record = fact.key, fact.record
            if (
                isinstance(record, Address)
                and (key.node, key.netns, record.interface) == (node, HOST, device)
                and _carries(record, peers)
            ):
                return True
    return False


def _may_stop_bgp(event: Event) -> bool:
    """A new rule that drops BGP's port, or drops without naming a port."""
    return any(
        isinstance(record := record_of(change), FilterRule)
        and change.alteration is not Alteration.REMOVED
        and stops(record)
        and (BGP_PORT in record.rule or "port" not in record.rule)
        for change in event.changes
    )


_STOPPERS: tuple[tuple[str, Callable[[Event], bool]], ...] = (
    (DAEMON, _is_bird),
    (FILTER, _may_stop_bgp),
)
