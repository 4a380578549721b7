"""Packet filters on a way that routing found: which line ends the packet, and which may.

Switches that were not read (forwarding, rp_filter) may end it, too, and so may a next hop of which
it was not read whether it answers.
A ping's request is new to connection tracking and its answer is not, so that one way passes
where the other does not. What carries it through a VXLAN is a packet of its own, which filters on
the nodes judge as such: new each way, since its answer's ports are not its own turned round.
"""

from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.flow import Flow, Service
from netsnap.model.network import Network
from netsnap.model.ruleset import Judgement
from netsnap.model.tunnels import carried
from parsers.iptables import POLICY
from parsers.records import FilterRule, IptablesRule
from parsers.roles import Record

BEGINS = ("output", "postrouting", "egress")
CROSSES = ("ingress", "prerouting", "forward", "postrouting", "egress")
ENDS = ("ingress", "prerouting", "input")

ALIVE = frozenset({Disposition.DELIVERED, Disposition.LEFT_CLUSTER, Disposition.UNKNOWN})


def sift(
    network: Network,
    path: Path,
    source: str,
    destination: str,
    *,
    new: bool,
    service: Service | None = None,
) -> Path:
    """Cut a path where a packet filter surely drops the packet, and note what may drop it."""
    nothing_to_ask = not network.filtering and not network.unread
    if nothing_to_ask or path.disposition not in ALIVE or not destination:
        return path
    doubts: list[str] = []
    for at, hop in enumerate(path.hops):
        outer = _outer(network, hop)
        if outer is not None and outer.disposition is Disposition.FILTERED:
            reason = f"the tunnel's own packet: {outer.reason}"
            return Path(outer.disposition, (*path.hops[: at + 1], *outer.hops), reason)
        doubts += outer.doubts if outer is not None else ()
        hooks = _hooks(hop)
        if not hooks:
            continue
        place = (hop.node, hop.netns)
        doubts += (
            f"{hop.node} {hop.netns}: the {what} there were not read"
            for what in network.unread.get(place, ())
        )
        if place not in network.filtering:
            continue
        flow = Flow(source, destination, hop.ingress, hop.device, new, service)
        judged = network.spaces[place].ruleset.judge(hooks, flow)
        if judged.drop is not None:
            return _dropped(network, path, at, judged)
        doubts += (f"{hop.node} {hop.netns}: {doubt}" for doubt in judged.doubts)
    return Path(path.disposition, path.hops, path.reason, tuple(doubts)) if doubts else path


def _outer(network: Network, hop: Hop) -> Path | None:
    """Return the way of a tunnel's own packet behind filters; None where no tunnel begins."""
    found = carried(network.spaces[hop.node, hop.netns], hop)
    if found is None:
        return None
    way = network.walk((hop.node, hop.netns), found.remote, source_address=found.local)
    service = Service("udp", found.port)
    return sift(network, way, found.local, found.remote, new=True, service=service)


def _hooks(hop: Hop) -> tuple[str, ...]:
    """Return the hooks a packet passes at one step; none where the step is only a remark."""
    if hop.note:
        return ()
    if hop.ingress:
        return CROSSES if hop.device else ENDS
    return BEGINS if hop.device else ()


def _dropped(network: Network, path: Path, at: int, judged: Judgement) -> Path:
    hop, fact = path.hops[at], judged.drop
    said = _said(fact.record) if fact is not None else ""
    key = fact.key if fact is not None else None
    end = Hop(hop.node, hop.netns, "", key, "drops", hop.ingress)
    name = network.spaces[hop.node, hop.netns].name
    return Path(Disposition.FILTERED, (*path.hops[:at], end), f"{name} drops it: {said}")


def _said(record: Record) -> str:
    """Return a line and where it stands, as a person looks for it."""
    match record:
        case FilterRule():
            return f"“{record.rule}” in {record.table} {record.chain}"
        case IptablesRule():
            rule = f"policy {record.verdict}" if record.rule == POLICY else record.rule
            return f"“{rule}” in {record.backend} {record.family} {record.table} {record.chain}"
        case _:
            return ""
