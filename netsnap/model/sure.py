"""Pairs that surely work, told without a walk of their own.

Most pairs of a cluster work, and most of each way is the way of many pairs: from a workload into
its node, from a node by a next hop to another, from there to a workload. The parts are walked once
and put together. Wherever a part is anything but plain, nothing is said here, and the pair is
walked; what is said is what the walk says (``tests/model/test_sure.py``).
"""

from collector.capture import HOST
from netsnap.model.disposition import Disposition, Endpoint, Hop, Path
from netsnap.model.fib import Action, Decision, Packet
from netsnap.model.gates import STRICT, reverse_path_filter, transit_gate
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, number
from netsnap.model.pairs import common_addresses
from netsnap.model.sieve import sift, sifts
from netsnap.model.space import Place, Port, Space
from netsnap.model.speaking import DEAF

Doubts = tuple[str, ...]


class Sure:
    """The parts of the ways of one network, each walked once."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._walker = network.walker
        self._is_plain = not network.asks_source
        self._sifts = sifts(network)
        self._plain: dict[Place, bool] = {}
        self._decisions: dict[Place, dict[str, Decision | None]] = {}
        self._passes: dict[tuple[Port, int], bool] = {}
        self._checks: dict[Port, bool] = {}
        self._known: dict[tuple[Port, int], bool] = {}
        self._tails: dict[tuple[Port, str], tuple[Path, tuple[Port, ...]] | None] = {}

    def doubts(self, one: Endpoint, other: Endpoint) -> tuple[Doubts, Doubts] | None:
        """Return the doubts of a pair that works, and of the same pair turned round.

        None if either surely does not work, or if that takes a walk to tell.
        """
        to, own = common_addresses(one, other)
        if not (self._is_plain and to and own and self._speaks(one) and self._speaks(other)):
            return None
        there = self._way(one, own, other, to)
        back = self._way(other, to, one, own) if there is not None else None
        if there is None or back is None:
            return None
        return self._sifted(there, back, own, to) if self._sifts else ((), ())

    def _speaks(self, endpoint: Endpoint) -> bool:
        """Say whether a workload has one address to speak with, and answers pings."""
        place = endpoint.node, endpoint.netns
        if place not in self._plain:
            space = self._network.spaces.get(place)
            self._plain[place] = (
                space is not None
                and not space.dark
                and space.speaks_with_one
                and space.switches.get(DEAF, (None, ""))[1] != "1"
            )
        return self._plain[place]

    def _sifted(
        self, there: tuple[Hop, ...], back: tuple[Hop, ...], own: str, to: str
    ) -> tuple[Doubts, Doubts] | None:
        ways = (Path(Disposition.DELIVERED, hops) for hops in (there, back))
        found = []
        for way, source, target in zip(ways, (own, to), (to, own), strict=True):
            for new in (True, False):
                path = sift(self._network, way, source, target, new=new)
                if path.disposition is not Disposition.DELIVERED:
                    return None
                found.append(path.doubts)
        return found[0] + found[3], found[2] + found[1]

    def _way(self, one: Endpoint, own: str, other: Endpoint, to: str) -> tuple[Hop, ...] | None:
        """Return the hops of a plain way, or some hops if nobody sifts them; None if not plain."""
        space = self._network.spaces[one.node, one.netns]
        first = self._step(space, own, to, "")
        if first is None:
            return None
        if first[0].netns != HOST:
            return self._end(first, (), own, other, to)
        host = self._network.spaces[first[0][:2]]
        if host.dark or not self._enters(host, first[0], own, to):
            return None
        second = self._step(host, own, to, first[0].device)
        return None if second is None else self._end(second, first[1], own, other, to)

    def _end(
        self, step: tuple[Port, tuple[Hop, ...]], before: tuple[Hop, ...], own: str,
        other: Endpoint, to: str,
    ) -> tuple[Hop, ...] | None:  # fmt: skip
        tail = self._tail(step[0], to)
        if tail is None:
            return None
        path, ports = tail
        end = path.hops[-1]
        if end.netns != other.netns or end.node != other.node:
            return None
        for port in ports:
            if not self._is_way_back(port, own):
                return None
        return (*before, *step[1], *path.hops) if self._sifts else path.hops

    def _step(
        self, space: Space, own: str, to: str, ingress: str
    ) -> tuple[Port, tuple[Hop, ...]] | None:
        """Leave a namespace by its first next hop, if all of them lead on alike."""
        decision = self._decide(space, to)
        if decision is None or decision.action is not Action.FORWARD:
            return None
        first: Port | None = None
        for member in decision.members:
            crossing = self._walker.cross(space, member, Packet(own, to))
            if crossing.port is None or crossing.notes:
                return None
            if first is None:
                first = crossing.port
            elif crossing.port != first:
                return None  # several ways: the weakest counts
        if first is None:
            return None
        if not self._sifts:
            return first, ()
        member = decision.members[0]
        here = Hop(space.node, space.netns, member.hop.device, member.route.key, "", ingress)
        return first, (here,)

    def _enters(self, host: Space, port: Port, own: str, to: str) -> bool:
        """Say whether a host takes in, by a plain interface, what it will send on."""
        key = (port, number(to).family)
        if key not in self._passes:
            self._passes[key] = (
                self._walker.gate(port) is None
                and transit_gate(host, port, Packet(own, to)) is None
            )
        return self._passes[key] and (not self._is_checked(port) or self._is_way_back(port, own))

    def _decide(self, space: Space, to: str) -> Decision | None:
        """Look an address up where neither source nor interface matter."""
        known = self._decisions.setdefault(space.place, {})
        if to not in known:
            policy = space.policies[number(to).family]
            asks = policy.selects_source or policy.selects_ingress
            known[to] = None if asks else space.decide(Packet("", to), "")
        return known[to]

    def _tail(self, port: Port, to: str) -> tuple[Path, tuple[Port, ...]] | None:
        """Return the way on from a port, and the ports on it that check the way back."""
        key = (port, to)
        if key not in self._tails:
            path = self._walker.arrive(port, Packet("", to))
            entered = (Port(hop.node, hop.netns, hop.ingress) for hop in path.hops if hop.ingress)
            ports = tuple(port for port in entered if self._is_checked(port))
            delivered = path.disposition is Disposition.DELIVERED and path.hops
            self._tails[key] = (path, ports) if delivered else None
        return self._tails[key]

    def _is_checked(self, port: Port) -> bool:
        if port not in self._checks:
            space = self._network.spaces[port[:2]]
            self._checks[port] = reverse_path_filter(space, port.device)[0] is not None
        return self._checks[port]

    def _is_way_back(self, port: Port, own: str) -> bool:
        """Say whether the reverse-path filter of a port lets in what comes from an address."""
        if number(own).family != IPV4:
            return True
        space = self._network.spaces[port[:2]]
        decision = self._decide(space, own)
        if decision is None:
            return False
        key = (port, id(decision))  # tables give out each decision once, and are kept
        if key not in self._known:
            value = reverse_path_filter(space, port.device)[1]
            devices = {member.hop.device for member in decision.members}
            is_fine = not value or int(value) != STRICT or port.device in devices
            self._known[key] = decision.action is Action.FORWARD and is_fine
        return self._known[key]
