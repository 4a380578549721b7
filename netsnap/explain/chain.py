"""Which event follows from which: intent → BGP → kernel route → host veth → container netns.

A link only says "this is how such networks work"; whether the root really explains the lost pairs
is tested in the model afterwards. Where a root's own step cannot be tested (the model knows
routes, not TCP), it stands in ``UNTESTED`` and its cause is called a rule.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping

from netsnap.explain.events import (
    ADDRESS,
    CONFIG,
    CONTAINER,
    DAEMON,
    DUPLICATE,
    FILTER,
    INTENT,
    INTERFACE,
    NEIGHBOUR,
    NODE,
    ROUTE,
    SESSION,
    SYSCTL,
    Event,
    EventId,
)
from netsnap.explain.links.address import by_its_address
from netsnap.explain.links.arp import by_arp
from netsnap.explain.links.bgp_route import by_its_session
from netsnap.explain.links.bridge_port import by_its_bridge
from netsnap.explain.links.calico_node import by_its_container
from netsnap.explain.links.config import route_by_its_filters, session_by_its_configuration
from netsnap.explain.links.duplicate import by_a_duplicate
from netsnap.explain.links.happened import Happened
from netsnap.explain.links.intent import by_what_calico_was_told, node_by_its_address
from netsnap.explain.links.interface import by_its_interface, switch_by_its_interface
from netsnap.explain.links.name import node_by_its_name
from netsnap.explain.links.neighbour import by_the_other_end, of_a_new_next_hop, of_a_pods_gateway
from netsnap.explain.links.node import by_its_node
from netsnap.explain.links.pod import by_its_pod
from netsnap.explain.links.rendered import configuration_by_calico
from netsnap.explain.links.rule import with_its_rule
from netsnap.explain.links.secondary import with_its_primary
from netsnap.explain.links.session import by_its_ends
from netsnap.explain.links.takeover import by_a_takeover, by_who_got_it
from netsnap.explain.links.veth import by_the_far_end, neighbour_by_the_port

Link = Callable[[Event, Happened], Iterable[EventId]]
Links = Mapping[EventId, tuple[EventId, ...]]

LINKS: tuple[Link, ...] = (
    by_what_calico_was_told,
    configuration_by_calico,
    node_by_its_address,
    node_by_its_name,
    by_its_node,
    by_its_pod,
    by_the_far_end,
    neighbour_by_the_port,
    by_its_bridge,
    by_its_interface,
    switch_by_its_interface,
    by_its_address,
    with_its_primary,
    with_its_rule,
    by_its_ends,
    by_arp,
    by_a_duplicate,
    by_a_takeover,
    by_who_got_it,
    by_its_session,
    by_its_container,
    session_by_its_configuration,
    route_by_its_filters,
    by_the_other_end,
    of_a_new_next_hop,
    of_a_pods_gateway,
)

UNTESTED = frozenset({INTENT, NODE, CONFIG, DUPLICATE, FILTER, DAEMON})
"""Roots whose first step is known from practice and not testable in the model."""

HEIGHT = {
    name: height
    for height, name in enumerate(
        (
            *(INTENT, NODE, CONTAINER, INTERFACE, ADDRESS, SYSCTL),
            *(DUPLICATE, CONFIG, FILTER, DAEMON, SESSION, ROUTE, NEIGHBOUR),
        )
    )
}
"""Where two events each seem to follow from the other, the higher one (smaller number) leads."""


def parents(happened: Happened) -> dict[EventId, tuple[EventId, ...]]:
    """Map each event to the events it follows from; a root maps to nothing. Free of circles."""
    found: dict[EventId, list[EventId]] = {}
    for id_, event in happened.events.items():
        ups = dict.fromkeys(up for link in LINKS for up in link(event, happened))
        found[id_] = [up for up in ups if up != id_ and _may_lead(up, event, happened)]
    ordered: dict[EventId, tuple[EventId, ...]] = {}
    for id_ in sorted(found, key=lambda each: (_height(each), each)):
        ordered[id_] = ()
        ordered[id_] = tuple(up for up in found[id_] if not _follows(up, id_, ordered))
    return ordered


def _may_lead(up: EventId, event: Event, happened: Happened) -> bool:
    """Say whether an event may have led to another: not one that surely happened after it."""
    other = happened.events.get(up)
    if other is None:
        return False
    cause, effect = happened.when(other), happened.when(event)
    return cause is None or effect is None or not cause.surely_after(effect)


def _height(id_: EventId) -> int:
    return HEIGHT.get(id_[0], len(HEIGHT))


def _follows(id_: EventId, other: EventId, links: Links) -> bool:
    """Say whether ``id_`` already follows from ``other``."""
    seen: set[EventId] = set()
    front = [id_]
    while front:
        here = front.pop()
        if here == other:
            return True
        if here not in seen:
            seen.add(here)
            front.extend(links.get(here, ()))
    return False


def children_of(links: Links) -> Mapping[EventId, list[EventId]]:
    """Map each event to those that follow from it at once."""
    found: dict[EventId, list[EventId]] = defaultdict(list)
    for child, ups in links.items():
        for up in ups:
            found[up].append(child)
    return found


def descendants(root: EventId, children: Mapping[EventId, list[EventId]]) -> tuple[EventId, ...]:
    """List all events that follow from ``root``, nearest first, without ``root`` itself."""
    found: dict[EventId, None] = {}
    front = deque([root])
    while front:
        for child in children.get(front.popleft(), ()):
            if child not in found and child != root:
                found[child] = None
                front.append(child)
    return tuple(found)
