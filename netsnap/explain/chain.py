"""Which event follows from which: intent → BGP → kernel route → host veth → container netns.

Each rule takes an event and names the events it follows from, if these happened too. A rule only
links; whether the cause really explains the lost pairs is tested in the model afterwards. The
exceptions, where a link is known and cannot be tested, stand in ``UNTESTED``.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_interface, ip_network

from collector.capture import HOST
from netsnap.diff.changes import Alteration
from netsnap.explain.events import (
    ADDRESS,
    CONTAINER,
    DAEMON,
    FILTER,
    INTERFACE,
    NEIGHBOUR,
    NODE,
    ROUTE,
    SESSION,
    SYSCTL,
    Event,
    EventId,
    World,
    record_of,
    removed_or_down,
    session_id,
)
from parsers.records import Address, CalicoProcess, FilterRule, Neighbour, NodeIdentity, Route

Happened = Mapping[EventId, Event]
Rule = Callable[[Event, Happened, World], Iterable[EventId]]

BGP_PORT = "179"
CALICO_GATEWAY = "169.254.1.1"


def parents(happened: Happened, world: World) -> dict[EventId, tuple[EventId, ...]]:
    """Map each event to the events it follows from; a root maps to nothing.

    A link that would close a circle is dropped, the rules' order deciding which.
    """
    found: dict[EventId, tuple[EventId, ...]] = {}
    above: dict[EventId, set[EventId]] = defaultdict(set)
    for id_, event in happened.items():
        links: list[EventId] = []
        for rule in RULES:
            for parent in rule(event, happened, world):
                if parent != id_ and parent in happened and parent not in links:
                    links.append(parent)
        above[id_].update(links)
        found[id_] = tuple(links)
    return {id_: tuple(p for p in ups if not _below(id_, p, found)) for id_, ups in found.items()}


def _below(id_: EventId, other: EventId, links: Mapping[EventId, tuple[EventId, ...]]) -> bool:
    """Say whether ``other`` itself follows from ``id_`` (a circle), through any number of links.

    Of the two directions the one from the lower rank of ``RANK`` stays.
    """
    seen, front = set(), [other]
    while front:
        here = front.pop()
        if here == id_:
            return RANK.get(other[0], LOWEST) >= RANK.get(id_[0], LOWEST)
        if here not in seen:
            seen.add(here)
            front.extend(links.get(here, ()))
    return False


RANK = {
    NODE: 0,
    CONTAINER: 1,
    INTERFACE: 2,
    ADDRESS: 3,
    SYSCTL: 3,
    FILTER: 3,
    DAEMON: 4,
    SESSION: 5,
    ROUTE: 6,
    NEIGHBOUR: 7,
}
LOWEST = 8


def _host_interface_lost(id_: EventId, happened: Happened) -> bool:
    event = happened.get(id_)
    return event is not None and any(map(removed_or_down, event.changes))


def of_a_node_that_left_or_rebooted(event: Event, _: Happened, world: World) -> Iterator[EventId]:
    """Everything on a rebooted node, and every session with a node that cannot be read."""
    if event.what == SESSION:
        for node in event.subject.split("–"):
            if node in world.dark:
                yield NODE, node, HOST, node
    elif _rebooted(event.node, world):
        yield NODE, event.node, HOST, event.node
    for address in _neighbours_of(event):
        owner = world.owners.get(address, ("", ""))[0]
        if owner in world.dark:
            yield NODE, owner, HOST, owner


def _rebooted(node: str, world: World) -> bool:
    return any(
        change.alteration is Alteration.RENEWED
        for change in world.difference.changes
        if change.key.node == node and change.key.kind == NodeIdentity.kind
    )


def _neighbours_of(event: Event) -> Iterator[str]:
    for change in event.changes:
        record = record_of(change)
        if isinstance(record, Neighbour):
            yield record.address


def session_by_what_carries_it(event: Event, happened: Happened, world: World) -> Iterator[EventId]:
    """A session ← the interface, address, daemon or filter rule at either of its ends."""
    if event.what != SESSION:
        return
    for id_ in happened:
        if id_[1] not in event.subject.split("–") or id_[2] != HOST:
            continue
        if id_[0] == INTERFACE and _carries_a_session(id_, event, world):
            if _host_interface_lost(id_, happened):
                yield id_
        elif (id_[0] == ADDRESS and _is_lost_end(happened[id_], world)) or (
            id_[0] == DAEMON and _is_bird_process(happened[id_])
        ):
            yield id_
        elif id_[0] == FILTER and _may_stop_bgp(happened[id_]):
            yield id_


def _carries_a_session(interface: EventId, session: Event, world: World) -> bool:
    ends = set(session.subject.split("–"))
    devices = {device for node, device in world.owners.values() if node == interface[1]}
    return interface[1] in ends and interface[3] in devices and _reaches_peers(interface, world)


def _reaches_peers(interface: EventId, world: World) -> bool:
    """Say whether the interface has an address in a network where another node has one."""
    for facts in (world.before, world.after):
        for key, fact in facts.by_key.items():
            record = fact.record
            if (
                isinstance(record, Address)
                and (key.node, key.netns, record.interface) == (*interface[1:3], interface[3])
                and record.scope != "link"
            ):
                network = ip_interface(record.address).network
                if any(
                    node != key.node and ip_address(other) in network
                    for other, (node, _) in world.owners.items()
                    if ip_address(other).version == network.version
                ):
                    return _bgp_uses(network, world)
    return False


def _bgp_uses(network: object, world: World) -> bool:
    peers = {
        change.key.identity[-1]
        for change in world.difference.changes
        if change.key.kind == "calico-peer"
    }
    peers |= {
        getattr(record_of(change), "neighbour", "")
        for change in world.difference.changes
        if change.key.kind == "bird-protocol"
    }
    inside = ip_network(str(network))
    return any(
        ip_address(peer) in inside
        for peer in peers
        if peer and ip_address(peer).version == inside.version
    )


def _is_lost_end(event: Event, _: World) -> bool:
    return any(change.alteration is Alteration.REMOVED for change in event.changes)


def _is_bird_process(event: Event) -> bool:
    return any(
        isinstance(record_of(change), CalicoProcess) and record_of(change).identity == ("bird",)
        for change in event.changes
    )


def _may_stop_bgp(event: Event) -> bool:
    """A filter rule that names BGP's port, or drops without saying what."""
    for change in event.changes:
        record = record_of(change)
        if isinstance(record, FilterRule) and change.alteration is not Alteration.REMOVED:
            stops = any(word in record.rule.split() for word in ("drop", "reject"))
            if stops and (BGP_PORT in record.rule or "port" not in record.rule):
                return True
    return False


def route_by_its_session(event: Event, happened: Happened, world: World) -> Iterator[EventId]:
    """A route that BIRD set ← the session with the peer it points to."""
    for change in event.changes:
        for fact in (change.before, change.after):
            if fact is None or not isinstance(fact.record, Route):
                continue
            if fact.record.protocol != "bird":
                continue
            for hop in fact.record.next_hops:
                if hop.gateway:
                    yield session_id(event.node, hop.gateway, world)
                    yield from _same_prefix_at_origin(event, fact.record, hop.gateway, world)
    del happened


def _same_prefix_at_origin(
    event: Event, route: Route, gateway: str, world: World
) -> Iterator[EventId]:
    """BIRD spreads a local mistake: the origin is where the prefix is not BIRD's."""
    origin = world.owners.get(gateway, ("", ""))[0]
    if origin and origin != event.node:
        for change in world.difference.changes:
            record = record_of(change)
            if (
                change.key.node == origin
                and change.key.netns == HOST
                and isinstance(record, Route)
                and record.prefix == route.prefix
                and not any(hop.gateway for hop in record.next_hops)
            ):
                yield ROUTE, origin, HOST, _identity_text(record)


def _identity_text(record: Route) -> str:
    return " ".join(str(part) for part in record.identity if part not in ("", None))


def by_its_interface(event: Event, happened: Happened, _: World) -> Iterator[EventId]:
    """Routes, addresses, neighbours and switches of an interface ← the interface itself."""
    for change in event.changes:
        for fact in (change.before, change.after):
            record = fact.record if fact else None
            devices: set[str] = set()
            if isinstance(record, Route):
                devices = {hop.device for hop in record.next_hops}
            elif isinstance(record, Address):
                devices = {record.interface}
            elif isinstance(record, Neighbour):
                devices = {record.device}
            for device in devices:
                id_ = (INTERFACE, event.node, event.netns, device)
                if _host_interface_lost(id_, happened) or _added(id_, happened):
                    yield id_
    if event.what == SYSCTL:
        for id_ in happened:
            if id_[0] == INTERFACE and id_[1:3] == event.id[1:3]:
                if f".{id_[3].replace('.', '/')}." in event.subject:
                    yield id_
        yield SYSCTL, event.node, event.netns, "net.ipv4.ip_forward"


def _added(id_: EventId, happened: Happened) -> bool:
    event = happened.get(id_)
    return event is not None and any(
        change.alteration is Alteration.ADDED for change in event.changes
    )


def route_by_its_address(event: Event, happened: Happened, _: World) -> Iterator[EventId]:
    """Connected, local and gateway routes ← the address that carried them."""
    for id_, other in happened.items():
        if id_[0] != ADDRESS or id_[1:3] != event.id[1:3]:
            continue
        for change in event.changes:
            record = record_of(change)
            if isinstance(record, Route) and any(
                _carried(record, record_of(address)) for address in other.changes
            ):
                yield id_


def _carried(route: Route, address: object) -> bool:
    if not isinstance(address, Address) or address.family != route.family:
        return False
    own = ip_interface(address.address)
    if route.source == str(own.ip):
        return True
    return any(
        ip_address(hop.gateway) in own.network
        for hop in route.next_hops
        if hop.gateway and hop.device == address.interface
    )


def inside_a_pod(event: Event, happened: Happened, world: World) -> Iterator[EventId]:
    """What happens in a pod's namespace ← its container, or the host's end of its veth."""
    if event.netns != HOST:
        if (event.node, event.netns) in world.renewed:
            yield CONTAINER, event.node, HOST, event.netns
        for (node, device), netns in world.pod_of.items():
            if (node, netns) == (event.node, event.netns):
                id_ = (INTERFACE, node, HOST, device)
                if _host_interface_lost(id_, happened):
                    yield id_
    elif event.what == INTERFACE:
        pod = world.pod_of.get((event.node, event.subject))
        if pod is not None and (event.node, pod) in world.renewed:
            yield CONTAINER, event.node, HOST, pod


def gateway_neighbour(event: Event, happened: Happened, world: World) -> Iterator[EventId]:
    """A pod's gateway that stopped answering ← the host route or switch that answered for it."""
    if event.what != NEIGHBOUR or not event.subject.startswith(CALICO_GATEWAY):
        return
    for id_, other in happened.items():
        if id_[1] != event.node or id_[2] != HOST:
            continue
        if id_[0] == ROUTE and any(
            isinstance(record_of(change), Route) and record_of(change).identity[2] == "0.0.0.0/0"
            for change in other.changes
        ):
            yield id_
        if id_[0] == SYSCTL and "proxy_arp" in id_[3]:
            device = id_[3].split(".")[-2].replace("/", ".")
            if world.pod_of.get((event.node, device)) == event.netns:
                yield id_


def neighbour_by_the_other_end(event: Event, happened: Happened, world: World) -> Iterator[EventId]:
    """A node's address that no longer answers ← that node's own interface or address."""
    if event.what != NEIGHBOUR or event.netns != HOST:
        return
    for address in _neighbours_of(event):
        owner, device = world.owners.get(address, ("", ""))
        if _host_interface_lost((INTERFACE, owner, HOST, device), happened):
            yield INTERFACE, owner, HOST, device
        yield from (
            id_
            for id_ in happened
            if id_[:3] == (ADDRESS, owner, HOST) and id_[3].startswith(f"{address}/")
        )
        for (node, host_device), netns in world.pod_of.items():
            if node == event.node and event.subject.endswith(f" on {host_device}"):
                yield INTERFACE, node, HOST, host_device
                yield CONTAINER, node, HOST, netns


def next_hop_that_does_not_answer(event: Event, happened: Happened, _: World) -> Iterator[EventId]:
    """A neighbour that does not answer ← the route that began to point to it."""
    if event.what != NEIGHBOUR:
        return
    wanted = set(_neighbours_of(event))
    for id_, other in happened.items():
        if id_[0] == ROUTE and id_[1:3] == event.id[1:3]:
            for change in other.changes:
                record = change.after.record if change.after else None
                if isinstance(record, Route) and wanted & {h.gateway for h in record.next_hops}:
                    yield id_


RULES: tuple[Rule, ...] = (
    of_a_node_that_left_or_rebooted,
    inside_a_pod,
    by_its_interface,
    route_by_its_address,
    session_by_what_carries_it,
    route_by_its_session,
    gateway_neighbour,
    neighbour_by_the_other_end,
    next_hop_that_does_not_answer,
)

UNTESTED = frozenset({NODE, FILTER, DAEMON})
"""Roots whose link to what follows is known from practice and not testable in the model."""


def descendants(root: EventId, links: Mapping[EventId, tuple[EventId, ...]]) -> tuple[EventId, ...]:
    """List all events that follow from ``root``, nearest first, without ``root`` itself."""
    children: dict[EventId, list[EventId]] = defaultdict(list)
    for child, ups in links.items():
        for up in ups:
            children[up].append(child)
    found: list[EventId] = []
    front = [root]
    while front:
        for child in children[front.pop(0)]:
            if child not in found and child != root:
                found.append(child)
                front.append(child)
    return tuple(found)
