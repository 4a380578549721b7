"""Tunnels between nodes: how a packet that goes in is wrapped, and where it comes out.

VXLAN (RFC 7348): the neighbour table gives the next hop's hardware address, the forwarding table
the node that has it, and the device with the same VNI there takes it in. IPIP (RFC 2003): the
outer packet goes to the device's remote end, or to the route's gateway where it has none. The
outer packet is walked like any other; packet filters on its way are asked of VXLAN's (``sieve``),
and not of IPIP's.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple, Protocol

from collector.capture import HOST
from netsnap.model.arrival import Crossing
from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.numbers import canonical
from netsnap.model.space import Place, Port, Space
from parsers.facts import Fact, Key
from parsers.records import FdbEntry, FdbMoving, Interface

VXLAN, IPIP = "vxlan", "ipip"
ANY = frozenset({"", "any", "0.0.0.0"})  # noqa: S104 -- how iproute2 prints "not set"
FLOOD = "00:00:00:00:00:00"
DEFAULT_PORT = "8472"
"""The kernel's own, from before IANA gave VXLAN 4789; iproute2 prints whichever is used."""

_PORT = re.compile(r"[0-9]{1,5}")
_INTO_VXLAN = f"{VXLAN} to "
_LEARNED = re.compile(r"(?P<mac>\S+) dev (?P<device>\S+) .*?dst (?P<remote>\S+)")


class Roads(Protocol):
    """What a tunnel needs to know of a network."""

    @property
    def spaces(self) -> Mapping[Place, Space]:
        """All namespaces."""
        ...

    def walk(self, source: Place, destination: str, *, source_address: str = "") -> Path:
        """Walk a packet from a namespace to an address."""
        ...


def is_followed(interface: Interface) -> bool:
    """Say whether the model follows a device's tunnel: one of whose ends ``ip -d`` has told.

    Where the route says it for each packet ("external"), the device does not tell.
    """
    if interface.link_kind not in (VXLAN, IPIP):
        return False
    options = _options(interface)
    if interface.link_kind == VXLAN:
        return "id" in options and "external" not in interface.kind_detail.split()
    return "remote" in options


def passage(roads: Roads, space: Space, device: str, target: str) -> Crossing:
    """Send a packet for the next hop ``target`` into a tunnel that is up."""
    interface = space.interfaces[device][1]
    if interface.link_kind == VXLAN:
        return _vxlan(roads, space, device, target)
    return _ipip(roads, space, device, target)


class Carried(NamedTuple):
    """A VXLAN's own packet: UDP from one node's address to another's."""

    local: str
    remote: str
    port: int


def carried(space: Space, hop: Hop) -> Carried | None:
    """Return the packet that carries another from here; None where the hop is no VXLAN's begin."""
    if not hop.note.startswith(_INTO_VXLAN) or hop.device not in space.interfaces:
        return None
    options = _options(space.interfaces[hop.device][1])
    port = options.get("dstport", DEFAULT_PORT)
    local = options.get("local", "")
    remote = hop.note.removeprefix(_INTO_VXLAN)
    return (
        Carried("" if local in ANY else local, remote, int(port)) if _PORT.fullmatch(port) else None
    )


def _options(interface: Interface) -> Mapping[str, str]:
    """Read "id 4096 local 10.0.0.1 dev eth0 dstport 4789": each word with the one after it."""
    return dict(pairwise(interface.kind_detail.split()))


def _vxlan(roads: Roads, space: Space, device: str, target: str) -> Crossing:
    fact, condition = space.neighbour(device, target)
    here = Hop(*space.place, device, fact.key if fact else None, condition)
    mac = getattr(fact.record, "mac", "") if fact is not None else ""
    if not mac:
        return Crossing(end=_unresolved(space, device, target, here))
    remotes = dict(_remotes(space, device, mac))
    if not remotes:
        return Crossing(end=_unforwarded(space, device, mac, here))
    options = _options(space.interfaces[device][1])
    wanted = (options.get("id", ""), options.get("dstport", DEFAULT_PORT))
    frame = _Frame(space.name, mac, *wanted)
    endings = [
        _arrival(roads, Hop(*space.place, device, key, f"{_INTO_VXLAN}{remote}"), remote, frame)
        for remote, key in remotes.items()
    ]
    return next((each for each in endings if each.port is not None), endings[0])


def _unresolved(space: Space, device: str, target: str, here: Hop) -> Path:
    """End where no hardware address is known: for sure only where nobody can be asked for it."""
    if here.decided_by is None and not space.sees("neighbour"):
        return _untold(f"the neighbours of {space.name} were not read")
    if here.decided_by is None and _can_ask(space, device):
        return _untold(f"{space.name} has not asked for {target} on {device} of late")
    reason = f"{space.name} knows no hardware address of {target} on {device}"
    return Path(Disposition.NEIGHBOUR_FAILED, (here,), reason)


def _unforwarded(space: Space, device: str, mac: str, here: Hop) -> Path:
    """End where no entry says which node has a hardware address."""
    if not space.sees(FdbEntry.kind):
        return _untold(f"the forwarding entries of {space.name} were not read")
    if "group" in _options(space.interfaces[device][1]):
        return _untold(f"{device} of {space.name} sends it to a multicast group")
    reason = f"{device} of {space.name} has no forwarding entry for {mac}"
    return Path(Disposition.NEIGHBOUR_FAILED, (here,), reason)


def _can_ask(space: Space, device: str) -> bool:
    """Say whether a question for a hardware address reaches anybody: by flood or multicast."""
    floods = any(
        isinstance(fact.record, FdbEntry)
        and (fact.record.device, fact.record.mac) == (device, FLOOD)
        for fact in space.of(FdbEntry)
    )
    grouped = "group" in _options(space.interfaces[device][1])
    return floods or grouped or not space.sees(FdbEntry.kind)


def _remotes(space: Space, device: str, mac: str) -> Iterator[tuple[str, Key | None]]:
    """Yield the nodes to which a frame goes: its own entry's, else all that get floods."""
    entries = [
        (fact, fact.record)
        for fact in space.of(FdbEntry)
        if isinstance(fact.record, FdbEntry) and fact.record.device == device
    ]
    own = [(entry.destination or entry.remote, fact) for fact, entry in entries if entry.mac == mac]
    own += [(remote, fact) for fact, found, remote in _learned(space, device) if found == mac]
    floods = [(entry.remote, fact) for fact, entry in entries if entry.mac == FLOOD]
    for remote, fact in own or floods:
        if address := _address(remote):
            yield address, fact.key


def _address(text: str) -> str:
    """Return an address as records write it, "" for a text that is none."""
    try:
        return canonical(text)
    except ValueError:
        return ""


def _learned(space: Space, device: str) -> Iterator[tuple[Fact, str, str]]:
    for fact in space.of(FdbMoving):
        if isinstance(fact.record, FdbMoving):
            for line in fact.record.entries:
                found = _LEARNED.match(line)
                if found is not None and found["device"] == device:
                    yield fact, found["mac"], found["remote"]


class _Frame(NamedTuple):
    """What a VXLAN's outer packet carries: who sent it, to which hardware address."""

    sender: str
    mac: str
    vni: str
    port: str


def _arrival(roads: Roads, note: Hop, remote: str, frame: _Frame) -> Crossing:
    """Walk the outer packet, and find the device on the other node that takes it in."""
    outer = roads.walk((note.node, HOST), remote)
    if outer.disposition is not Disposition.DELIVERED:
        return Crossing(end=_outer(outer, note))
    far = roads.spaces[outer.hops[-1].node, outer.hops[-1].netns]
    for name, (fact, interface) in far.interfaces.items():
        options = _options(interface)
        port = options.get("dstport", DEFAULT_PORT)
        told = (options.get("id", ""), port)
        if interface.link_kind != VXLAN or told != (frame.vni, frame.port):
            continue
        if interface.mac and interface.mac != frame.mac:
            has = f"{name} of {far.name} has {interface.mac}"
            reason = f"{frame.sender} sends it to {frame.mac}; {has}"
            hop = Hop(*far.place, name, fact.key, interface.mac)
            return Crossing(end=Path(Disposition.NEIGHBOUR_FAILED, (note, hop), reason))
        return Crossing(Port(*far.place, name), notes=_carried(note, outer))
    if not far.sees(Interface.kind):
        return Crossing(end=_untold(f"the interfaces of {far.name} were not read"))
    reason = f"{far.name} has no vxlan with VNI {frame.vni} on port {frame.port}"
    return Crossing(end=Path(Disposition.LINK_DOWN, (note, Hop(*far.place)), reason))


def _ipip(roads: Roads, space: Space, device: str, target: str) -> Crossing:
    fact, interface = space.interfaces[device]
    options = _options(interface)
    remote = options.get("remote", "")
    goal = _address(target if remote in ANY else remote)
    note = Hop(*space.place, device, fact.key, f"{IPIP} to {goal}")
    if not goal:
        return Crossing(end=_untold(f"where {device} of {space.name} leads is not shown"))
    own = options.get("local", "")
    sources = {each.text for each in space.addresses} if own in ANY else {own}
    outer = roads.walk((space.node, HOST), goal, source_address="" if own in ANY else own)
    if outer.disposition is not Disposition.DELIVERED:
        return Crossing(end=_outer(outer, note))
    far = roads.spaces[outer.hops[-1].node, outer.hops[-1].netns]
    for name, (_, other) in far.interfaces.items():
        ends = _options(other)
        fits = ends.get("local", "") in {*ANY, goal} and ends.get("remote", "") in {*ANY, *sources}
        if other.link_kind == IPIP and fits and "UP" in other.flags:
            return Crossing(Port(*far.place, name), notes=_carried(note, outer))
    if not far.sees(Interface.kind):
        return Crossing(end=_untold(f"the interfaces of {far.name} were not read"))
    reason = f"{far.name} has no ipip device that is up for packets of {space.name}"
    return Crossing(end=Path(Disposition.LINK_DOWN, (note, Hop(*far.place)), reason))


def _carried(note: Hop, outer: Path) -> tuple[Hop, ...]:
    """Return what carried the packet: the tunnel, and the nodes between its ends."""
    return (note, *(replace(hop, note="carries it") for hop in outer.hops[1:-1]))


def _outer(outer: Path, note: Hop) -> Path:
    reason = f"the tunnel's own packet: {outer.reason or outer.disposition}"
    return Path(outer.disposition, (note, *outer.hops), reason)


def _untold(reason: str) -> Path:
    return Path(Disposition.UNKNOWN, (), reason)
