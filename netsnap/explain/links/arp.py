"""Who is not found, and a session with it ← the switch or flag by which it answers no ARP."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.events import INTERFACE, NEIGHBOUR, SESSION, SYSCTL, Event, EventId
from netsnap.explain.links.duplicate import peer_addresses
from netsnap.explain.links.happened import Happened, both
from parsers.records import Interface, Neighbour

SWITCH = "arp_ignore"
FLAG = "NOARP"


def by_arp(event: Event, happened: Happened) -> Iterator[EventId]:
    """A neighbour that does not answer, and a BGP session ← ARP at either end."""
    if event.netns != HOST or event.what not in (NEIGHBOUR, SESSION):
        return
    ends = {happened.world.owners.get(each) for each in _addresses(event)}
    ends |= {(event.node, each.device) for each in both(event) if isinstance(each, Neighbour)}
    for node, device in sorted(end for end in ends if end is not None):
        names = {f"net.ipv4.conf.{each}.{SWITCH}" for each in (_dotless(device), "all")}
        for id_, switch in happened.at(SYSCTL, node, HOST):
            if id_[3] in names and _was_set(switch):
                yield id_
        other = happened.events.get((INTERFACE, node, HOST, device))
        if other is not None and _turned(other):
            yield other.id


def _was_set(switch: Event) -> bool:
    """Say whether a switch was there before; a new one came with its interface."""
    return any(change.before and change.after for change in switch.changes)


def _turned(interface: Event) -> bool:
    """Say whether ARP was switched off or on there."""
    flags = {FLAG in each.flags for each in both(interface) if isinstance(each, Interface)}
    return len(flags) > 1


def _addresses(event: Event) -> set[str]:
    if event.what == SESSION:
        return peer_addresses(event)
    return {each.address for each in both(event) if isinstance(each, Neighbour)}


def _dotless(device: str) -> str:
    """Write an interface's name as a switch has it: its dots are the separators there."""
    return device.replace(".", "/")
