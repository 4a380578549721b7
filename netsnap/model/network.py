"""A snapshot as a forwarding network: namespaces, what joins them, and walks between them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from collector.capture import HOST
from netsnap.model.arp import mac_of
from netsnap.model.disposition import Disposition, Endpoint, Hop, Path
from netsnap.model.endpoints import endpoints_of
from netsnap.model.fib import Packet
from netsnap.model.flow import Service
from netsnap.model.gates import reverse_path_filter, reverse_path_gate
from netsnap.model.joins import Ends, join, joins_alike
from netsnap.model.numbers import Number, canonical, number
from netsnap.model.segment import Segment, segment, tunnel
from netsnap.model.space import Place, Port, Space, same_rows
from netsnap.model.spaces import Former, Spaces, spaces_of
from netsnap.model.tunnels import is_followed
from netsnap.model.walk import Walker
from parsers.facts import Fact, Facts, Held, Key
from parsers.records import Address, Container, Route

WHO_IS_THERE = frozenset({Address.kind, Container.kind})
"""Kinds of facts by which a namespace is a workload, and has its addresses."""


class Network(Spaces):
    """A snapshot's namespaces, joined. Nothing is computed before it is asked for."""

    def __init__(
        self,
        facts: Facts,
        spaces: Mapping[Place, Space],
        former: Former,
        like: "Network | None" = None,
    ) -> None:
        """Take namespaces as they are; ``former`` are those of another snapshot."""
        super().__init__(facts, spaces, like)
        self._former = former
        self.service: Service | None = None
        self._like = like
        self._segments: dict[Port, Segment] = {}
        self._ends: dict[str, Ends] = {}
        self.walker = Walker(self)
        self._checked: dict[Port, bool] = {}
        self._reversals: dict[tuple[str, str, str, str, str], Path | None] = {}

    @classmethod
    def of(
        cls,
        facts: Facts,
        *,
        assumed: Facts | None = None,
        service: Service | None = None,
        like: "Network | None" = None,
        same: frozenset[Place] = frozenset(),
    ) -> "Network":
        """Build the network of a snapshot.

        With a ``service``, packets in it are no pings, but what opens connections to that.

        ``assumed`` is an earlier or later snapshot, from which the workloads and addresses of
        nodes are taken that this one did not see. Such a node is dark: a walk that begins or
        arrives there is UNKNOWN. From the network ``like`` are taken the namespaces that say the
        ``same`` (``netsnap.diff.common``) and were as wholly read.
        """
        former = Former(assumed)
        known = like.spaces if like is not None else None
        spaces = spaces_of(facts, facts.reached, dark=False, like=known)
        if like is not None:
            spaces.update(_shared(like, facts, same & spaces.keys()))
        network = cls(facts, spaces | former.on_others(facts.reached), former, like)
        network.service = service
        return network

    def overlay(self, facts: Facts, entries: Mapping[Key, Fact | None]) -> "Network":
        """Return the network of ``facts``, which differ from this one's by ``entries``.

        None is a fact that is taken away. Namespaces without an entry are shared.
        """
        touched: dict[Place, dict[str, dict[Key, Fact | None]]] = defaultdict(
            lambda: defaultdict(dict)
        )
        for key, fact in entries.items():
            touched[key[:2]][key.kind][key] = fact
        spaces = dict(self.spaces)
        for place, altered in touched.items():
            if place[0] in facts.reached:
                old = spaces.get(place)
                held = _altered(old.held if old is not None else {}, altered)
                sees = facts.sight(*place)
                spaces[place] = Space(place, held, sees, dark=False, like=old)
        found = Network(facts, spaces, self._former, self)
        found.service = self.service
        found._inherit(self, entries)
        return found

    def _inherit(self, other: "Network", entries: Iterable[Key]) -> None:
        """Take over from a network like this one what does not depend on these entries."""
        kinds = {key.kind for key in entries}
        nodes = {key.node for key in entries}
        if other.spaces.keys() == self.spaces.keys() and kinds.isdisjoint(WHO_IS_THERE):
            self.__dict__["endpoints"] = other.endpoints
        self._ends = {node: ends for node, ends in other._ends.items() if node not in nodes}  # noqa: SLF001 -- likewise

    @cached_property
    def endpoints(self) -> tuple[Endpoint, ...]:
        """All workloads with a namespace of their own, in order of name."""
        if self._like is not None and self._has_who_it_had(self._like):
            return self._like.endpoints
        return endpoints_of(self.spaces, self._former.at)

    def _has_who_it_had(self, other: "Network") -> bool:
        """Say whether nothing tells other workloads, or other addresses of them, than ``other``."""
        return self.spaces.keys() == other.spaces.keys() and all(
            space is (known := other.spaces[place])
            or (not (space.dark or known.dark) and same_rows(space, known, WHO_IS_THERE))
            for place, space in self.spaces.items()
        )

    def walk(self, source: Place, destination: str, *, source_address: str = "") -> Path:
        """Walk a packet from a namespace to an address.

        ``source_address`` is the namespace's first of the family if it is not given. Raises
        ValueError for a destination that is no address.
        """
        space = self.spaces.get(source)
        if space is None:
            return Path(Disposition.UNKNOWN, (), f"{source[1]} on {source[0]} was not seen")
        target = canonical(destination)
        packet = Packet(source_address or _source(space, number(target)), target)
        return self._filtered(self.walker.begin(space, packet), packet)

    def segment(self, port: Port) -> Segment:
        """Return what an interface is connected to."""
        if port not in self._segments:
            self._segments[port] = segment(port, self.spaces, self.ends(port.node))
        return self._segments[port]

    def gate(self, port: Port) -> Path | None:
        """Return None for an interface that passes packets, or how they end there."""
        return self.walker.gate(port)

    def across_fabric(self, port: Port, target: str) -> tuple[tuple[Port, ...], str]:
        """Return the other nodes' interfaces on the link of ``port`` that have an address."""
        space = self.spaces[port[:2]]
        networks = space.networks(port.device)
        holders = [
            each for each in self.owners.get(number(target), ()) if each[0].node != port.node
        ]
        found = []
        for owner, own in holders:
            others = self.spaces[owner[:2]].networks(own.device)
            if not networks or any(a.meets(b) for a in networks for b in others):
                found.append(owner)
        if found or not (holders or self.faceless):
            return tuple(found), ""
        names = ", ".join(sorted({owner.node for owner, _ in holders} or self.faceless))
        return (), f"{target} may be reached on {names}; the snapshot does not show it"

    @cached_property
    def meshed(self) -> bool:
        """Whether any node sends to others by itself: over a tunnel, or to another node."""
        nodes = self.owners.keys()
        return any(
            isinstance(route := fact.record, Route)
            and not route.prefix.endswith("/0")
            and any(
                (hop.gateway and number(hop.gateway) in nodes) or _is_tunnel(space, hop.device)
                for hop in route.next_hops
            )
            for space in self.spaces.values()
            if space.netns == HOST and not space.dark
            for fact in space.facts.values()
        )

    def stand_ins(self, port: Port, mac: str) -> tuple[Port, ...]:
        """Return the other nodes' interfaces on the link of ``port`` with a hardware address.

        With "", those whose proxy_arp is on.
        """
        networks = self.spaces[port[:2]].networks(port.device)
        return tuple(
            other
            for other in self.stations.get(mac, ())
            if other.node != port.node
            and any(
                a.meets(b) for a in networks for b in self.spaces[other[:2]].networks(other.device)
            )
        )

    def formerly(self, port: Port, target: str) -> str:
        """Return the hardware address that an address was found at in the other snapshot."""
        space = self._former.at(port[:2])
        return mac_of(space.neighbour(port.device, target)[0]) if space is not None else ""

    def ends(self, node: str) -> Ends:
        """Return the joined ends of a node's veth pairs."""
        if node not in self._ends:
            seen = self.on.get(node, ())
            if self._like is not None and _are_joined_alike(seen, self._like.on.get(node, ())):
                self._ends[node] = self._like.ends(node)
            else:
                self._ends[node] = join(space for space in seen if not space.dark)
        return self._ends[node]

    def _filtered(self, path: Path, packet: Packet) -> Path:
        """Cut a path where a reverse-path filter drops the packet."""
        for at, hop in enumerate(path.hops):
            if hop.ingress and self._checks(hop):
                stop = self._reverse(hop, packet)
                if stop is not None:
                    return Path(stop.disposition, (*path.hops[:at], *stop.hops), stop.reason)
        return path

    def _checks(self, hop: Hop) -> bool:
        port = Port(hop.node, hop.netns, hop.ingress)
        if port not in self._checked:
            fact, _ = reverse_path_filter(self.spaces[port[:2]], port.device)
            self._checked[port] = fact is not None
        return self._checked[port]

    def _reverse(self, hop: Hop, packet: Packet) -> Path | None:
        to = packet.destination if self.asks_source else ""
        key = (hop.node, hop.netns, hop.ingress, packet.source, to)
        if key not in self._reversals:
            self._reversals[key] = reverse_path_gate(self.spaces[key[:2]], hop.ingress, packet)
        return self._reversals[key]


def _are_joined_alike(one: Sequence[Space], other: Sequence[Space]) -> bool:
    return len(one) == len(other) and all(map(joins_alike, one, other))


def _shared(like: Network, facts: Facts, same: frozenset[Place]) -> dict[Place, Space]:
    """Return the namespaces of a network that are those of other facts, too."""
    other = like.facts
    seen_otherwise = {place for place, _ in facts.hidden.items() ^ other.hidden.items()}
    seen_otherwise |= {key[:2] for key, _ in facts.half_hidden.items() ^ other.half_hidden.items()}
    reached = facts.reached & other.reached
    return {
        place: like.spaces[place]
        for place in same - seen_otherwise
        if place[0] in reached and facts.lists(*place) and other.lists(*place)
    }


def _altered(held: Held, altered: Mapping[str, Mapping[Key, Fact | None]]) -> Held:
    """Return facts by kind with some in another way; new ones come last."""
    found = dict(held)
    for kind, entries in altered.items():
        facts = {fact.key: fact for fact in held.get(kind, ())}
        mixed: Mapping[Key, Fact | None] = {**facts, **entries}
        found[kind] = [fact for fact in mixed.values() if fact is not None]
    return found


def _is_tunnel(space: Space, device: str) -> bool:
    found = space.interfaces.get(device)
    return found is not None and (is_followed(found[1]) or bool(tunnel(found[1])))


def _source(space: Space, target: Number) -> str:
    return next(
        (each for each in space.global_addresses if number(each).family == target.family), ""
    )
