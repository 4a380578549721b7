"""With which address a workload speaks, and whether it answers pings at all (IPv4)."""

from netsnap.model.disposition import Disposition, Endpoint, Hop, Path
from netsnap.model.fib import Action, Member, Packet
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, number
from netsnap.model.space import Space
from parsers.records import Route

DEAF = "net.ipv4.icmp_echo_ignore_all"


def speaks_with(network: Network, endpoint: Endpoint, target: str, own: str) -> str:
    """Return the address that the workload's kernel gives to packets for ``target``.

    The route's own (``src``), or else the first of the interface that it leaves by, of those the
    first in the gateway's network (inet_select_addr in net/ipv4/devinet.c). ``own`` is the
    workload's first address, which it is where nothing is known.
    """
    space = network.spaces.get((endpoint.node, endpoint.netns))
    if space is None or space.dark or not target or space.speaks_with_one:
        return own
    if number(target).family != IPV4:
        return own
    decision = space.decide(Packet("", target), "")
    if decision.action is not Action.FORWARD:
        return own
    return _chosen(space, decision.members[0]) or own


def _chosen(space: Space, member: Member) -> str:
    route = member.route.record
    if isinstance(route, Route) and route.source:
        return route.source
    there = [
        each
        for each in space.addresses
        if each.device == member.hop.device
        and each.number.family == IPV4
        and each.scope in ("global", "")
    ]
    gateway = number(member.hop.gateway) if member.hop.gateway else None
    near = (each for each in there if gateway is None or each.block.holds(gateway))
    best = next(near, there[0] if there else None)
    return best.text if best else ""


def heard(network: Network, target: Endpoint, path: Path) -> Path:
    """Return how a ping ends that comes to ``target``: some are told to answer none."""
    space = network.spaces.get((target.node, target.netns))
    if network.service or space is None or path.disposition is not Disposition.DELIVERED:
        return path
    fact, value = space.switches.get(DEAF, (None, ""))
    if fact is None or value != "1" or number(target.addresses[0]).family != IPV4:
        return path
    here = Hop(*space.place, decided_by=fact.key, note="1", ingress=path.hops[-1].ingress)
    reason = f"{target.name} is told to answer no ping; other packets may pass"
    return Path(Disposition.FILTERED, (*path.hops[:-1], here), reason)
