"""Packets for workloads that routers beyond the nodes take on: top-of-rack, or a cloud's own.

What such a router does is not seen, and nearly always it works. So the packet is taken for one
that comes in again at the workload's node, with a doubt, which is good for comparing: as long as
it is the same, the packet fares alike.
"""

from dataclasses import replace

from collector.capture import HOST
from netsnap.model.disposition import Disposition, Endpoint, Hop, Path
from netsnap.model.fib import Action, Packet
from netsnap.model.network import Network
from netsnap.model.space import Space
from parsers.records import BirdProtocol, CalicoPeer, Route

ESTABLISHED = "Established"
BIRD = "bird"


def beyond(network: Network, path: Path, target: Endpoint, own: str, to: str) -> Path:
    """Go on with a packet from ``own`` to ``to`` that left to a router which is told of ``to``."""
    if path.disposition is not Disposition.LEFT_CLUSTER or not path.hops:
        return path
    last = path.hops[-1]
    space = network.spaces[last.node, last.netns]
    gateways = _told(network, space, last)
    if not gateways or last.node == target.node:
        return path
    if not _of_nodes(space, network.spaces.get((target.node, HOST))).isdisjoint(gateways):
        return path
    way = network.walk((target.node, HOST), to, source_address=own)
    if not way.hops:
        return path
    entry = replace(way.hops[0], ingress=_way_in(network, target, own))
    hops = (*path.hops, entry, *way.hops[1:])
    if way.disposition is not Disposition.DELIVERED:
        return Path(way.disposition, hops, way.reason)
    doubt = (
        f"whether {' or '.join(gateways)} takes it from {last.node} to {target.node} is not seen"
    )
    return Path(way.disposition, hops, doubts=(doubt,))


def _told(network: Network, space: Space, hop: Hop) -> tuple[str, ...]:
    """Return the routers that a packet leaves to, if they are told of the nodes' workloads.

    They are where the route is no default and is one of BGP with them; and where no node sends
    to another's workloads itself, by a route that somebody made, or on nodes without BGP.
    """
    fact = space.facts.get(hop.decided_by) if hop.decided_by else None
    if space.netns != HOST or fact is None or not isinstance(fact.record, Route):
        return ()
    gateways = tuple(sorted({each.gateway for each in fact.record.next_hops if each.gateway}))
    made = not fact.record.prefix.endswith("/0")
    if made and _peers(space).issuperset(gateways):
        return gateways
    return gateways if not network.meshed and (made or not _speaks_bgp(space)) else ()


def _peers(space: Space) -> set[str]:
    """Return the addresses with which a node has a BGP session."""
    found = set()
    for fact in space.facts.values():
        match fact.record:
            case BirdProtocol(neighbour=address, connection=state) if state == ESTABLISHED:
                found.add(address)
            case CalicoPeer(address=address, connection=state) if state == ESTABLISHED:
                found.add(address)
    return found


def _of_nodes(space: Space, there: Space | None) -> set[str]:
    """Return addresses that are a node's for sure, whether or not it still has them.

    They are its peers' of the mesh of nodes, and the one that the node ``there`` speaks BGP from.
    """
    found = set()
    for fact in space.facts.values():
        match fact.record:
            case BirdProtocol(name=name, neighbour=address) if name.startswith("Mesh_"):
                found.add(address)
            case CalicoPeer(address=address, peer_type="node-to-node mesh"):
                found.add(address)
    for fact in there.facts.values() if there is not None else ():
        if isinstance(fact.record, BirdProtocol) and fact.record.source:
            found.add(fact.record.source)
    return found


def _speaks_bgp(space: Space) -> bool:
    return any(
        isinstance(fact.record, BirdProtocol | CalicoPeer)
        or (isinstance(fact.record, Route) and fact.record.protocol == BIRD)
        for fact in space.facts.values()
    )


def _way_in(network: Network, target: Endpoint, own: str) -> str:
    """Return the interface by which a node would answer: by it, most likely, the packet comes."""
    space = network.spaces.get((target.node, HOST))
    if space is None or space.dark or not own:
        return ""
    decision = space.decide(Packet("", own), "")
    return decision.members[0].hop.device if decision.action is Action.FORWARD else ""
