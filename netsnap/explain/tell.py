"""Changes in words: one clause for each kind of record, and what it was before and is now."""

from collections.abc import Callable, Mapping
from typing import Any

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain import birdconfig
from netsnap.explain.altered import altered
from netsnap.explain.events import in_service, record_of
from parsers.records import (
    Address,
    BirdConfig,
    BirdProtocol,
    CalicoKind,
    CalicoPeer,
    CalicoProcess,
    CalicoResource,
    CalicoSetting,
    CalicoVersion,
    Container,
    Daemon,
    FdbEntry,
    FilterRule,
    Interface,
    IpSet,
    IpSetMember,
    IptablesRule,
    Neighbour,
    Route,
    Rule,
    ServiceUnit,
    Sysctl,
)
from parsers.roles import Record

LEAVES_SHOWN = 6
DEFAULTS = ("0.0.0.0/0", "::/0")


def state(record: Record | None) -> str:
    """Say how a thing is, in a few words; "absent" for None."""
    if record is None:
        return "absent"
    words = _STATES.get(type(record))
    return words(record) if words else "present"


def subject(record: Record) -> str:
    """Name the thing a record is about."""
    words = _SUBJECTS.get(type(record))
    return words(record) if words else " ".join(str(p) for p in record.identity if p)


def calico_name(record: CalicoResource) -> str:
    """Name an object of Calico: "IPPool default-ipv4-ippool", "NetworkPolicy prod/allow-dns"."""
    name = "/".join(filter(None, (record.namespace, record.name)))
    return " ".join(filter(None, (record.resource or "object", name, record.place)))


def calico_spec(record: CalicoResource) -> str:
    """Say what an object of Calico asks for, the first few leaves of it."""
    told = [f"{path}={value}" for path, value in record.spec]
    more = [f"{len(told) - LEAVES_SHOWN} more"] if len(told) > LEAVES_SHOWN else []
    return ", ".join((*told[:LEAVES_SHOWN], *more)) or "present"


def place(change: Change) -> str:
    """Say where: "k8s2", or "default/web-1 on k8s2"."""
    netns = change.key.netns
    return change.key.node if netns == HOST else f"{netns} on {change.key.node}"


def clause(change: Change) -> str:
    """Tell one change as a clause: "k8s2 lost its route to 192.168.23.192/26 (via …)"."""
    record = record_of(change)
    before = change.before.record if change.before else None
    after = change.after.record if change.after else None
    if isinstance(record, BirdConfig):
        return f"{place(change)}: {birdconfig.told(change)}"
    name = f"{KINDS.get(record.kind, record.kind)} {subject(record)}"
    if change.alteration is Alteration.REMOVED:
        return f"{place(change)} lost {name} ({state(before)})"
    if change.alteration is Alteration.ADDED:
        return f"{place(change)} got {name} ({state(after)})"
    if change.alteration is Alteration.RENEWED:
        return f"{place(change)}: {name} is a new object under its old name"
    was, is_ = state(before), state(after)
    is_object = isinstance(record, CalicoResource)  # its state is long, and most of it the same
    told = altered(change) if was == is_ or is_object else f"{was} → {is_}"
    return f"{place(change)}: {name}: {told}"


def _route(record: Any) -> str:
    hops = " + ".join(
        " ".join(
            part
            for part in (
                f"via {hop.gateway}" if hop.gateway else "",
                f"dev {hop.device}" if hop.device else "",
                *hop.flags,
            )
            if part
        )
        for hop in record.next_hops
    )
    kind = "" if record.type == "unicast" else record.type
    proto = f"proto {record.protocol}" if record.protocol else ""
    return " ".join(part for part in (kind, hops, proto) if part)


def _interface(record: Any) -> str:
    if "UP" not in record.flags:
        return "down"
    return "up" if in_service(record) else "up without carrier"


def _peer(record: Any) -> str:
    error = f" ({record.error})" if record.error else ""
    return f"{record.connection or record.state}{error}"


def _bird(record: Any) -> str:
    if record.protocol != "BGP":
        return str(record.state)
    error = f" ({record.last_error})" if record.last_error else ""
    return f"{record.connection or record.state}{'' if record.session == 'established' else error}"


def _neighbour(record: Any) -> str:
    return f"{record.condition}{' ' + record.mac if record.mac else ''}"


def _entry(record: Any) -> str:
    remote = record.destination or record.remote
    return " ".join((f"to {remote}" if remote else "present", *record.others))


def _container(record: Any) -> str:
    is_told = record.status == "exited" and record.exit_code is not None
    exited = f" with {record.exit_code}" if is_told else ""
    return f"{record.status}{exited}"


KINDS: Mapping[str, str] = {
    Route.kind: "the route to",
    Address.kind: "the address",
    Interface.kind: "the interface",
    Neighbour.kind: "the neighbour",
    FdbEntry.kind: "the forwarding entry of",
    IpSet.kind: "the ipset",
    IpSetMember.kind: "the ipset's member",
    Sysctl.kind: "the switch",
    FilterRule.kind: "the filter rule",
    IptablesRule.kind: "the iptables rule",
    CalicoPeer.kind: "the BGP peer",
    BirdProtocol.kind: "BIRD's protocol",
    BirdConfig.kind: "BIRD's configuration,",
    Container.kind: "the container",
    Rule.kind: "the routing rule",
    CalicoSetting.kind: "Calico's setting",
    CalicoKind.kind: "Calico's kind of object",
    CalicoResource.kind: "Calico's",
    CalicoVersion.kind: "Calico's",
    CalicoProcess.kind: "the daemon",
    Daemon.kind: "the process",
    ServiceUnit.kind: "the service",
}

_Words = Callable[[Any], str]
_STATES: Mapping[type[Record], _Words] = {
    Route: _route,
    Interface: _interface,
    CalicoPeer: _peer,
    BirdProtocol: _bird,
    BirdConfig: lambda record: record.statement,
    Neighbour: _neighbour,
    FdbEntry: _entry,
    Container: _container,
    Sysctl: lambda record: record.value,
    CalicoSetting: lambda record: record.value,
    CalicoProcess: lambda record: record.status,
    Daemon: lambda record: record.state,
    ServiceUnit: lambda record: f"{record.active} ({record.sub})",
    CalicoKind: lambda record: record.answer,
    CalicoResource: calico_spec,
    CalicoVersion: lambda record: record.value,
    Rule: lambda record: record.action,
    Address: lambda record: record.scope or "present",
}
_SUBJECTS: Mapping[type[Record], _Words] = {
    Route: lambda record: "default" if record.prefix in DEFAULTS else record.prefix,
    Interface: lambda record: record.name,
    Address: lambda record: f"{record.address} on {record.interface}",
    Neighbour: lambda record: f"{record.address} on {record.device}",
    FdbEntry: lambda record: f"{record.mac} on {record.device}",
    IpSetMember: lambda record: f"{record.entry} of {record.set_name}",
    CalicoPeer: lambda record: record.address,
    CalicoResource: calico_name,
    BirdProtocol: lambda record: record.name,
    BirdConfig: lambda record: record.block or record.statement,
    Daemon: lambda record: f"{record.name} {record.mode}".strip(),
    FilterRule: lambda record: f"“{record.rule}” in {record.table} {record.chain}",
    IptablesRule: lambda record: (
        f"“{record.rule}” in {record.backend} {record.table} {record.chain}".replace("  ", " ")
    ),
    Sysctl: lambda record: record.name,
    Container: lambda record: record.workload or record.name,
    Rule: lambda record: f"{record.priority}: {record.selector}",
}
