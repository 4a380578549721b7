"""Pairs that surely work, told without a walk of their own.

Most pairs of a cluster work, and most of each way is the way of many pairs. It is put together of
its parts (``plain``). Wherever a part is anything but plain, nothing is said here, and the pair is
walked; what is said is what the walk says (``tests/model/test_sure.py``).
"""

from collections.abc import Mapping, Sequence

from collector.capture import HOST
from netsnap.model.disposition import Disposition, Endpoint, Hop, Path
from netsnap.model.network import Network
from netsnap.model.pairs import common_addresses
from netsnap.model.plain import Parts
from netsnap.model.sieve import sift, sifts
from netsnap.model.space import Port, Space
from netsnap.model.sweep import Addresses, Set, places, set_of
from netsnap.model.ways import Crowd, rows_of

Doubts = tuple[str, ...]
Ends = Sequence[Endpoint | None]
Rows = Mapping[int, Addresses]
"""By family, the addresses of the workloads that are asked about."""


class Sure:
    """The pairs of one network that surely work."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._parts = Parts(network)
        self._is_plain = not network.asks_source
        self._sifts = sifts(network)

    def doubts(self, one: Endpoint, other: Endpoint) -> tuple[Doubts, Doubts] | None:
        """Return the doubts of a pair that works, and of the same pair turned round.

        None if either surely does not work, or if that takes a walk to tell.
        """
        to, own = common_addresses(one, other)
        speak = to and own and self._parts.speaks(one) and self._parts.speaks(other)
        if not (self._is_plain and speak):
            return None
        there = self._way(one, own, other, to)
        back = self._way(other, to, one, own) if there is not None else None
        if there is None or back is None:
            return None
        return self._sifted(there, back, own, to) if self._sifts else ((), ())

    @property
    def asks_of_each(self) -> bool:
        """Whether a pair's own addresses may count on its way: what ``lacking`` cannot tell."""
        return self._sifts

    def lacking(self, ends: Ends, rows: Rows) -> list[Set]:
        """Return to whom of some workloads each of them has no plain way, or none to tell of.

        Workloads are given by their places in the row of ``ends``; who is None lacks none.
        """
        speak = {
            at: end for at, end in enumerate(ends) if end is not None and self._parts.speaks(end)
        }
        present = set_of(at for at, end in enumerate(ends) if end is not None)
        if not self._is_plain:
            return [present & ~(1 << at) if end else 0 for at, end in enumerate(ends)]
        crowds = [Crowd(self._parts, row, speak) for row in rows.values()]
        found = []
        for at, end in enumerate(ends):
            rest = present & ~(1 << at) if end is not None else 0
            lacking = 0
            for crowd in crowds:
                if at in crowd.spots:
                    lacking |= crowd.lacking(at, rest)
                    rest &= ~crowd.members
            found.append(lacking | rest)
        return found

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
        first = self._step(space, to, "")
        if first is None:
            return None
        port = first[0]
        if port.netns != HOST:
            return self._end(first, (), own, other, to)
        host = self._network.spaces[port[:2]]
        if not self._parts.passes(host, port, to):
            return None
        if self._parts.is_checked(port) and not self._parts.is_way_back(port, own):
            return None
        second = self._step(host, to, port.device)
        return None if second is None else self._end(second, first[1], own, other, to)

    def _end(
        self, step: tuple[Port, tuple[Hop, ...]], before: tuple[Hop, ...], own: str,
        other: Endpoint, to: str,
    ) -> tuple[Hop, ...] | None:  # fmt: skip
        tail = self._parts.tail(step[0], to)
        if tail is None:
            return None
        path, ports = tail
        end = path.hops[-1]
        if end.netns != other.netns or end.node != other.node:
            return None
        if not all(self._parts.is_way_back(port, own) for port in ports):
            return None
        return (*before, *step[1], *path.hops) if self._sifts else path.hops

    def _step(self, space: Space, to: str, ingress: str) -> tuple[Port, tuple[Hop, ...]] | None:
        """Leave a namespace by its first next hop, if all of them lead on alike."""
        decision = self._parts.decide(space, to)
        port = self._parts.crossed(space, decision, to) if decision is not None else None
        if decision is None or port is None:
            return None
        if not self._sifts:
            return port, ()
        member = decision.members[0]
        here = Hop(space.node, space.netns, member.hop.device, member.route.key, "", ingress)
        return port, (here,)


def unsure(then: "Sure", was: Ends, now: "Sure", is_: Ends) -> list[Set] | None:
    """Return the pairs that two networks do not both surely let through, each one both ways round.

    Workloads are given by their places in both rows, which are as long; a pair of which an end is
    missing in either is among them. None if that has to be asked pair by pair.
    """
    if then.asks_of_each or now.asks_of_each:
        return None
    rows = rows_of(end for end in (*was, *is_) if end is not None)
    here = set_of(at for at, ends in enumerate(zip(was, is_, strict=True)) if None not in ends)
    gone = ~(~0 << len(was)) & ~here
    found = [
        (one | other) & here | gone if here >> at & 1 else here | gone
        for at, (one, other) in enumerate(
            zip(then.lacking(was, rows), now.lacking(is_, rows), strict=True)
        )
    ]
    for at in places(here):
        for other in places(found[at] & here):
            found[other] |= 1 << at
    return [some & ~(1 << at) for at, some in enumerate(found)]
