"""Which namespaces are workloads, and by which addresses others know them."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from operator import attrgetter

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.space import Place, Space
from parsers.records import Container


def endpoints_of(
    spaces: Mapping[Place, Space], former: Callable[[Place], Space | None]
) -> tuple[Endpoint, ...]:
    """List the workloads: namespaces with a running container or an address of their own.

    A workload that has no address (any more, or that was not read) is sought by the one that it
    has in the other snapshot (``former``).
    """
    running = _running(spaces.values())
    found = []
    for place, space in spaces.items():
        if space.netns == HOST or not (space.global_addresses or place in running):
            continue
        addresses = space.global_addresses
        if not addresses and (was := former(place)) is not None:
            addresses = was.global_addresses
        found.append((place, addresses, space.dark))
    shared = Counter(_name(place) for place, _, _ in found)
    endpoints = [
        Endpoint(
            name=_name(place) if shared[_name(place)] == 1 else f"{_name(place)}@{place[0]}",
            node=place[0],
            netns=place[1],
            addresses=addresses,
            assumed=dark,
        )
        for place, addresses, dark in found
    ]
    return tuple(sorted(endpoints, key=attrgetter("name", "node", "netns")))


def _running(spaces: Iterable[Space]) -> frozenset[Place]:
    """Return the namespaces that running containers are in, by their workloads' names.

    A container that was given no network on purpose is none; a pod's sandbox has "none", too, and
    its network from CNI.
    """
    return frozenset(
        (space.node, fact.record.workload)
        for space in spaces
        for fact in space.of(Container)
        if isinstance(fact.record, Container)
        and fact.record.status in ("running", "paused")
        and (fact.record.role or fact.record.network_mode != "none")
    )


def _name(place: Place) -> str:
    """Return "namespace/pod" as it is, any other name with its node."""
    node, netns = place
    is_pod = "/" in netns and not netns.startswith(("mount:", "net:"))
    return netns if is_pod else f"{netns}@{node}"
