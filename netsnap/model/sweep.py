"""Looking many addresses up at once: each prefix of a table takes those that it holds.

A set of addresses is a number whose bits are their places in the row, in which those of a prefix
stand together; so that a table is gone through once, however many addresses there are.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from netsnap.model.fib import Decision, Packet, RoutingPolicy
from netsnap.model.numbers import WIDTH, Number
from netsnap.model.space import Place, Space

Set = int
"""Places in a row, as the bits that are set."""
Found = Sequence[tuple[Decision, Set]]


class Addresses:
    """Workloads' addresses of one family in order, each with the place that it is known in.

    ``found`` is what was looked up, by the policies of which that is true.
    """

    def __init__(self, family: int, spots: frozenset[tuple[Number, str, Place]]) -> None:
        self.family = family
        self.spots = sorted(spots)
        self.at = {(place, text): at for at, (_, text, place) in enumerate(self.spots)}
        self.all = (1 << len(self.spots)) - 1
        self.found: dict[RoutingPolicy, Found] = {}
        self.within = cache(self._within)

    def _within(self, length: int) -> Mapping[int, Set]:
        """Return the addresses by their first bits, ``length`` of them."""
        sets: dict[int, Set] = {}
        beyond = WIDTH[self.family] - length
        for at, (address, _, _) in enumerate(self.spots):
            bits = address.bits >> beyond
            sets[bits] = sets.get(bits, 0) | 1 << at
        return sets

    def decisions(self, space: Space) -> Found:
        """Return what a namespace decides of all of them; nothing where that depends on more."""
        policy = space.policies[self.family]
        if policy.selects_source or policy.selects_ingress or space.unread_routes is not None:
            return ()
        if policy not in self.found:
            plain = policy.plain_tables
            self.found[policy] = (
                tuple(self._swept(policy)) if plain is not None else self._one_by_one(space)
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
        return tuple(sets.values())


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
