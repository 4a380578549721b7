"""From a node to another by a gateway, where nothing about it is out of the ordinary.

Of all pairs of nodes this is asked, so that what one side of it needs is looked at once a side:
an interface that leads out of a node, and an address that one node has. What is left for the two
is a neighbour entry. Where any of it is not plain, nothing is said here; what is said is what
``crossing`` says.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from collector.capture import HOST
from netsnap.model.arp import answers_nobody, mac_of, mute
from netsnap.model.crossing import SILENT
from netsnap.model.disposition import Path
from netsnap.model.fib import Member
from netsnap.model.numbers import Block, Number, number
from netsnap.model.segment import Segment, tunnel
from netsnap.model.space import Own, Place, Port, Space
from netsnap.model.tunnels import is_followed

Networks = tuple[Block, ...]


class Sites(Protocol):
    """What is asked of a network here."""

    @property
    def spaces(self) -> Mapping[Place, Space]:
        """All namespaces."""
        ...

    @property
    def hardware(self) -> Mapping[str, frozenset[str]]:
        """The nodes whose own interfaces have a hardware address."""
        ...

    @property
    def owners(self) -> Mapping[Number, Sequence[tuple[Port, Own]]]:
        """The nodes' interfaces by their addresses."""
        ...

    def segment(self, port: Port) -> Segment:
        """Return what an interface is connected to."""
        ...

    def gate(self, port: Port) -> Path | None:
        """Return None for an interface that passes packets, or how they end there."""
        ...


class Side(NamedTuple):
    """An interface between the nodes, and the blocks that are on-link there."""

    port: Port
    networks: Networks


class Across:
    """The plain ways from node to node."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._exits: dict[tuple[Space, str], Side | None] = {}
        self._owners: dict[str, Side | None] = {}
        self._meeting: dict[tuple[Networks, Networks], bool] = {}

    def port(self, space: Space, member: Member) -> Port | None:
        """Return where a next hop of a node leads to; None if that takes more to tell."""
        hop = member.hop
        gateway = hop.gateway
        if not gateway or hop.encap or "linkdown" in hop.flags:
            return None
        here, there = self._exit(space, hop.device), self._owner(gateway)
        if here is None or there is None or there.port.node == space.node:
            return None
        if here.networks and not self._meet(here.networks, there.networks):
            return None
        fact, condition = space.neighbour(hop.device, gateway)
        if fact is None:
            return there.port
        mac = mac_of(fact)
        found = not mac or there.port.node in self._sites.hardware.get(mac, ())
        return there.port if found and condition not in SILENT else None

    def _exit(self, space: Space, device: str) -> Side | None:
        key = (space, device)
        if key not in self._exits:
            self._exits[key] = self._seen_exit(space, device)
        return self._exits[key]

    def _seen_exit(self, space: Space, device: str) -> Side | None:
        """Return an interface that leads out of a node and nowhere else; None for any other."""
        found = space.interfaces.get(device)
        if space.netns != HOST or found is None or is_followed(found[1]) or tunnel(found[1]):
            return None
        port = Port(*space.place, device)
        if self._sites.gate(port) is not None or mute(space, device) is not None:
            return None
        segment = self._sites.segment(port)
        if not segment.fabric or segment.ends or segment.barred:
            return None
        return Side(port, tuple(space.networks(device)))

    def _owner(self, address: str) -> Side | None:
        if address not in self._owners:
            self._owners[address] = self._seen_owner(address)
        return self._owners[address]

    def _seen_owner(self, address: str) -> Side | None:
        """Return who alone has an address, and answers for it; None where that is not so."""
        owners = self._sites.owners.get(number(address), ())
        if len(owners) != 1:
            return None
        port = owners[0][0]
        space = self._sites.spaces[port[:2]]
        if space.dark or self._sites.gate(port) is not None:
            return None
        if answers_nobody(space, port, address) is not None:
            return None
        return Side(port, tuple(space.networks(port.device)))

    def _meet(self, one: Networks, other: Networks) -> bool:
        key = (one, other)
        if key not in self._meeting:
            self._meeting[key] = any(a.meets(b) for a in one for b in other)
        return self._meeting[key]
