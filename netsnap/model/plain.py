"""The parts that plain ways are put together of, each walked once.

Into a node, by a next hop to another, to a workload there. Where a part is not plain, nothing is
said of it.
"""

from netsnap.model.across import Across
from netsnap.model.disposition import Disposition, Endpoint, Path
from netsnap.model.fib import Action, Decision, Packet
from netsnap.model.gates import STRICT, reverse_path_filter, transit_gate
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, number
from netsnap.model.space import Place, Port, Space
from netsnap.model.speaking import DEAF

Tail = tuple[Path, tuple[Port, ...]]
"""The way on from a port, and the ports on it that check the way back."""


class Parts:
    """The parts of the plain ways of one network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._walker = network.walker
        self.across = Across(network)
        self._plain: dict[Place, bool] = {}
        self._decisions: dict[Place, dict[str, Decision | None]] = {}
        self._passes: dict[tuple[Port, int], bool] = {}
        self._checks: dict[Port, bool] = {}
        self._known: dict[tuple[Port, int], bool] = {}
        self._tails: dict[tuple[Port, str], Tail | None] = {}

    def speaks(self, endpoint: Endpoint) -> bool:
        """Say whether a workload has one address to speak with, and answers pings."""
        place = endpoint.node, endpoint.netns
        if place not in self._plain:
            space = self.network.spaces.get(place)
            self._plain[place] = (
                space is not None
                and not space.dark
                and space.speaks_with_one
                and space.switches.get(DEAF, (None, ""))[1] != "1"
            )
        return self._plain[place]

    def decide(self, space: Space, to: str) -> Decision | None:
        """Look an address up where neither source nor interface matter."""
        known = self._decisions.setdefault(space.place, {})
        if to not in known:
            policy = space.policies[number(to).family]
            asks = policy.selects_source or policy.selects_ingress
            known[to] = None if asks else space.decide(Packet("", to), "")
        return known[to]

    def crossed(self, space: Space, decision: Decision, to: str) -> Port | None:
        """Return where the next hops of a decision lead to, if all of them lead on alike."""
        if decision.action is not Action.FORWARD:
            return None
        first: Port | None = None
        for member in decision.members:
            port = self.across.port(space, member)
            if port is None:
                crossing = self._walker.cross(space, member, Packet("", to))
                if crossing.port is None or crossing.notes:
                    return None
                port = crossing.port
            if first is not None and port != first:
                return None  # several ways: the weakest counts
            first = port
        return first

    def passes(self, host: Space, port: Port, to: str) -> bool:
        """Say whether a host takes in, by a plain interface, what it will send on."""
        key = (port, number(to).family)
        if key not in self._passes:
            self._passes[key] = (
                not host.dark
                and self._walker.gate(port) is None
                and transit_gate(host, port, Packet("", to)) is None
            )
        return self._passes[key]

    def tail(self, port: Port, to: str) -> Tail | None:
        """Return the way on from a port to a workload, None if it ends otherwise."""
        key = (port, to)
        if key not in self._tails:
            path = self._walker.arrive(port, Packet("", to))
            entered = (Port(hop.node, hop.netns, hop.ingress) for hop in path.hops if hop.ingress)
            ports = tuple(port for port in entered if self.is_checked(port))
            delivered = path.disposition is Disposition.DELIVERED and path.hops
            self._tails[key] = (path, ports) if delivered else None
        return self._tails[key]

    def is_checked(self, port: Port) -> bool:
        """Say whether a reverse-path filter is on at a port."""
        if port not in self._checks:
            space = self.network.spaces[port[:2]]
            self._checks[port] = reverse_path_filter(space, port.device)[0] is not None
        return self._checks[port]

    def is_strict(self, port: Port) -> bool:
        """Say whether a port's reverse-path filter wants the way back to leave by the port."""
        value = reverse_path_filter(self.network.spaces[port[:2]], port.device)[1]
        return bool(value) and int(value) == STRICT

    def is_way_back(self, port: Port, own: str) -> bool:
        """Say whether the reverse-path filter of a port lets in what comes from an address."""
        if number(own).family != IPV4:
            return True
        decision = self.decide(self.network.spaces[port[:2]], own)
        if decision is None:
            return False
        key = (port, id(decision))  # tables give out each decision once, and are kept
        if key not in self._known:
            devices = {member.hop.device for member in decision.members}
            is_fine = not self.is_strict(port) or port.device in devices
            self._known[key] = decision.action is Action.FORWARD and is_fine
        return self._known[key]
