"""Packet filters on a way that routing found: which line ends the packet, and which may.

Switches that were not read (forwarding, rp_filter) may end it, too, and so may a next hop of which
it was not read whether it answers.
A ping's request is new to connection tracking and its answer is not, so that one way passes
where the other does not. What carries it through a VXLAN is a packet of its own, which filters on
the nodes judge as such: new each way, since its answer's ports are not its own turned round.
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from itertools import pairwise

from collector.capture import HOST
from netsnap.model import ipsec
from netsnap.model.bridged import is_bridged, shown, untold, vlans_untold
from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.early import taken
from netsnap.model.flow import Flow, Sent, Service
from netsnap.model.marks import ANY_MARK, NO_MARK, Mark
from netsnap.model.network import Network
from netsnap.model.numbers import number
from netsnap.model.segment import tunnel
from netsnap.model.space import Space
from netsnap.model.tunnels import carried
from parsers.facts import Fact
from parsers.iptables import POLICY
from parsers.records import FilterRule, IptablesRule, XfrmPolicy
from parsers.roles import Record

BEGINS = ("output", "postrouting", "egress")
CROSSES = ("ingress", "prerouting", "forward", "postrouting", "egress")
ENDS = ("ingress", "prerouting", "input")

ALIVE = frozenset({Disposition.DELIVERED, Disposition.LEFT_CLUSTER, Disposition.UNKNOWN})


def sifts(network: Network) -> bool:
    """Say whether anything may end a packet that routing delivers."""
    return bool(
        network.filtering or network.unread or network.takers or network.full or network.tagging
    )


def sift(
    network: Network,
    path: Path,
    source: str,
    destination: str,
    *,
    new: bool,
    service: Service | None = None,
) -> Path:
    """Cut a path where a packet filter surely drops the packet, and note what may drop it.

    Without a service it is the network's, or else a ping, or its answer.
    """
    if not sifts(network) or path.disposition not in ALIVE or not destination:
        return path
    service = service or network.service
    header = (service.opening if new else service.answer) if service else None
    sent = Sent(source, destination, new, header)
    doubts: list[str] = list(path.doubts)
    doubts += (
        f"{hop.node} {HOST}: whether filters see what stays on a bridge was not read"
        for hop, after in pairwise(path.hops)
        if untold(network, hop, after)
    )
    vlans = (vlans_untold(network, *ends) for ends in pairwise(path.hops) if network.tagging)
    doubts += dict.fromkeys(filter(None, vlans))
    doubts += taken(network, path.hops) if network.takers or network.full else ()
    path = _with_bridges(network, path, number(destination).family)
    for at, hop in enumerate(path.hops):
        outer = _outer(network, hop)
        if outer is not None and outer.disposition is Disposition.FILTERED:
            reason = f"the tunnel's own packet: {outer.reason}"
            return Path(outer.disposition, (*path.hops[: at + 1], *outer.hops), reason)
        doubts += outer.doubts if outer is not None else ()
        if not _hooks(hop):
            continue
        drop, found = _judged(network, hop, sent)
        if drop is not None:
            return _dropped(network, path, at, drop)
        doubts += (f"{hop.node} {hop.netns}: {doubt}" for doubt in found)
    return Path(path.disposition, path.hops, path.reason, tuple(doubts)) if doubts else path


def _with_bridges(network: Network, path: Path, family: int) -> Path:
    """Return the path with the steps between ports of a bridge that filters see."""
    steps = [shown(network, *ends, family) for ends in pairwise(path.hops)]
    if not any(steps):
        return path
    hops = list(path.hops[:1])
    for step, hop in zip(steps, path.hops[1:], strict=True):
        hops += [hop] if step is None else [step, hop]
    return replace(path, hops=tuple(hops))


def _outer(network: Network, hop: Hop) -> Path | None:
    """Return the way of a tunnel's own packet behind filters; None where no tunnel begins."""
    found = carried(network.spaces[hop.node, hop.netns], hop)
    if found is None:
        return None
    way = network.walk((hop.node, hop.netns), found.remote, source_address=found.local)
    service = Service("udp", found.port)
    return sift(network, way, found.local, found.remote, new=True, service=service)


def _judged(network: Network, hop: Hop, sent: Sent) -> tuple[Fact | None, Iterable[str]]:
    """Return what surely drops a packet at one step, and what may."""
    place = (hop.node, hop.netns)
    doubts = [f"the {what} there were not read" for what in network.unread.get(place, ())]
    if place in network.filtering:
        space = network.spaces[place]
        mark = _mark(space, hop)
        flow = Flow(sent, hop.ingress, hop.device, mark)
        drop, found = space.ruleset.judge(_hooks(hop), flow)
        if drop is None and space.ipsec and not is_bridged(hop):
            drop, wrapped = space.ipsec.judge(flow, partial(space.has_no_ipsec, flow))
            found = (*found, *wrapped)
        return drop, (*doubts, *found)
    return None, doubts


def _mark(space: Space, hop: Hop) -> Mark:
    """Return the mark that a packet comes with: none, unless something else gives it one.

    tc may; and what comes out of a tunnel has the mark of the packet that it was wrapped in.
    """
    marking = space.marking
    found = space.interfaces.get(hop.ingress)
    if marking is None or hop.ingress in marking or (found and tunnel(found[1])):
        return ANY_MARK
    return NO_MARK


def _hooks(hop: Hop) -> tuple[str, ...]:
    """Return the hooks a packet passes at one step; none where the step is only a remark."""
    if hop.note:
        return ()
    if hop.ingress:
        return CROSSES if hop.device else ENDS
    return BEGINS if hop.device else ()


def _dropped(network: Network, path: Path, at: int, fact: Fact) -> Path:
    hop = path.hops[at]
    end = Hop(hop.node, hop.netns, "", fact.key, "drops", hop.ingress)
    name = network.spaces[hop.node, hop.netns].name
    return Path(
        Disposition.FILTERED, (*path.hops[:at], end), f"{name} drops it: {said(fact.record)}"
    )


def said(record: Record) -> str:
    """Return a line and where it stands, as a person looks for it."""
    match record:
        case FilterRule():
            return f"“{record.rule}” in {record.table} {record.chain}"
        case IptablesRule():
            rule = f"policy {record.verdict}" if record.rule == POLICY else record.rule
            return f"“{rule}” in {record.backend} {record.family} {record.table} {record.chain}"
        case XfrmPolicy():
            return ipsec.said(record)
        case _:
            return ""
