"""A secondary address ← the first address of its network on its interface."""

from collections.abc import Iterator
from ipaddress import ip_interface

from netsnap.diff.changes import Alteration
from netsnap.explain.events import ADDRESS, Event, EventId, record_of
from netsnap.explain.links.happened import Happened
from parsers.facts import Key
from parsers.records import Address, Sysctl

SECONDARY = "secondary"


def with_its_primary(event: Event, happened: Happened) -> Iterator[EventId]:
    """With an address the kernel deletes its secondary ones, unless it is told to promote them.

    Secondary is who has the same length and network as an address that was there before
    (Linux, Documentation/networking/ip-sysctl, ``promote_secondaries``).
    """
    lost = _lost(event)
    if lost is None or SECONDARY not in lost.flags or _promotes(event, lost.interface, happened):
        return
    for id_, other in happened.at(ADDRESS, event.node, event.netns):
        first = _lost(other)
        if (
            first is not None
            and SECONDARY not in first.flags
            and first.interface == lost.interface
            and ip_interface(first.address).network == ip_interface(lost.address).network
        ):
            yield id_


def _lost(event: Event) -> Address | None:
    """Return the address that an event took away."""
    if event.what == ADDRESS:
        for change in event.changes:
            record = record_of(change)
            if change.alteration is Alteration.REMOVED and isinstance(record, Address):
                return record
    return None


def _promotes(event: Event, device: str, happened: Happened) -> bool:
    for name in ("all", device.replace(".", "/")):
        key = Key(
            event.node, event.netns, Sysctl.kind, (f"net.ipv4.conf.{name}.promote_secondaries",)
        )
        fact = happened.world.after.by_key.get(key)
        if fact is not None and isinstance(fact.record, Sysctl) and fact.record.value == "1":
            return True
    return False
