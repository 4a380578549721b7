"""Who asks for hardware addresses, who answers, and who is reached in another's place (IPv4).

What is in a neighbour cache already is used all the same, for as long as it stays there.
"""

import re
from collections.abc import Mapping
from typing import Protocol

from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.fib import Packet
from netsnap.model.gates import proxy
from netsnap.model.numbers import IPV4, number
from netsnap.model.space import Place, Port, Space
from parsers.facts import Fact
from parsers.records import Neighbour

WITHOUT_ARP = "NOARP"
ETHER = "ether"
_DIGITS = re.compile(r"[0-9]{1,9}")
ITS_OWN, IN_ITS_NETWORK, NEVER = "1", "2", "8"
"""arp_ignore: 1 and 2 answer only for the addresses of the interface that is asked, 8 for none."""


class Stations(Protocol):
    """What is asked of a network here."""

    @property
    def spaces(self) -> Mapping[Place, Space]:
        """All namespaces."""
        ...

    @property
    def hardware(self) -> Mapping[str, frozenset[str]]:
        """The nodes whose own interfaces have a hardware address."""
        ...

    def stand_ins(self, port: Port, mac: str) -> tuple[Port, ...]:
        """Return the nodes' interfaces on the link of ``port`` that have a hardware address.

        With "", those that answer ARP for others.
        """
        ...

    def formerly(self, port: Port, target: str) -> str:
        """Return the hardware address that an address was found at in the other snapshot."""
        ...


def mute(space: Space, device: str) -> Fact | None:
    """Return the interface if it is one of Ethernet on which ARP is off: it asks for nobody.

    The kernel then sends to the interface's own hardware address, which nobody else has.
    """
    found = space.interfaces.get(device)
    if found is None or found[1].link_type != ETHER or WITHOUT_ARP not in found[1].flags:
        return None
    return found[0]


def asks_nobody(space: Space, device: str, target: str, kept: Fact | None) -> Path | None:
    """Stop what would leave by an interface without ARP; ``kept`` is a permanent neighbour."""
    fact = mute(space, device)
    if fact is None or kept is not None or number(target).family != IPV4:
        return None
    here = Hop(*space.place, device, fact.key, "without ARP")
    reason = f"ARP is off on {device} of {space.name}: it asks for nobody's hardware address"
    return Path(Disposition.NEIGHBOUR_FAILED, (here,), reason)


def answers_nobody(space: Space, port: Port, target: str) -> Path | None:
    """Say why ``space`` does not answer on ``port`` for its own address; None if it does."""
    if number(target).family != IPV4:
        return None
    fact, why = mute(space, port.device), f"ARP is off on {port.device}"
    if fact is None:
        fact, value = _ignoring(space, port.device)
        why = f"arp_ignore is {value} on {port.device}"
        owners = {own.device for own in space.addresses if own.text == target}
        if value != NEVER and not (
            value in (ITS_OWN, IN_ITS_NETWORK) and port.device not in owners
        ):
            return None
    here = Hop(*space.place, decided_by=fact.key if fact else None, ingress=port.device)
    reason = f"{space.name} does not answer for {target}: {why}"
    return Path(Disposition.NEIGHBOUR_FAILED, (here,), reason)


def _ignoring(space: Space, device: str) -> tuple[Fact | None, str]:
    """Return the switch that counts for an interface, the larger of its own and that of all."""
    return max(
        (space.switch(IPV4, name, "arp_ignore") for name in ("all", device)),
        key=lambda each: int(each[1]) if _DIGITS.fullmatch(each[1]) else -1,
    )


def found_at(stations: Stations, owners: tuple[Port, ...], fact: Fact | None) -> tuple[Port, ...]:
    """Choose who of several owners of an address gets what is for it: whom the cache has."""
    cached = mac_of(fact)
    held = tuple(each for each in owners if cached and cached in macs(stations.spaces[each[:2]]))
    return held if len(held) == 1 else owners


def misled(stations: Stations, space: Space, owner: Port, fact: Fact | None) -> Path | None:
    """Say that a node's packets go to the hardware address of somebody else than the owner.

    An address that is no node's is no evidence as such: a cloud's fabric answers for all with one
    of its own. That the owner was found at its own before is; that another node is found at its
    own makes it doubtful.
    """
    if fact is None or not isinstance(fact.record, Neighbour):
        return None
    entry = fact.record
    holders = stations.hardware.get(entry.mac, frozenset())
    here = Hop(*space.place, entry.device, fact.key, entry.mac)
    if holders and owner.node not in holders:
        names = " and ".join(sorted(holders))
        reason = f"{space.name} sends what is for {owner.node} to {names}, whose {here.note} is"
        return Path(Disposition.UNKNOWN, (here,), reason)
    own = macs(stations.spaces[owner[:2]]) - {""}
    known = stations.formerly(Port(*space.place, entry.device), entry.address)
    if not (entry.mac and own) or entry.mac in own or _stands_in(space, entry):
        return None
    reason = f"{space.name} sends what is for {owner.node} to {entry.mac}, which no node has"
    if known in own:
        return Path(Disposition.NEIGHBOUR_FAILED, (here,), reason)
    if _finds_nodes_at_their_own(stations, space, entry.device):
        return Path(Disposition.UNKNOWN, (here,), reason)
    return None


def macs(space: Space) -> frozenset[str]:
    """Return the hardware addresses of a namespace's interfaces."""
    return frozenset(interface.mac for _, interface in space.interfaces.values())


def _stands_in(space: Space, entry: Neighbour) -> bool:
    """Say whether a neighbour answers for several addresses, as a router or a fabric does."""
    return any(
        isinstance(other := fact.record, Neighbour)
        and (other.device, other.mac) == (entry.device, entry.mac)
        and other.address != entry.address
        for fact in space.of(Neighbour)
    )


def _finds_nodes_at_their_own(stations: Stations, space: Space, device: str) -> bool:
    """Say whether the fabric shows any node's own hardware address on a link."""
    entries = (fact.record for fact in space.of(Neighbour))
    return any(
        isinstance(entry, Neighbour)
        and entry.device == device
        and stations.hardware.get(entry.mac, frozenset()) - {space.node}
        for entry in entries
    )


def in_its_place(stations: Stations, port: Port, asked: Packet, fact: Fact | None) -> Port | None:
    """Return the node's interface that gets what is for an address that no node has.

    Its hardware address is in the cache, or else it answers ARP in another's place.
    """
    cached = stations.stand_ins(port, mac_of(fact)) if mac_of(fact) else ()
    if len(cached) == 1:
        return cached[0]
    standing = stations.stand_ins(port, "")
    answering = (each for each in standing if proxy(stations.spaces[each[:2]], each, asked).yes)
    return next(answering, None)


def mac_of(fact: Fact | None) -> str:
    """Return a neighbour's hardware address, "" where it has none or there is no neighbour."""
    return fact.record.mac if fact is not None and isinstance(fact.record, Neighbour) else ""
