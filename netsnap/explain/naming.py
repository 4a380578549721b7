"""Which event each change is a part of: what it is, its node, its namespace and its subject."""

from collections import defaultdict
from collections.abc import Callable
from ipaddress import ip_interface

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.explain.birdconfig import edits
from netsnap.explain.events import (
    ADDRESS,
    CONFIG,
    CONTAINER,
    DAEMON,
    DUPLICATE,
    FILTER,
    FORWARDING,
    INTENT,
    INTERFACE,
    IPSET,
    NEIGHBOUR,
    NODE,
    SESSION,
    SYSCTL,
    Event,
    EventId,
    World,
    record_of,
)
from netsnap.explain.takeover import is_wire, took
from parsers.facts import Fact, Key
from parsers.records import (
    Address,
    BirdConfig,
    BirdProtocol,
    CalicoPeer,
    CalicoProcess,
    CalicoResource,
    CalicoSetting,
    Container,
    ContainerSummary,
    Daemon,
    FdbEntry,
    FilterRule,
    Interface,
    IpamBlock,
    IpSet,
    IpSetMember,
    IptablesRule,
    Neighbour,
    NodeIdentity,
    Sysctl,
)
from parsers.roles import Record


def events(world: World) -> dict[EventId, Event]:
    """Gather all changes into events, each change in exactly one."""
    gathered: dict[EventId, list[Change]] = defaultdict(list)
    for change in world.difference.changes:
        gathered[_event_of(change, world)].append(change)
    for node in world.dark:
        gathered.setdefault((NODE, node, HOST, node), [])
    for namespace in world.difference.netns:
        gathered.setdefault((CONTAINER, namespace.node, HOST, namespace.netns), [])
    return {
        id_: Event(id_, edits(changes) if id_[0] == CONFIG else tuple(changes))
        for id_, changes in gathered.items()
    }


def _event_of(change: Change, world: World) -> EventId:
    record = record_of(change)
    if taken := _taken(change, world):
        return taken
    for types, name in _NAMING:
        if isinstance(record, types):
            return name(change.key, record, world)
    return record.kind, change.key.node, change.key.netns, _identity(change.key)


def session_id(node: str, peer_address: str, world: World) -> EventId:
    """Name the session between a node and the peer at an address, the same from both ends."""
    peer = world.owners.get(peer_address, (peer_address, ""))[0]
    first, second = sorted((node, peer))
    return SESSION, first, HOST, f"{first}–{second}"


def _identity(key: Key) -> str:
    return " ".join(str(part) for part in key.identity if part not in ("", None))


def _session(key: Key, record: Record, world: World) -> EventId:
    if isinstance(record, CalicoPeer):
        return session_id(key.node, record.address, world)
    if isinstance(record, BirdProtocol) and record.protocol == "BGP" and record.neighbour:
        return session_id(key.node, record.neighbour, world)
    return DAEMON, key.node, key.netns, _identity(key)


def _container(key: Key, record: Record, world: World) -> EventId:
    workload = record.workload if isinstance(record, Container) else ""
    if isinstance(record, ContainerSummary):
        workload = _workload_of_summary(key.node, record.name, world)
    return CONTAINER, key.node, HOST, workload or _identity(key)


def _workload_of_summary(node: str, name: str, world: World) -> str:
    for facts in (world.after, world.before):
        fact = facts.by_key.get(Key(node, HOST, Container.kind, (name,)))
        if fact is not None and isinstance(fact.record, Container):
            return fact.record.workload
    return name


def _interface(key: Key, record: Record, _: World) -> EventId:
    name = record.name if isinstance(record, Interface) else _identity(key)
    return INTERFACE, key.node, key.netns, name


def _address(key: Key, record: Record, _: World) -> EventId:
    """Name an address without its length: with another one, or elsewhere, it is the same one."""
    if not isinstance(record, Address):
        return ADDRESS, key.node, key.netns, ""
    own = str(ip_interface(record.address).ip)
    text = f"{own} on {record.interface}" if record.scope == "link" else own
    return ADDRESS, key.node, key.netns, text


def _taken(change: Change, world: World) -> EventId | None:
    """Name an address that others find elsewhere than at its owner: once for all who do."""
    record = record_of(change)
    if not isinstance(record, Neighbour) or change.key.netns != HOST:
        return None
    if not is_wire(world.after, change.key.node, record.device):
        return None
    owner = world.owners.get(record.address, ("", ""))[0]
    cache = (
        fact
        for fact in world.after.places.get(change.key[:2], {}).get(Neighbour.kind, ())
        if not _is_at_home(fact, world)
    )
    if owner == change.key.node or not took(change, world.hardware.get(owner, frozenset()), cache):
        return None
    held = world.after.places.get((owner, HOST), {}).get(Address.kind, ())
    if not any(fact.key.identity[2].partition("/")[0] == record.address for fact in held):
        return None  # it moved, as an address does that several nodes stand by for
    return DUPLICATE, owner, HOST, record.address


def _is_at_home(fact: Fact, world: World) -> bool:
    """Say whether a neighbour is found at its own node's hardware address."""
    owner = world.owners.get(getattr(fact.record, "address", ""), ("", ""))[0]
    return getattr(fact.record, "mac", "") in world.hardware.get(owner, ())


def _neighbour(key: Key, record: Record, _: World) -> EventId:
    text = f"{record.address} on {record.device}" if isinstance(record, Neighbour) else ""
    return NEIGHBOUR, key.node, key.netns, text


def _forwarding(key: Key, record: Record, _: World) -> EventId:
    text = f"{record.mac} on {record.device}" if isinstance(record, FdbEntry) else ""
    return FORWARDING, key.node, key.netns, text


def _sysctl(key: Key, record: Record, _: World) -> EventId:
    return SYSCTL, key.node, key.netns, record.name if isinstance(record, Sysctl) else ""


def _node(key: Key, _: Record, __: World) -> EventId:
    return NODE, key.node, HOST, key.node


def _daemon(key: Key, record: Record, _: World) -> EventId:
    return DAEMON, key.node, key.netns, record.identity[0]


def _filter(key: Key, record: Record, _: World) -> EventId:
    table = f"{record.family} {record.table}" if isinstance(record, IptablesRule) else ""
    return FILTER, key.node, key.netns, record.table if isinstance(record, FilterRule) else table


def _config(key: Key, record: Record, _: World) -> EventId:
    return CONFIG, key.node, HOST, record.identity[0]


def _ipset(key: Key, record: Record, _: World) -> EventId:
    return IPSET, key.node, key.netns, str(record.identity[0])


def _intent(key: Key, _: Record, __: World) -> EventId:
    return INTENT, "", HOST, _identity(key)


def _block(key: Key, record: Record, _: World) -> EventId:
    return record.kind, "", HOST, _identity(key)


_Naming = Callable[[Key, Record, World], EventId]
_NAMING: tuple[tuple[tuple[type[Record], ...], _Naming], ...] = (
    ((CalicoPeer, BirdProtocol), _session),
    ((Container, ContainerSummary), _container),
    ((Interface,), _interface),
    ((Address,), _address),
    ((Neighbour,), _neighbour),
    ((FdbEntry,), _forwarding),
    ((IpSet, IpSetMember), _ipset),
    ((Sysctl,), _sysctl),
    ((NodeIdentity,), _node),
    ((CalicoProcess, Daemon), _daemon),
    ((FilterRule, IptablesRule), _filter),
    ((BirdConfig,), _config),
    ((CalicoResource, CalicoSetting), _intent),
    ((IpamBlock,), _block),
)
