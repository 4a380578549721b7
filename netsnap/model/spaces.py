"""The namespaces of one snapshot, and what all of them together have to say.

Most of it is asked of each namespace by itself, and most namespaces of a network are those of
another, like it: what was found of them there is taken over.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TypeVar

from collector.capture import HOST
from netsnap.model.bridging import filters_vlans
from netsnap.model.early import Takers, is_full, takers_of
from netsnap.model.numbers import IPV4, Number
from netsnap.model.space import Own, Place, Port, Space
from parsers.facts import Facts

T = TypeVar("T")


class Spaces:
    """All namespaces of one snapshot. Nothing is computed before it is asked for."""

    def __init__(
        self, facts: Facts, spaces: Mapping[Place, Space], like: "Spaces | None" = None
    ) -> None:
        """Take namespaces as they are; those of a network ``like`` this one may be the same."""
        self.facts = facts
        self.spaces = spaces
        self._alike = like

    @cached_property
    def _apart(self) -> Mapping[Place, Space | None]:
        """The namespaces that are not those of the network like this one; None where it is gone."""
        others = self._alike.spaces if self._alike is not None else {}
        found: dict[Place, Space | None] = dict.fromkeys(others.keys() - self.spaces.keys())
        now = self.spaces.items()
        found |= {place: space for place, space in now if space is not others.get(place)}
        return found

    def _each(
        self, ask: Callable[[Space], T], of_other: "Callable[[Spaces], Mapping[Place, T]]"
    ) -> Mapping[Place, T]:
        """Ask each namespace that is read something, and keep what is not empty."""
        known = of_other(self._alike) if self._alike is not None else {}
        found = {place: told for place, told in known.items() if place not in self._apart}
        for place, space in self._apart.items():
            if space is not None and not space.dark and (told := ask(space)):
                found[place] = told
        return found

    @cached_property
    def asking_source(self) -> Mapping[Place, bool]:
        """The namespaces with a routing rule that asks for a packet's source."""
        return self._each(lambda space: space.asks_source, lambda other: other.asking_source)

    @property
    def asks_source(self) -> bool:
        """Whether any routing rule asks for a packet's source."""
        return bool(self.asking_source)

    @cached_property
    def filtering(self) -> Mapping[Place, bool]:
        """The namespaces that have a packet filter, or may have one that was not read."""
        return self._each(lambda space: space.may_filter, lambda other: other.filtering)

    @cached_property
    def unread(self) -> Mapping[Place, tuple[str, ...]]:
        """What was not (all) read of a namespace and may end a packet there, in words."""
        return self._each(lambda space: space.unread, lambda other: other.unread)

    @cached_property
    def takers(self) -> Mapping[Place, Takers]:
        """What takes packets before packet filters see them, where anything does."""
        return self._each(takers_of, lambda other: other.takers)

    @cached_property
    def tagging(self) -> Mapping[Place, bool]:
        """The nodes of which a bridge filters VLANs."""
        return self._each(_filters_vlans, lambda other: other.tagging)

    @cached_property
    def full(self) -> Mapping[Place, bool]:
        """The namespaces that may drop what is new for want of room."""
        return self._each(is_full, lambda other: other.full)

    @cached_property
    def hardware(self) -> Mapping[str, frozenset[str]]:
        """The nodes whose interfaces that lead out of the node have a hardware address."""
        stations = self.stations.items()
        return {mac: frozenset(port.node for port in ports) for mac, ports in stations if mac}

    @cached_property
    def stations(self) -> Mapping[str, list[Port]]:
        """The nodes' interfaces in a network, by hardware address; "" are all with proxy_arp."""
        found: dict[str, list[Port]] = defaultdict(list)
        for space in self._hosts:
            if space.dark:
                continue
            for device, (_, interface) in space.interfaces.items():
                if space.networks(device):
                    switches = (
                        space.switch(IPV4, each, "proxy_arp")[1] for each in (device, "all")
                    )
                    for name in (*filter(None, (interface.mac,)), *(("",) * ("1" in switches))):
                        found[name].append(Port(*space.place, device))
        return found

    @cached_property
    def owners(self) -> Mapping[Number, list[tuple[Port, Own]]]:
        """The nodes' interfaces by their addresses, of dark nodes too."""
        found: dict[Number, list[tuple[Port, Own]]] = defaultdict(list)
        for space in self._hosts:
            for own in space.addresses:
                if own.device != "lo":
                    found[own.number].append((Port(*space.place, own.device), own))
        return found

    @cached_property
    def faceless(self) -> frozenset[str]:
        """Nodes whose addresses are not known."""
        asked = {view.node for view in self.facts.snapshot.nodes}
        known = {space.node for space in self._hosts if space.dark or space.sees("address")}
        return frozenset(asked - known)

    @cached_property
    def _hosts(self) -> tuple[Space, ...]:
        return tuple(space for space in self.spaces.values() if space.netns == HOST)

    @cached_property
    def on(self) -> Mapping[str, list[Space]]:
        """The namespaces of each node."""
        found: dict[str, list[Space]] = defaultdict(list)
        for space in self.spaces.values():
            found[space.node].append(space)
        return found


def _filters_vlans(space: Space) -> bool:
    return space.netns == HOST and any(
        filters_vlans(interface) for _, interface in space.interfaces.values()
    )


class Former:
    """The namespaces of an earlier or later snapshot, which stand in for what was not seen."""

    def __init__(self, facts: Facts | None) -> None:
        """Take a snapshot's facts; None: there is no other snapshot."""
        self._facts = facts
        self._known: dict[Place, Space] = {}

    def at(self, place: Place) -> Space | None:
        """Return a namespace as it was seen there, None if it was not."""
        facts = self._facts
        if place in self._known or facts is None or place[0] not in facts.reached:
            return self._known.get(place)
        if place in facts.places or facts.lists(*place):
            self._known[place] = _space(facts, place, dark=True)
        return self._known.get(place)

    def on_others(self, nodes: frozenset[str]) -> dict[Place, Space]:
        """Return the namespaces that were seen there on all nodes but these."""
        if self._facts is None or self._facts.reached <= nodes:
            return {}
        found = spaces_of(self._facts, self._facts.reached - nodes, dark=True)
        self._known.update(found)
        return found


def spaces_of(
    facts: Facts, nodes: frozenset[str], *, dark: bool, like: Mapping[Place, Space] | None = None
) -> dict[Place, Space]:
    """Return the namespaces of some nodes that facts tell of; ``like`` are another snapshot's."""
    known = like or {}
    names = dict.fromkeys((node, netns) for (node, _), netns in facts.netns.items())
    names.update(dict.fromkeys(facts.places))
    return {
        place: _space(facts, place, dark=dark, like=known.get(place))
        for place in names
        if place[0] in nodes
    }


def _space(facts: Facts, place: Place, *, dark: bool, like: Space | None = None) -> Space:
    held, sees = facts.places.get(place, {}), facts.sight(*place)
    return Space(place, held, sees, dark=dark, like=like)
