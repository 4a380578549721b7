"""A neighbour that stopped or began to answer ← what lies at the other end."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.events import ADDRESS, CONTAINER, NEIGHBOUR, ROUTE, SYSCTL, Event, EventId
from netsnap.explain.links.happened import Happened, both
from parsers.records import Neighbour, Route

CALICO_GATEWAY = "169.254.1.1"
"""The address every Calico pod has as its gateway; the host answers for it by proxy ARP."""
DEFAULTS = ("0.0.0.0/0", "::/0")


def by_the_other_end(event: Event, happened: Happened) -> Iterator[EventId]:
    """A node's or a pod's address ← that node's interface or address, that pod's container."""
    if event.what != NEIGHBOUR or event.netns != HOST:
        return
    world = happened.world
    for record in both(event):
        if isinstance(record, Neighbour):
            owner, device = world.owners.get(record.address, ("", ""))
            yield from happened.lost_interface(owner, HOST, device)
            for id_, _ in happened.at(ADDRESS, owner, HOST):
                if id_[3] == record.address:
                    yield id_
            pod = world.pod_of.get((event.node, record.device))
            if pod is not None:
                yield CONTAINER, event.node, HOST, pod


def of_a_new_next_hop(event: Event, happened: Happened) -> Iterator[EventId]:
    """A next hop that does not answer ← the route that points to it now."""
    if event.what != NEIGHBOUR:
        return
    wanted = {record.address for record in both(event) if isinstance(record, Neighbour)}
    for id_, other in happened.at(ROUTE, event.node, event.netns):
        for change in other.changes:
            route = change.after.record if change.after else None
            if isinstance(route, Route) and wanted & {hop.gateway for hop in route.next_hops}:
                yield id_


def of_a_pods_gateway(event: Event, happened: Happened) -> Iterator[EventId]:
    """169.254.1.1 ← the host's default route or proxy_arp switch, without which nobody answers."""
    if event.what != NEIGHBOUR or not event.subject.startswith(CALICO_GATEWAY):
        return
    for id_, other in happened.at(ROUTE, event.node, HOST):
        if any(isinstance(each, Route) and each.prefix in DEFAULTS for each in both(other)):
            yield id_
    for id_, _ in happened.at(SYSCTL, event.node, HOST):
        name = id_[3].split(".")
        if name[-1] == "proxy_arp":
            device = name[-2].replace("/", ".")
            if happened.world.pod_of.get((event.node, device)) == event.netns:
                yield id_
