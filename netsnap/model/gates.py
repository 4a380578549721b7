"""What can stop a packet at an interface: its link, the forwarding switch, the reverse path.

Each gate returns None where the packet passes, or the path's end where it does not. A switch that
the snapshot does not show stops nothing; where it was not read, ``sieve`` adds a doubt.
"""

from typing import NamedTuple

from collector.capture import HOST
from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.fib import Action, Decision, Packet
from netsnap.model.numbers import IPV4, number
from netsnap.model.space import Port, Space
from parsers.facts import Fact

STRICT = 1
"""rp_filter=1: the way back must leave by the interface the packet came in by; 2 is any way."""


def link_gate(space: Space, port: Port, far: tuple[Space, Port] | None) -> Path | None:
    """Pass an interface that exists, is up and has carrier. ``far`` is its only other end."""
    found = space.interfaces.get(port.device)
    if found is None:
        here = Hop(*space.place)
        if not space.sees("interface"):
            reason = f"the interfaces of {space.name} were not read"
            return Path(Disposition.UNKNOWN, (here,), reason)
        return Path(Disposition.LINK_DOWN, (here,), f"{space.name} has no {port.device}")
    fact, interface = found
    if "UP" not in interface.flags:
        return _down(space, port, fact, "is down")
    if "NO-CARRIER" not in interface.flags and interface.operstate != "LOWERLAYERDOWN":
        return None
    if far is not None:
        other = far[0].interfaces.get(far[1].device)
        if other is not None and "UP" not in other[1].flags:
            return _down(far[0], far[1], other[0], "is down")
    return _down(space, port, fact, "has no carrier")


def _down(space: Space, port: Port, fact: Fact, what: str) -> Path:
    hop = Hop(*space.place, port.device, fact.key, what)
    return Path(Disposition.LINK_DOWN, (hop,), f"{port.device} of {space.name} {what}")


def strays(space: Space, port: Port, packet: Packet, decision: Decision) -> Path | None:
    """Stop a packet in a workload that does not have the address, unless the workload routes."""
    if space.netns == HOST or decision.action is Action.UNKNOWN:
        return None
    _, forwards = space.switch(number(packet.destination).family, port.device, "forwarding")
    elsewhere = any(member.hop.device != port.device for member in decision.members)
    if forwards == "1" and elsewhere:
        return None
    here = Hop(*space.place, ingress=port.device)
    return Path(Disposition.NOT_OWNED, (here,), f"{space.name} does not have {packet.destination}")


def transit_gate(space: Space, port: Port, packet: Packet) -> Path | None:
    """Stop a packet that is for somebody else where forwarding is switched off."""
    fact = forwarding_off(space, port.device, number(packet.destination).family)
    if fact is None:
        return None
    here = Hop(*space.place, decided_by=fact.key, note="off", ingress=port.device)
    alone = fact.record.identity[0] == f"net.ipv4.conf.{port.device.replace('.', '/')}.forwarding"
    what = f" what comes in by {port.device}" if alone else ""
    return Path(Disposition.NOT_FORWARDED, (here,), f"{space.name} does not forward{what}")


def forwarding_off(space: Space, device: str, family: int) -> Fact | None:
    """Return the switch that forbids forwarding what came in by ``device``, None if none does.

    For IPv4 each interface has its own, which a write to ``ip_forward`` sets too; where both are
    off, ``ip_forward`` is named. For IPv6 only ``all`` counts.
    """
    if family != IPV4:
        fact, value = space.switch(family, "all", "forwarding")
        return fact if value == "0" else None
    every = space.switches.get("net.ipv4.ip_forward", (None, ""))
    own = space.switch(IPV4, device, "forwarding")
    deciding = own if own[1] else every
    if deciding[1] != "0":
        return None
    return every[0] if every[1] == "0" else deciding[0]


class Answer(NamedTuple):
    """Whether a namespace answers ARP for an address of somebody else; if not, why."""

    yes: bool
    path: Path | None = None


def proxy(space: Space, port: Port, asked: Packet) -> Answer:
    """Say whether ``space`` answers ARP on ``port`` for an address that it does not have.

    ``asked`` is from who asks to the address that is asked for.

    It does where proxy_arp is on and its unicast route to the address leaves by another interface
    (arp_fwd_proxy in net/ipv4/arp.c). Where it does not forward at all, the packet is let in, for
    the forwarding switch to be named.
    """
    target = asked.destination
    fact = _proxy_switched_off(space, port.device)
    bridged = fact is not None and space.interfaces[port.device][1].link_kind == "bridge"
    if number(target).family != IPV4 or space.netns != HOST or bridged:
        return Answer(yes=False)  # a bridge is a gateway by an address of its own, or none
    if fact is not None:
        return _no_gateway(space, port, fact, f"proxy_arp is off on {port.device}")
    if forwarding_off(space, port.device, IPV4) is not None:
        return Answer(yes=True)
    decision = space.decide(asked, port.device)
    if decision.action is Action.UNKNOWN:
        here = Hop(*space.place, decided_by=decision.fact.key if decision.fact else None)
        return Answer(yes=False, path=Path(Disposition.UNKNOWN, (here,), decision.reason))
    if any(member.hop.device != port.device for member in decision.members):
        return Answer(yes=True)
    return _no_gateway(space, port, decision.fact, f"{space.name} has no other route to {target}")


def _proxy_switched_off(space: Space, device: str) -> Fact | None:
    """Return the interface's proxy_arp where it is off; on for ``all`` is on for each."""
    fact, value = space.switch(IPV4, device, "proxy_arp")
    _, every = space.switch(IPV4, "all", "proxy_arp")
    return fact if value == "0" and every in ("", "0") else None


def _no_gateway(space: Space, port: Port, fact: Fact | None, why: str) -> Answer:
    here = Hop(*space.place, decided_by=fact.key if fact else None, ingress=port.device)
    reason = f"{space.name} does not answer for the gateway: {why}"
    return Answer(yes=False, path=Path(Disposition.NO_GATEWAY, (here,), reason))


def reverse_path_filter(space: Space, ingress: str) -> tuple[Fact | None, str]:
    """Return the switch that counts for an interface (IPv4) and its value, "" where it is off."""
    own, every = (space.switch(IPV4, name, "rp_filter") for name in (ingress, "all"))
    fact, value = max(own, every, key=lambda each: each[1])
    return (fact, value) if fact is not None and value in ("1", "2") else (None, "")


def reverse_path_gate(space: Space, ingress: str, packet: Packet) -> Path | None:
    """Stop a packet whose sender is not reached the way it came (rp_filter, IPv4)."""
    if not packet.source or number(packet.source).family != IPV4:
        return None
    fact, value = reverse_path_filter(space, ingress)
    if fact is None:
        return None
    decision = space.decide(Packet(packet.destination, packet.source), "")
    devices = {member.hop.device for member in decision.members}
    if decision.action is Action.FORWARD and (int(value) != STRICT or ingress in devices):
        return None
    here = Hop(*space.place, decided_by=fact.key, note=f"rp_filter={value}", ingress=ingress)
    if decision.action is Action.UNKNOWN:
        return Path(Disposition.UNKNOWN, (here,), decision.reason)
    way = f"by {', '.join(sorted(devices))}" if devices else "nowhere"
    reason = f"{space.name} drops it on {ingress}: the way back to {packet.source} leads {way}"
    return Path(Disposition.FILTERED, (here,), reason)
