"""From what a person calls the two ends of a way to what the model walks between."""

from collections.abc import Iterable
from dataclasses import replace

from collector.capture import HOST
from netsnap.model.disposition import Endpoint
from netsnap.model.network import Network
from netsnap.model.numbers import canonical


class UnknownEndError(Exception):
    """Nothing in the snapshot is called so; the message says what is."""


def find_end(network: Network, called: str) -> Endpoint:
    """Find a workload, a node or an address; one found by an address has that alone.

    A workload may be called without its namespace or node ("web-1" for "default/web-1") where
    only one is called so. An address that nobody in the snapshot has is outside: an endpoint
    without a node. Raises UnknownEndError for anything else.
    """
    known = {endpoint.name: endpoint for endpoint in network.endpoints}
    nodes = {node.name: node for node in _nodes(network)}
    if called in known or called in nodes:
        return known.get(called) or nodes[called]
    try:
        address = canonical(called)
    except ValueError:
        return _by_part(called, known.values(), nodes)
    for endpoint in (*known.values(), *nodes.values()):
        if address in endpoint.addresses:
            return replace(endpoint, addresses=(address,))
    return Endpoint(address, "", "", (address,))


def _nodes(network: Network) -> Iterable[Endpoint]:
    for space in network.spaces.values():
        if space.netns == HOST:
            yield Endpoint(space.node, space.node, HOST, space.global_addresses, space.dark)


def _by_part(called: str, workloads: Iterable[Endpoint], nodes: Iterable[str]) -> Endpoint:
    fits = [
        endpoint
        for endpoint in workloads
        if called in (endpoint.name.rpartition("/")[2], endpoint.name.partition("@")[0])
    ]
    if len(fits) == 1:
        return fits[0]
    if fits:
        names = ", ".join(endpoint.name for endpoint in fits)
        raise UnknownEndError(f"{called!r} may be any of {names}")
    close = [endpoint.name for endpoint in workloads if called in endpoint.name]
    listed = ", ".join([*close[:5]] or sorted(nodes)[:5])
    what = "did you mean" if close else "it has the nodes"
    raise UnknownEndError(
        f"no workload, node or address {called!r} in the snapshot; {what} {listed}"
    )
