"""The plain ways of all workloads to all others, put together of sets.

What a node decides, it decides for all workloads that are on it, and mostly for all of another
node's; so that ways are found by node and next hop, and not pair by pair. They are those that
``sure`` finds pair by pair: the parts are the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.fib import Decision
from netsnap.model.numbers import IPV4, IPV6, Number, number
from netsnap.model.pairs import first_address
from netsnap.model.plain import Parts
from netsnap.model.space import Place, Port, Space
from netsnap.model.sweep import Addresses, Set, places, set_of

Checked = dict[tuple[Port, ...], Set]
"""Who is reached, by the ports on the way there that check the way back."""


class Ways:
    """The plain ways of one network between addresses of one family."""

    def __init__(self, parts: Parts, addresses: Addresses) -> None:
        self._parts = parts
        self._addresses = addresses
        self._spaces = parts.network.spaces
        self._tails: dict[tuple[Port, Set], Checked] = {}
        self._from_host = cache(self._onward)
        self._let_in = cache(self._who_is_let_in)

    def to_others(self, at: int) -> Set:
        """Return to whom there is a plain way from the workload at this place in the row."""
        _, own, place = self._addresses.spots[at]
        found = 0
        for port, some in self._next(self._spaces[place]):
            if port.netns != HOST:
                found |= self._for(at, self._tail(port, some))
                continue
            if not self._parts.passes(self._spaces[port[:2]], port, own):
                continue
            if self._let_in(self._checking((port,))) >> at & 1:
                found |= some & self._for(at, self._from_host(self._spaces[port[:2]]))
        return found

    def _for(self, at: int, checked: Checked) -> Set:
        """Return who is reached from one workload, whom filters on the way let in."""
        found = 0
        for ports, some in checked.items():
            if self._let_in(ports) >> at & 1:
                found |= some
        return found

    def _next(self, space: Space) -> Iterator[tuple[Port, Set]]:
        """Yield to which interface a namespace sends what is for whom."""
        onward = self._addresses.onward(space)
        for device, gateways in onward.gateways.items():
            ports = self._parts.across.ports(space, device, gateways)
            for port, (decision, some) in zip(ports, gateways.values(), strict=True):
                found = port or self._crossed(space, decision, some)
                if found is not None:
                    yield found, some
        for decision, some in onward.others:
            for each in _asked_alike(decision, some):
                found = self._crossed(space, decision, each)
                if found is not None:
                    yield found, each

    def _crossed(self, space: Space, decision: Decision, some: Set) -> Port | None:
        """Return where a decision leads to, for some of whom the same neighbour is asked."""
        first = (some & -some).bit_length() - 1
        return self._parts.crossed(space, decision, self._addresses.spots[first][1])

    def _onward(self, host: Space) -> Checked:
        found: Checked = {}
        for way in self._next(host):
            tail = self._tails[way] if way in self._tails else self._tail(*way)
            for ports, reached in tail.items():
                found[ports] = found.get(ports, 0) | reached
        return found

    def _tail(self, port: Port, some: Set) -> Checked:
        """Return who of some is reached from a port on, and is who has that address."""
        if (port, some) not in self._tails:
            reached: Checked = {}
            for at in places(some):
                _, to, place = self._addresses.spots[at]
                tail = self._parts.tail(port, to)
                if tail is not None and (tail[0].hops[-1].node, tail[0].hops[-1].netns) == place:
                    ports = self._checking(tail[1])
                    reached[ports] = reached.get(ports, 0) | 1 << at
            self._tails[port, some] = reached
        return self._tails[port, some]

    def _checking(self, ports: tuple[Port, ...]) -> tuple[Port, ...]:
        """Return those of some ports that check the way back; for IPv6 none does."""
        if self._addresses.family != IPV4:
            return ()
        return tuple(port for port in ports if self._parts.is_checked(port))

    def _who_is_let_in(self, ports: tuple[Port, ...]) -> Set:
        """Return whose packets the reverse-path filters of all these ports let in."""
        found = self._addresses.all
        for port in ports:
            onward = self._addresses.onward(self._spaces[port[:2]])
            found &= onward.by(port.device) if self._parts.is_strict(port) else onward.everyone
        return found


class Crowd:
    """Workloads that have addresses of one family, and the ways between them."""

    def __init__(self, parts: Parts, row: Addresses, ends: Mapping[int, Endpoint]) -> None:
        self._ways = Ways(parts, row)
        self.spots = {
            at: row.at[(end.node, end.netns), text]
            for at, end in ends.items()
            if (text := first_address(end, row.family))
        }
        self._ends = {spot: at for at, spot in self.spots.items()}
        self._everyone = set_of(self._ends)
        self.members = set_of(self.spots)

    def lacking(self, at: int, asked: Set) -> Set:
        """Return to whom of those that are asked about there is no plain way from one."""
        others = self.members & ~asked & ~(1 << at)
        spot = self.spots[at]
        lacking = self._everyone & ~self._ways.to_others(spot) & ~(1 << spot)
        return set_of(self._ends[each] for each in places(lacking)) & ~others


def _asked_alike(decision: Decision, some: Set) -> Iterator[Set]:
    """Part those for whom another neighbour is asked: all, where there is no gateway."""
    if all(member.hop.gateway for member in decision.members):
        yield some
    else:
        yield from (1 << at for at in places(some))


def rows_of(ends: Iterable[Endpoint]) -> Mapping[int, Addresses]:
    """Set up the first addresses of each family of some workloads in rows."""
    found: dict[int, set[tuple[Number, str, Place]]] = {IPV4: set(), IPV6: set()}
    for end in ends:
        for family, spots in found.items():
            if text := first_address(end, family):
                spots.add((number(text), text, (end.node, end.netns)))
    return {family: Addresses(family, frozenset(spots)) for family, spots in found.items() if spots}
