"""All ordered pairs of workloads, and each one's way out of the cluster."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import combinations

from collector.capture import HOST
from netsnap.model.disposition import Disposition, Endpoint, PairState, Path
from netsnap.model.fabric import beyond
from netsnap.model.masquerade import answer
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, IPV6, number
from netsnap.model.sieve import sift
from netsnap.model.speaking import heard, speaks_with

Spot = tuple[Endpoint, str]
"""A workload, and the address of it that a packet bears."""

PROBE = {IPV4: "198.51.100.1", IPV6: "2001:db8::1"}
"""Addresses that are nobody's (RFC 5737, RFC 3849), to stand for all that is outside."""


def pairs(network: Network, endpoints: Iterable[Endpoint] | None = None) -> Iterator[PairState]:
    """Yield the state of every ordered pair; each is followed by the same pair turned round.

    Without endpoints, those of the network are taken.
    """
    chosen = network.endpoints if endpoints is None else endpoints
    for one, other in combinations(chosen, 2):
        yield from both_states(network, one, other)


def pair_state(network: Network, source: Endpoint, target: Endpoint) -> PairState:
    """Walk one pair there and back."""
    return both_states(network, source, target)[0]


def both_states(network: Network, one: Endpoint, other: Endpoint) -> tuple[PairState, PairState]:
    """Walk one pair and the same pair turned round: they share their two ways."""
    to, own = common_addresses(one, other)
    there = _way(network, one, other, own, to)
    back = _way(network, other, one, to, own)
    speaks = speaks_with(network, one, to, own), speaks_with(network, other, own, to)
    if speaks == (own, to):
        return (
            _state(network, (one, own), (other, to), there, back),
            _state(network, (other, to), (one, own), back, there),
        )
    return (
        _spoken(network, (one, speaks[0]), (other, to)),
        _spoken(network, (other, speaks[1]), (one, own)),
    )


def _spoken(network: Network, source: Spot, target: Spot) -> PairState:
    """Walk a ping whose sender gives it another address than the one it is known by."""
    there = _way(network, source[0], target[0], source[1], target[1])
    back = _way(network, target[0], source[0], target[1], source[1])
    return _state(network, source, target, there, back)


def _state(network: Network, source: Spot, target: Spot, there: Path, plain: Path) -> PairState:
    """Filter a ping on its way ``there`` and its answer, which goes ``plain`` or by masquerade."""
    own, to = source[1], target[1]
    back = answer(network, source[0], own, there, plain)
    return PairState(
        source[0].name,
        target[0].name,
        heard(network, target[0], sift(network, there, own, to, new=True)),
        sift(network, back, to, own, new=False),
    )


def outside(network: Network) -> dict[str, Path]:
    """Walk from every endpoint to an address outside."""
    return {endpoint.name: way_out(network, endpoint) for endpoint in network.endpoints}


def way_out(network: Network, endpoint: Endpoint, target: str = "") -> Path:
    """Walk from an endpoint to an address outside. LEFT_CLUSTER is the good end here.

    ``target`` is nobody's address if it is not given. An answer from outside must come in again:
    where the endpoint's own node does not deliver to it, that is how its way out ends.
    """
    families = [number(target).family] if target else [IPV4, IPV6]
    own = next(filter(None, (first_address(endpoint, family) for family in families)), "")
    probe = target or PROBE[number(own).family if own else IPV4]
    own = speaks_with(network, endpoint, probe, own)
    way = network.walk((endpoint.node, endpoint.netns), probe, source_address=own)
    way = sift(network, way, own, probe, new=True)
    if way.disposition is not Disposition.LEFT_CLUSTER or not own:
        return way
    back = network.walk((endpoint.node, HOST), own)
    entry = replace(back.hops[0], ingress=way.hops[-1].device) if back.hops else None
    hops = (entry, *back.hops[1:]) if entry else ()
    back = sift(network, replace(back, hops=hops), probe, own, new=False)
    if back.disposition is Disposition.DELIVERED:
        return way
    return Path(back.disposition, (*way.hops, *back.hops), f"no answer comes in: {back.reason}")


def common_addresses(source: Endpoint, target: Endpoint) -> tuple[str, str]:
    """Return the target's and the source's address of the first family that both have."""
    for family in (IPV4, IPV6):
        there, back = first_address(target, family), first_address(source, family)
        if there and back:
            return there, back
    return next(iter(target.addresses), ""), next(iter(source.addresses), "")


def first_address(endpoint: Endpoint, family: int) -> str:
    """Return the first address of a family that others know a workload by, "" if it has none."""
    return next((each for each in endpoint.addresses if number(each).family == family), "")


def _way(network: Network, source: Endpoint, target: Endpoint, own: str, to: str) -> Path:
    if not to:
        return _no_address(network, target)
    path = network.walk((source.node, source.netns), to, source_address=own)
    path = beyond(network, path, target, own, to)
    if path.disposition is not Disposition.DELIVERED:
        return path
    end = path.hops[-1]
    if (end.node, end.netns) == (target.node, target.netns):
        return path
    taker = end.node if end.netns == HOST else f"{end.netns} on {end.node}"
    reason = f"{to} is not only {target.name}'s: {taker} takes it, and answers in its place"
    return Path(Disposition.NOT_OWNED, path.hops, reason)


def _no_address(network: Network, target: Endpoint) -> Path:
    space = network.spaces.get((target.node, target.netns))
    if space is None or space.dark or not space.sees("address"):
        return Path(Disposition.UNKNOWN, (), f"the addresses of {target.name} were not read")
    return Path(Disposition.NOT_OWNED, (), f"{target.name} has no address")
