"""Frames between two ports of a bridge that the host's packet filter is shown (br_netfilter).

With ``bridge-nf-call-iptables`` on, what containers on one bridge send each other is forwarded in
the eyes of the filter: in by the bridge, and out by it.
"""

from collector.capture import HOST
from netsnap.model.disposition import Hop
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4
from netsnap.model.segment import is_bridge
from netsnap.model.space import Port

SHOWN = {True: "net.bridge.bridge-nf-call-iptables", False: "net.bridge.bridge-nf-call-ip6tables"}


def shown(network: Network, hop: Hop, after: Hop, family: int) -> Hop | None:
    """Return the step that a filter of the host sees between two namespaces, None if none does."""
    if not hop.device or not after.ingress or HOST in (hop.netns, after.netns):
        return None
    host = network.spaces.get((hop.node, HOST))
    ends = network.ends(hop.node).get(Port(hop.node, hop.netns, hop.device), ())
    if host is None or hop.node != after.node or len(ends) != 1 or ends[0].netns != HOST:
        return None
    bridge = host.interfaces[ends[0].device][1].master
    _, value = host.switches.get(SHOWN[family == IPV4], (None, ""))
    if value != "1" or not is_bridge(host, bridge):
        return None
    return Hop(hop.node, HOST, bridge, ingress=bridge)
