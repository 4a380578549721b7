"""Interfaces: MTUs that do not fit each other, addresses on interfaces that are down, MACs."""

from collections import defaultdict
from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.space import Port, Space
from parsers.facts import Fact
from parsers.records import Interface


def mtu_steps(case: Case) -> Iterator[Finding]:
    """Yield a finding for each step of the MTU: at a veth pair, or between nodes of one network."""
    for space in case.network.spaces.values():
        if not space.dark:
            yield from _pair_steps(case, space)
    yield from _fabric_steps(case)


def _pair_steps(case: Case, space: Space) -> Iterator[Finding]:
    for device, (fact, interface) in space.interfaces.items():
        far = case.network.ends(space.node).get(Port(*space.place, device), ())
        if space.netns == HOST or len(far) != 1:
            continue
        found = case.network.spaces[far[0][:2]].interfaces.get(far[0].device)
        if found is None or interface.mtu is None or found[1].mtu in (None, interface.mtu):
            continue
        sentence = (
            f"{device} of {space.name} has an MTU of {interface.mtu}, and {far[0].device} at its "
            f"other end {found[1].mtu}"
        )
        yield Finding(Severity.WARNING, *space.place, sentence, (fact, found[0]))


def _fabric_steps(case: Case) -> Iterator[Finding]:
    """Compare the MTUs of the nodes' interfaces that have an address in one network."""
    networks: dict[object, list[tuple[Fact, Interface]]] = defaultdict(list)
    for space in case.network.spaces.values():
        if space.netns != HOST or space.dark:
            continue
        for device, found in space.interfaces.items():
            fabric = case.network.segment(Port(*space.place, device)).fabric
            for network in space.networks(device) if fabric else ():
                networks[network].append(found)
    for ends in networks.values():
        sizes = {interface.mtu for _, interface in ends}
        if len(sizes) > 1:
            told = ", ".join(f"{fact.key.node} {interface.mtu}" for fact, interface in ends)
            node = min(ends, key=lambda each: each[1].mtu or 0)[0].key.node
            sentence = f"the nodes' MTUs differ on one network: {told}"
            yield Finding(
                Severity.WARNING, node, HOST, sentence, tuple(fact for fact, _ in ends),
                "a ping of full size with the DF bit, from the larger to the smaller",
            )  # fmt: skip


def down(case: Case) -> Iterator[Finding]:
    """Yield a finding for each interface with an address that is down or has no carrier."""
    for space in case.network.spaces.values():
        if space.dark:
            continue
        addressed = {own.device for own in space.addresses if own.scope in ("global", "")}
        for device in sorted(addressed & space.interfaces.keys()):
            fact, interface = space.interfaces[device]
            if "UP" not in interface.flags:
                yield _is_down(fact, device, space, "is down", Severity.ERROR)
            elif "NO-CARRIER" in interface.flags and interface.link_kind != "bridge":
                yield _far_end_down(case, fact, device, space) or _is_down(
                    fact, device, space, "has no carrier", Severity.ERROR
                )


def _far_end_down(case: Case, fact: Fact, device: str, space: Space) -> Finding | None:
    """Name the end of a veth pair that was set down, where the other lost its carrier by that."""
    far = case.network.ends(space.node).get(Port(*space.place, device), ())
    if len(far) != 1:
        return None
    beyond = case.network.spaces[far[0][:2]]
    found = beyond.interfaces.get(far[0].device)
    if found is None or "UP" in found[1].flags:
        return None
    sentence = (
        f"{far[0].device} of {beyond.name}, the other end of {device} of {space.name}, is down"
    )
    return Finding(Severity.ERROR, *beyond.place, sentence, (found[0], fact))


def _is_down(fact: Fact, device: str, space: Space, what: str, severity: Severity) -> Finding:
    sentence = f"{device} of {space.name}, which has an address, {what}"
    return Finding(severity, *space.place, sentence, (fact,))


def hardware(case: Case) -> Iterator[Finding]:
    """Yield a finding for each hardware address that two nodes have on their network."""
    for mac, nodes in sorted(case.network.hardware.items()):
        if len(nodes) > 1:
            facts = tuple(
                fact
                for fact, record in case.of(Interface, netns=HOST)
                if record.mac == mac and fact.key.node in nodes
            )
            if any(
                case.network.segment(Port(*fact.key[:2], str(fact.key.identity[0]))).fabric
                for fact in facts
            ):
                names = " and ".join(sorted(nodes))
                yield Finding(
                    Severity.ERROR, min(nodes), HOST, f"{names} have the same {mac}", facts
                )
