"""What every check works on, and what it finds."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TypeVar

from collector.capture import HOST
from netsnap.model.network import Network
from netsnap.model.numbers import bare
from parsers.facts import Fact, Facts
from parsers.records import Address, CalicoResource
from parsers.roles import Record

R = TypeVar("R", bound=Record)

Placed = Mapping[str, Mapping[str, Sequence[Fact]]]
"""Facts by node and namespace."""

BGP_ADDRESSES = ("bgp.ipv4Address", "bgp.ipv6Address")


class Severity(StrEnum):
    """How bad a finding is, worst first."""

    ERROR = "error"  # packets are surely lost, or will be as soon as something moves
    WARNING = "warning"  # two things contradict each other; packets may be lost
    NOTICE = "notice"  # worth knowing when something is wrong


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. ``facts`` are the lines that show it, ``then`` what to look at."""

    severity: Severity
    node: str
    netns: str
    sentence: str
    facts: tuple[Fact, ...] = ()
    then: str = ""


@dataclass(frozen=True)
class Case:
    """One snapshot, with the look-ups that checks need."""

    facts: Facts
    network: Network
    _by_kind: dict[type[Record], Placed] = field(default_factory=dict)

    def of(self, kind: type[R], node: str = "", netns: str = "") -> Iterator[tuple[Fact, R]]:
        """Yield all facts of a kind, of one node or namespace where it is given."""
        if kind not in self._by_kind:
            self._by_kind[kind] = self._place(kind)
        placed = self._by_kind[kind]
        for spaces in placed.values() if node == "" else (placed.get(node, {}),):
            for found in spaces.values() if netns == "" else (spaces.get(netns, ()),):
                for fact in found:
                    if isinstance(fact.record, kind):
                        yield fact, fact.record

    def _place(self, kind: type[Record]) -> Placed:
        placed: dict[str, dict[str, list[Fact]]] = {}
        for fact in self.facts.of_kind(kind.kind):
            if isinstance(fact.record, kind):
                spaces = placed.setdefault(fact.key.node, {})
                spaces.setdefault(fact.key.netns, []).append(fact)
        return placed

    def sees(self, node: str, kind: type[Record], family: int = 0) -> bool:
        """Say whether the absence of a record in a node's own namespace would be a fact."""
        return self.facts.sees(node, HOST, kind.kind, family)

    @cached_property
    def nodes(self) -> tuple[str, ...]:
        """The nodes that were read."""
        return tuple(sorted(self.facts.reached))

    @cached_property
    def owners(self) -> Mapping[str, tuple[str, ...]]:
        """Map each address of a node's own namespace to the nodes that have it."""
        found: dict[str, list[str]] = {}
        for fact, record in self.of(Address, netns=HOST):
            if record.scope in ("global", ""):
                found.setdefault(bare(record.address), []).append(fact.key.node)
        return {address: tuple(dict.fromkeys(nodes)) for address, nodes in found.items()}

    @cached_property
    def named(self) -> Mapping[str, str]:
        """Map the addresses of Calico's Nodes, of those not read too, to the Nodes' names."""
        return {
            bare(value): told.name
            for _, told in self.of(CalicoResource)
            for path, value in told.spec
            if told.resource == "Node" and path in BGP_ADDRESSES and _is_address(value)
        }

    def node_of(self, address: str) -> str:
        """Return the one node that has an address, "" if none or several have it."""
        owners = self.owners.get(address, ())
        return owners[0] if len(owners) == 1 else ""


def _is_address(text: str) -> bool:
    try:
        bare(text)
    except ValueError:
        return False
    return True
