"""The largest packet that passes a way, and the interface that takes no larger one.

Who sends by an interface that is too small tells the sender so (or cuts the packet up, where that
is allowed); who gets a frame that is too large for the interface it comes in by throws it away
without a word. A VXLAN's own packet is 50 bytes longer than what it carries (RFC 7348), 70 where
it goes over IPv6.
"""

from collections.abc import Iterator
from typing import NamedTuple

from collector.capture import HOST
from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4, IPV6, number
from netsnap.model.tunnels import carried

OVERHEAD = {IPV4: 50, IPV6: 70}
"""IP and UDP and VXLAN headers, and that of the frame inside, in bytes."""
ARRIVED = frozenset({Disposition.DELIVERED, Disposition.LEFT_CLUSTER})


class Limit(NamedTuple):
    """The bytes of an IP packet that pass an interface. ``silent``: a larger one is not told of."""

    size: int
    node: str
    netns: str
    device: str
    silent: bool = False

    @property
    def words(self) -> str:
        """Say whose it is, and who hears of it: "eth0 of k8s3 takes no larger ones, silently"."""
        owner = self.node if self.netns == HOST else self.netns
        said = "drops larger ones, and says nothing" if self.silent else "sends no larger ones"
        return f"{self.device} of {owner} {said}"


def narrowest(network: Network, path: Path) -> Limit | None:
    """Return what limits a way that arrives; None where all takes what the sender's own takes.

    Where the MTU of an interface was not read, it limits nothing.
    """
    if path.disposition not in ARRIVED:
        return None
    limits = list(_limits(network, path))
    least = min(limits, key=lambda each: each.size, default=None)
    return least if least is not None and least.size < limits[0].size else None


def _limits(network: Network, path: Path) -> Iterator[Limit]:
    for hop in path.hops:
        space = network.spaces.get((hop.node, hop.netns))
        if space is None:
            continue
        if found := carried(space, hop):
            overhead = OVERHEAD[number(found.remote).family]
            way = network.walk((hop.node, hop.netns), found.remote, source_address=found.local)
            for limit in _limits(network, way):
                yield limit._replace(size=limit.size - overhead)
        elif not hop.note:
            yield from _of_hop(network, hop)


def _of_hop(network: Network, hop: Hop) -> Iterator[Limit]:
    interfaces = network.spaces[hop.node, hop.netns].interfaces
    for device, silent in ((hop.ingress, True), (hop.device, False)):
        mtu = interfaces[device][1].mtu if device in interfaces and device != "lo" else None
        if mtu is not None:
            yield Limit(mtu, hop.node, hop.netns, device, silent)
