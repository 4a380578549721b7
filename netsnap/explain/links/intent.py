"""What happened in the network ← what somebody told Calico: the head of the chain.

A link is made only for those fields of an object that reach so far; a changed log level explains
no lost session. It is a rule: what Felix and confd make of an object is not in the model.
"""

from collections.abc import Callable, Iterator
from ipaddress import ip_interface, ip_network
from typing import TypeGuard

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain.events import (
    ADDRESS,
    FILTER,
    INTENT,
    INTERFACE,
    ROUTE,
    SESSION,
    Event,
    EventId,
    record_of,
)
from netsnap.explain.links.duplicate import peer_addresses
from netsnap.explain.links.happened import Happened, both
from parsers.records import (
    Address,
    BirdProtocol,
    CalicoPeer,
    CalicoResource,
    CalicoSetting,
    FilterRule,
    IptablesRule,
    Route,
)
from parsers.roles import Record

_TUNNELS = frozenset({"tunl0", "vxlan.calico", "vxlan-v6.calico", "wireguard.cali", "wg-v6.cali"})
_ENCAPSULATIONS = ("ipipMode", "vxlanMode", "ipip.", "disabled", "cidr")
_FELIX_TUNNELS = ("ipip", "vxlan", "wireguard", "routeSource", "bpfEnabled")
_POLICIES = frozenset({"GlobalNetworkPolicy", "NetworkPolicy", "Policy", "HostEndpoint", "Profile"})
_ROUTE_FIELDS = ("prefixAdvertisements", "communities", "serviceClusterIPs", "serviceExternalIPs")

_NO_EFFECT = ("log", "prometheus", "reporting", "usage", "health", "debug")
_DEFAULTS: dict[str, dict[str, str]] = {
    "BGPConfiguration": {
        "nodeToNodeMeshEnabled": "true", "asNumber": "64512", "listenPort": "179",
    },
}  # fmt: skip
"""What holds where nobody says otherwise, or where there is no such object at all."""


def by_what_calico_was_told(event: Event, happened: Happened) -> Iterator[EventId]:
    """A session, tunnel, route or filter ← the objects and settings that made it so."""
    reaches = _REACHES.get(event.what)
    if reaches is None or event.netns != HOST:
        return
    for id_, changes in happened.told:
        if any(reaches(change, event) for change in changes):
            yield id_


def node_by_its_address(event: Event, happened: Happened) -> Iterator[EventId]:
    """A Node whose BGP address changed ← the loss of the address, for which calico/node seeks one.

    An address more is no reason: that Calico took it is.
    """
    if event.what != INTENT:
        return
    for record in both(event):
        if isinstance(record, CalicoResource) and record.resource == "Node":
            for id_, other in happened.at(ADDRESS, record.name, HOST):
                if _lost(other) & own_addresses(record):
                    yield id_


def _lost(event: Event) -> set[str]:
    """Return the addresses that an event took away, without their lengths."""
    return {
        str(ip_interface(record.address).ip)
        for change in event.changes
        if change.alteration is Alteration.REMOVED and _is_address(record := record_of(change))
    }


def _touched(change: Change) -> Iterator[str]:
    """Yield the paths of an object's spec that differ; what is not said is as Calico has it."""
    record = record_of(change)
    default = _DEFAULTS.get(record.resource, {}) if isinstance(record, CalicoResource) else {}
    was, now = (
        {**default, **dict(side.record.spec)}
        if side and isinstance(side.record, CalicoResource)
        else default
        for side in (change.before, change.after)
    )
    yield from (path for path in {**was, **now} if was.get(path) != now.get(path))


def touches(change: Change, *beginnings: str) -> bool:
    return any(path.startswith(beginnings) for path in _touched(change))


def _session(change: Change, event: Event) -> bool:
    told = record_of(change)
    if isinstance(told, CalicoSetting):
        return told.name == "asNumber" or (told.name == "nodeToNodeMesh" and _is_mesh(event))
    if not isinstance(told, CalicoResource):
        return False
    if told.resource == "BGPConfiguration":
        mesh = touches(change, "nodeToNodeMesh") and _is_mesh(event)
        return mesh or touches(change, "asNumber", "listenPort", "bindMode")
    if told.resource == "BGPPeer":
        return not _is_mesh(event) and _is_peer(change, event)
    if told.resource == "Node":
        return (touches(change, "bgp") and _is_end(change, event)) or (
            chosen_otherwise(change) and not _is_mesh(event)
        )
    return False


def chosen_otherwise(change: Change) -> bool:
    """Say whether the labels differ by which an object is chosen."""
    return any(field.name == "labels" for field in change.fields)


def _is_mesh(event: Event) -> bool:
    return any(
        (isinstance(each, CalicoPeer) and each.peer_type == "node-to-node mesh")
        or (isinstance(each, BirdProtocol) and each.name.startswith("Mesh_"))
        for each in both(event)
    )


def _is_peer(change: Change, event: Event) -> bool:
    """Say whether a BGPPeer is about a session: by the peer's address, or by a selector."""
    addresses = peer_addresses(event)
    told = [side.record for side in (change.before, change.after) if side]
    named = {
        value.rpartition(":")[0] if value.count(":") == 1 else value
        for each in told
        if isinstance(each, CalicoResource)
        for value in (dict(each.spec).get("peerIP", ""), each.name if each.place else "")
        if value
    }
    return bool(named & addresses) or not any("." in each or ":" in each for each in named)


def _is_end(change: Change, event: Event) -> bool:
    """Say whether a Node is one of a session's ends: by its name, or by its address."""
    told = [side.record for side in (change.before, change.after) if side]
    nodes = [each for each in told if isinstance(each, CalicoResource)]
    addresses = set[str]().union(*map(own_addresses, nodes))
    ends = set(event.subject.split("–"))
    return bool(addresses & peer_addresses(event) or ends & {each.name for each in nodes})


def own_addresses(node: CalicoResource) -> set[str]:
    """Return the addresses of a Node from which it speaks BGP."""
    paths = ("bgp.ipv4Address", "bgp.ipv6Address")
    return {value.partition("/")[0] for path, value in node.spec if path in paths}


def _route(change: Change, event: Event) -> bool:
    told = record_of(change)
    routes = [each for each in both(event) if isinstance(each, Route)]
    if not isinstance(told, CalicoResource) or not routes:
        return False
    if told.resource == "IPPool":
        pools = _prefixes(change)
        inside = any(_within(each.prefix, pools) for each in routes)
        return inside and touches(change, *_ENCAPSULATIONS)
    if told.resource == "BlockAffinity":
        return any(_within(each.prefix, _prefixes(change)) for each in routes)
    by_bird = any(each.protocol == "bird" for each in routes)
    if told.resource == "BGPFilter":
        return by_bird
    return (
        by_bird and told.resource == "BGPConfiguration" and touches(change, *_ROUTE_FIELDS)
    ) or (told.resource == "FelixConfiguration" and touches(change, *_FELIX_TUNNELS))


def _prefixes(change: Change) -> set[str]:
    """Return the prefixes that a pool or an affinity had, or has."""
    return {
        dict(side.record.spec).get("cidr", side.record.name)
        for side in (change.before, change.after)
        if side and isinstance(side.record, CalicoResource)
    }


def _within(prefix: str, pools: set[str]) -> bool:
    try:
        network = ip_network(prefix)
        wider = [ip_network(pool, strict=False) for pool in pools]
    except ValueError:
        return False
    return any(
        network.version == pool.version
        and pool.prefixlen <= network.prefixlen
        and network.network_address in pool
        for pool in wider
    )


def _tunnel(change: Change, event: Event) -> bool:
    told = record_of(change)
    devices = {each.identity[0] for each in both(event)}
    if not isinstance(told, CalicoResource) or not devices & _TUNNELS:
        return False
    if told.resource == "IPPool":
        return touches(change, *_ENCAPSULATIONS)
    return told.resource == "FelixConfiguration" and touches(change, *_FELIX_TUNNELS)


def _filter(change: Change, event: Event) -> bool:
    told = record_of(change)
    rules = [each for each in both(event) if isinstance(each, FilterRule | IptablesRule)]
    is_felix = any("cali" in each.chain + each.rule for each in rules)
    if not isinstance(told, CalicoResource) or not is_felix:
        return False
    if told.resource == "IPPool":
        return touches(change, "natOutgoing", "cidr", "disabled")
    if told.resource == "FelixConfiguration":
        return any(not path.startswith(_NO_EFFECT) for path in _touched(change))
    return told.resource in _POLICIES and change.alteration is not Alteration.RENEWED


def _is_address(record: Record) -> TypeGuard[Address]:
    return isinstance(record, Address)


_REACHES: dict[str, Callable[[Change, Event], bool]] = {
    SESSION: _session,
    ROUTE: _route,
    INTERFACE: _tunnel,
    ADDRESS: _tunnel,
    FILTER: _filter,
}
