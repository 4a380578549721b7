"""Frames between two ports of a bridge that the host's packet filter is shown (br_netfilter).

With ``bridge-nf-call-iptables`` on, what containers on one bridge send each other is forwarded in
the eyes of the filter: in by the bridge, and out by it. IPsec's policies are asked by what routes
(``ip_forward``), and so of no such frame.
"""

from collector.capture import HOST
from netsnap.model.bridging import filters_vlans, vlans_of
from netsnap.model.disposition import Hop
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4
from netsnap.model.segment import is_bridge
from netsnap.model.space import Port, Space
from parsers.records import Sysctl

SHOWN = {True: "net.bridge.bridge-nf-call-iptables", False: "net.bridge.bridge-nf-call-ip6tables"}


def shown(network: Network, hop: Hop, after: Hop, family: int) -> Hop | None:
    """Return the step that a filter of the host sees between two namespaces, None if none does."""
    host, bridge = _between(network, hop, after)
    if host is None or host.switches.get(SHOWN[family == IPV4], (None, ""))[1] != "1":
        return None
    return Hop(hop.node, HOST, bridge, ingress=bridge)


def is_bridged(hop: Hop) -> bool:
    """Say whether a step is a bridge's own: of frames that it passes on, which nobody routed."""
    return bool(hop.device) and hop.ingress == hop.device and hop.decided_by is None


def untold(network: Network, hop: Hop, after: Hop) -> bool:
    """Say whether a filter of the host may see frames, since its switches were not read."""
    host, _ = _between(network, hop, after)
    return host is not None and host.place in network.filtering and not host.sees(Sysctl.kind)


def vlans_untold(network: Network, hop: Hop, after: Hop) -> str:
    """Return what a bridge between two steps lets pass, where it asks for VLANs; "" elsewhere.

    That it passes a packet is no more than likely: tags that a port puts on or takes off are not
    followed. As long as its ports let the same pass, it does what it did.
    """
    host = network.spaces.get((hop.node, HOST))
    if host is None or hop.node != after.node:
        return ""
    ends = network.ends(hop.node)
    sides = ((hop.netns, hop.device), (after.netns, after.ingress))
    ports = [
        end.device
        for netns, device in sides
        if netns != HOST
        for end in ends.get(Port(hop.node, netns, device), ())
        if end.netns == HOST
    ]
    masters = [host.interfaces[port][1].master for port in ports]
    bridge = next((name for name in masters if name in host.interfaces), "")
    if not bridge or not filters_vlans(host.interfaces[bridge][1]):
        return ""
    told = "; ".join(vlans_of(host, port) for port in (*ports, bridge)[:2])
    return f"{host.node} {HOST}: whether {bridge} passes it, which filters VLANs ({told})"


def _between(network: Network, hop: Hop, after: Hop) -> tuple[Space | None, str]:
    """Return the host and its bridge that two namespaces are on, (None, "") if none is."""
    nobody = None, ""
    if not hop.device or not after.ingress or HOST in (hop.netns, after.netns):
        return nobody
    host = network.spaces.get((hop.node, HOST))
    ends = network.ends(hop.node).get(Port(hop.node, hop.netns, hop.device), ())
    if host is None or hop.node != after.node or len(ends) != 1 or ends[0].netns != HOST:
        return nobody
    bridge = host.interfaces[ends[0].device][1].master
    return (host, bridge) if is_bridge(host, bridge) else nobody
