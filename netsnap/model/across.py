"""From a node to another by a gateway, where nothing about it is out of the ordinary.

Of all pairs of nodes this is asked, so that what one side of it needs is looked at once a side:
an interface that leads out of a node, and an address that one node has. What is left for the two
is a neighbour entry. Where any of it is not plain, nothing is said here; what is said is what
``crossing`` says.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple, Protocol

from collector.capture import HOST
from netsnap.model.arp import answers_nobody, mute
from netsnap.model.crossing import SILENT
from netsnap.model.disposition import Path
from netsnap.model.fib import Member, is_plain
from netsnap.model.numbers import Block, Number, number
from netsnap.model.segment import Segment, tunnel
from netsnap.model.space import Own, Place, Port, Space
from netsnap.model.tunnels import is_followed
from parsers.records import Neighbour

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
    """An interface of a node, and the blocks that are on-link there."""

    port: Port
    networks: Networks


class Facing(dict[str, Port | None]):
    """By address where a gateway is, seen from interfaces with the same blocks on-link.

    Found when it is asked for; None where that takes more to tell.
    """

    def __init__(self, networks: Networks, owner: Callable[[str], Side | None]) -> None:
        super().__init__()
        self._networks = networks
        self._owner = owner

    def __missing__(self, gateway: str) -> Port | None:
        """Find one."""
        there = self._owner(gateway)
        meet = there is not None and (
            not self._networks or any(a.meets(b) for a in self._networks for b in there.networks)
        )
        self[gateway] = there.port if there is not None and meet else None
        return self[gateway]


class Across:
    """The plain ways from node to node."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._exits: dict[tuple[Space, str], Facing | None] = {}
        self._facing: dict[Networks, Facing] = {}
        self._owner = cache(self._seen_owner)

    def port(self, space: Space, member: Member) -> Port | None:
        """Return where a next hop of a node leads to; None if that takes more to tell."""
        if not is_plain(member.hop):
            return None
        return next(self.ports(space, member.hop.device, (member.hop.gateway,)))

    def ports(self, space: Space, device: str, gateways: Iterable[str]) -> Iterator[Port | None]:
        """Yield where each of some gateways is; None for one of which that takes more to tell."""
        facing = self._exit(space, device)
        if facing is None:
            yield from (None for _ in gateways)
            return
        neighbours = space.neighbours(device)
        for gateway in gateways:
            port = facing[gateway]
            if port is None or port.node == space.node:
                yield None
            elif gateway in neighbours:
                yield port if self._is_found(port, neighbours[gateway][1]) else None
            else:
                yield port

    def _is_found(self, port: Port, entry: Neighbour) -> bool:
        """Say whether a neighbour entry is that of an interface's node, and not of silence."""
        at_its_own = not entry.mac or port.node in self._sites.hardware.get(entry.mac, ())
        return at_its_own and entry.condition not in SILENT

    def _exit(self, space: Space, device: str) -> Facing | None:
        """Return what an interface faces that leads out of a node; None for any other."""
        key = (space, device)
        if key not in self._exits:
            networks = tuple(space.networks(device)) if self._leads_out(space, device) else None
            if networks is not None and networks not in self._facing:
                self._facing[networks] = Facing(networks, self._owner)
            self._exits[key] = self._facing[networks] if networks is not None else None
        return self._exits[key]

    def _leads_out(self, space: Space, device: str) -> bool:
        """Say whether an interface leads out of a node and nowhere else."""
        found = space.interfaces.get(device)
        if space.netns != HOST or found is None or is_followed(found[1]) or tunnel(found[1]):
            return False
        port = Port(*space.place, device)
        if self._sites.gate(port) is not None or mute(space, device) is not None:
            return False
        segment = self._sites.segment(port)
        return segment.fabric and not segment.ends and not segment.barred

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
