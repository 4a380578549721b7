"""Looking many addresses up at once: each prefix of a table takes those that it holds.

A set of addresses is a number whose bits are their places in the row, in which those of a prefix
stand together; so that a table is gone through once, however many addresses there are.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from netsnap.model.fib import Action, Decision, Packet, RoutingPolicy, is_plain
from netsnap.model.numbers import WIDTH, Number
from netsnap.model.space import Place, Space

Set = int
"""Places in a row, as the bits that are set."""
Found = Iterable[tuple[Decision, Set]]


class Onward(NamedTuple):
    """Whom a namespace sends on to, and how.

    ``gateways`` has by interface and gateway those to whom that alone leads, and the first of the
    decisions that say so: what else differs between these does not count. ``others`` are the
    decisions that are left, of several next hops or none but the address itself.
    """

    gateways: Mapping[str, Mapping[str, tuple[Decision, Set]]]
    others: tuple[tuple[Decision, Set], ...]

    @classmethod
    def of(cls, found: Found) -> "Onward":
        """Sort what was decided."""
        gateways: dict[str, dict[str, tuple[Decision, Set]]] = {}
        others = []
        for decision, some in found:
            if decision.action is not Action.FORWARD:
                continue
            hop = decision.members[0].hop
            if len(decision.members) > 1 or not is_plain(hop):
                others.append((decision, some))
                continue
            known = gateways.setdefault(hop.device, {})
            if hop.gateway in known:
                first, whom = known[hop.gateway]
                known[hop.gateway] = first, whom | some
            else:
                known[hop.gateway] = decision, some
        return cls(gateways, tuple(others))

    def by(self, device: str) -> Set:
        """Return to whom an interface leads."""
        found = 0
        for _, some in self.gateways.get(device, {}).values():
            found |= some
        for decision, some in self.others:
            if any(member.hop.device == device for member in decision.members):
                found |= some
        return found

    @property
    def everyone(self) -> Set:
        """All to whom anything leads."""
        found = 0
        for gateways in self.gateways.values():
            for _, some in gateways.values():
                found |= some
        for _, some in self.others:
            found |= some
        return found


NOWHERE = Onward({}, ())


class Addresses:
    """Workloads' addresses of one family in order, each with the place that it is known in.

    ``found`` is what was looked up, by the policies of which that is true.
    """

    def __init__(self, family: int, spots: frozenset[tuple[Number, str, Place]]) -> None:
        self.family = family
        self.spots = sorted(spots)
        self.at = {(place, text): at for at, (_, text, place) in enumerate(self.spots)}
        self.all = (1 << len(self.spots)) - 1
        self.found: dict[RoutingPolicy, Onward] = {}
        self.within = cache(self._within)

    def _within(self, length: int) -> Mapping[int, Set]:
        """Return the addresses by their first bits, ``length`` of them."""
        sets: dict[int, Set] = {}
        beyond = WIDTH[self.family] - length
        for at, (address, _, _) in enumerate(self.spots):
            bits = address.bits >> beyond
            sets[bits] = sets.get(bits, 0) | 1 << at
        return sets

    def onward(self, space: Space) -> Onward:
        """Return whom a namespace sends on to; nobody where that depends on more than who it is."""
        policy = space.policies[self.family]
        if policy.selects_source or policy.selects_ingress or space.unread_routes is not None:
            return NOWHERE
        if policy not in self.found:
            plain = policy.plain_tables is not None
            self.found[policy] = Onward.of(
                self._swept(policy) if plain else self._one_by_one(space)
            )
        return self.found[policy]

    def _swept(self, policy: RoutingPolicy) -> Iterator[tuple[Decision, Set]]:
        left = self.all
        for table, shortest in policy.plain_tables or ():
            for decision, some in table.sweep(self.within, left, shortest):
                left ^= some
                yield decision, some

    def _one_by_one(self, space: Space) -> Found:
        sets: dict[int, tuple[Decision, Set]] = {}
        for at, (_, text, _) in enumerate(self.spots):
            decision = space.decide(Packet("", text), "")
            _, some = sets.get(id(decision), (decision, 0))
            sets[id(decision)] = (decision, some | 1 << at)
        return sets.values()


def places(some: Set) -> Iterator[int]:
    """Yield the places in a set, from the first on."""
    while some:
        lowest = some & -some
        yield lowest.bit_length() - 1
        some ^= lowest


def set_of(some: Iterable[int]) -> Set:
    """Return the set of these places."""
    found = 0
    for each in some:
        found |= 1 << each
    return found
