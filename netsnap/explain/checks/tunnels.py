"""VXLAN devices held against each other and against what they carry and are carried by."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.mtu import OVERHEAD
from netsnap.model.numbers import IPV4, IPV6
from netsnap.model.tunnels import DEFAULT_PORT, VXLAN, is_followed
from parsers.facts import Fact
from parsers.records import Interface, Neighbour


class End(NamedTuple):
    """One node's end of a tunnel between nodes."""

    fact: Fact
    interface: Interface

    @property
    def node(self) -> str:
        """The node it is on."""
        return self.fact.key.node

    @property
    def network(self) -> tuple[str, str]:
        """Its VNI and its port: only ends that have the same take each other's packets."""
        options = dict(pairwise(self.interface.kind_detail.split()))
        return options["id"], options.get("dstport", DEFAULT_PORT)


def tunnels(case: Case) -> Iterator[Finding]:
    """Yield what does not fit among VXLAN devices of one name."""
    ends: dict[str, list[End]] = defaultdict(list)
    for fact, interface in case.of(Interface, netns=HOST):
        if is_followed(interface) and interface.link_kind == VXLAN:
            ends[interface.name].append(End(fact, interface))
    for name, some in ends.items():
        yield from _odd_networks(name, some)
        yield from _odd_addresses(case, name, {end.node: end for end in some})
        yield from _outgrown(case, name, some)
        yield from _too_large(case, name, some)


def _odd_networks(name: str, ends: Sequence[End]) -> Iterator[Finding]:
    """Tell who has another VNI or port than most; where it is as many, nobody is the odd one."""
    (most, count), *others = Counter(end.network for end in ends).most_common()
    if not others or others[0][1] == count:
        return
    for end in ends:
        if end.network != most:
            here, there = (f"VNI {vni} on port {port}" for vni, port in (end.network, most))
            sentence = f"{name} of {end.node} has {here}, and {there} on {count} other nodes"
            other = next(each for each in ends if each.network == most)
            yield Finding(Severity.ERROR, end.node, HOST, sentence, (end.fact, other.fact))


def _outgrown(case: Case, name: str, ends: Sequence[End]) -> Iterator[Finding]:
    """Tell of workloads that send larger packets than the tunnel of their node takes."""
    found: list[tuple[End, Fact, int]] = []
    for end in ends:
        sizes = [
            (interface.mtu or 0, fact)
            for fact, interface in case.of(Interface, end.node)
            if fact.key.netns != HOST and interface.name != "lo" and "UP" in interface.flags
        ]
        size, fact = max(sizes, key=lambda each: each[0], default=(0, end.fact))
        if end.interface.mtu and size > end.interface.mtu:
            found.append((end, fact, size))
    if found:
        first, fact, size = found[0]
        nodes = ", ".join(end.node for end, _, _ in found)
        sentence = (
            f"workloads of {nodes} send packets of up to {size} bytes, and the tunnel {name} takes "
            f"{first.interface.mtu}: who does not hear that they are too big loses them"
        )
        yield Finding(Severity.WARNING, first.node, HOST, sentence, (fact, first.fact))


def _too_large(case: Case, name: str, ends: Sequence[End]) -> Iterator[Finding]:
    """Tell of tunnels whose own packets do not fit the interface that they leave by."""
    for end in ends:
        options = dict(pairwise(end.interface.kind_detail.split()))
        lower, family = options.get("dev", ""), IPV6 if ":" in options.get("local", "") else IPV4
        under = case.network.spaces[end.node, HOST].interfaces.get(lower)
        own = (end.interface.mtu or 0) + OVERHEAD[family]
        if under is not None and under[1].mtu is not None and own > under[1].mtu:
            sentence = (
                f"{name} of {end.node} takes packets of {end.interface.mtu} bytes, which are {own} "
                f"in the tunnel, and {lower} sends no more than {under[1].mtu}"
            )
            yield Finding(Severity.WARNING, end.node, HOST, sentence, (end.fact, under[0]))


def _odd_addresses(case: Case, name: str, ends: Mapping[str, End]) -> Iterator[Finding]:
    """Tell of ends that others send to under a hardware address that they do not have."""
    wrong: dict[tuple[str, str], list[Fact]] = defaultdict(list)
    for fact, entry in case.of(Neighbour, netns=HOST):
        end = ends.get(case.node_of(entry.address))
        known = entry.mac if end is not None and entry.device == name else ""
        if end is not None and known and end.interface.mac not in ("", known):
            wrong[end.node, known].append(fact)
    for (node, mac), facts in wrong.items():
        names = ", ".join(sorted({fact.key.node for fact in facts}))
        sends = "sends" if len(facts) == 1 else "send"
        has = f"{name} of {node} has {ends[node].interface.mac}"
        sentence = f"{names} {sends} what is for {node} to {mac} on {name}, and {has}"
        yield Finding(Severity.ERROR, node, HOST, sentence, (ends[node].fact, facts[0]))
