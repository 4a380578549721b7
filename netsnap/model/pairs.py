"""All ordered pairs of workloads, and each one's way out of the cluster."""

from collections.abc import Iterable, Iterator

from collector.capture import HOST
from netsnap.model.disposition import Disposition, Endpoint, PairState, Path
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, number

PROBE = {IPV4: "198.51.100.1", 6: "2001:db8::1"}
"""Addresses that are nobody's (RFC 5737, RFC 3849), to stand for all that is outside."""


def pairs(network: Network, endpoints: Iterable[Endpoint] | None = None) -> Iterator[PairState]:
    """Yield the state of every ordered pair, in order of the endpoints given.

    Without endpoints, those of the network are taken.
    """
    chosen = tuple(network.endpoints if endpoints is None else endpoints)
    for source in chosen:
        for target in chosen:
            if source.name != target.name:
                yield pair_state(network, source, target)


def pair_state(network: Network, source: Endpoint, target: Endpoint) -> PairState:
    """Walk one pair there and back."""
    there, back = _addresses(source, target)
    return PairState(
        src=source.name,
        dst=target.name,
        there=_way(network, source, target, back, there),
        back=_way(network, target, source, there, back),
    )


def outside(network: Network) -> dict[str, Path]:
    """Walk from every endpoint to an address outside. LEFT_CLUSTER is the good end here.

    An answer from outside must come in again: where the endpoint's own node does not deliver to
    it, that is how its way out ends.
    """
    return {endpoint.name: _way_out(network, endpoint) for endpoint in network.endpoints}


def _way_out(network: Network, endpoint: Endpoint) -> Path:
    own = next(iter(endpoint.addresses), "")
    probe = PROBE[number(own).family if own else IPV4]
    way = network.walk((endpoint.node, endpoint.netns), probe, source_address=own)
    if way.disposition is not Disposition.LEFT_CLUSTER or not own:
        return way
    back = network.walk((endpoint.node, HOST), own)
    if back.disposition is Disposition.DELIVERED:
        return way
    return Path(back.disposition, (*way.hops, *back.hops), f"no answer comes in: {back.reason}")


def _addresses(source: Endpoint, target: Endpoint) -> tuple[str, str]:
    """Return the target's and the source's address of the first family that both have."""
    for there in target.addresses:
        for back in source.addresses:
            if number(there).family == number(back).family:
                return there, back
    return next(iter(target.addresses), ""), next(iter(source.addresses), "")


def _way(network: Network, source: Endpoint, target: Endpoint, own: str, to: str) -> Path:
    if not to:
        return _no_address(network, target)
    path = network.walk((source.node, source.netns), to, source_address=own)
    if path.disposition is not Disposition.DELIVERED:
        return path
    end = path.hops[-1]
    if (end.node, end.netns) == (target.node, target.netns):
        return path
    reason = f"{to} is not only {target.name}'s: it ends at {end.netns} on {end.node}"
    return Path(Disposition.NOT_OWNED, path.hops, reason)


def _no_address(network: Network, target: Endpoint) -> Path:
    space = network.spaces.get((target.node, target.netns))
    if space is None or space.dark or not space.sees("address"):
        return Path(Disposition.UNKNOWN, (), f"the addresses of {target.name} were not read")
    return Path(Disposition.NOT_OWNED, (), f"{target.name} has no address")
