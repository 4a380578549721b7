"""What an interface is connected to at layer 2: the other ends, as far as the snapshot shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from netsnap.model.bridging import bar
from netsnap.model.disposition import Path
from netsnap.model.joins import Ends
from netsnap.model.space import Place, Port, Space
from parsers.records import Interface

TUNNELS = frozenset(
    {
        *("vxlan", "geneve", "ipip", "gre", "gretap", "erspan", "ip6gre", "ip6gretap", "sit"),
        *("ip6tnl", "wireguard", "tun", "vti", "vti6", "xfrm", "ppp"),
        *("macvlan", "macvtap", "ipvlan", "ipvtap"),
    }
)
"""Link kinds (and link types, where ``ip`` printed no kind) that the model does not follow."""
TUNNEL_TYPES = frozenset({"ipip", "gre", "gre6", "sit", "tunnel6", "none", "ppp"})
ENDLESS = frozenset({"dummy", "ifb", "nlmon"})
"""Link kinds with nobody at the other end."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The layer-2 segment that an interface is in, without that interface.

    ``ends`` are the interfaces with a network stack behind them. ``fabric`` says that it leads out
    of the node. ``unseen`` is "" or says why there may be more ends than these. ``barred`` are ends
    that are connected and that a bridge passes nothing to, and why.
    """

    ends: tuple[Port, ...] = ()
    fabric: bool = False
    unseen: str = ""
    barred: tuple[tuple[Port, Path], ...] = ()


def tunnel(interface: Interface) -> str:
    """Return the kind of a device that the model does not follow, "" for any other."""
    if interface.link_kind in TUNNELS:
        return interface.link_kind
    if not interface.link_kind and interface.link_type in TUNNEL_TYPES:
        return interface.link_type if interface.link_type != "none" else "tunnel"
    return ""


def segment(port: Port, spaces: Mapping[Place, Space], ends: Ends) -> Segment:
    """Find the segment of an interface that exists. ``ends`` are the joined ends of its node."""
    space = spaces[port[:2]]
    interface = space.interfaces[port.device][1]
    if port.device == "lo" or interface.link_kind in ENDLESS:
        return Segment()
    if is_bridge(space, port.device):
        return _bridge(space, port.device, ends, without=None)
    others = ends.get(port)
    if others is None:
        return _unjoined(space, port)
    if len(others) > 1:
        return Segment(unseen=f"several namespaces could be behind {port.device} of {space.name}")
    far = others[0]
    beyond = spaces[far[:2]]
    master = beyond.interfaces[far.device][1].master
    if master and is_bridge(beyond, master):
        return _bridge(beyond, master, ends, without=far.device)
    return Segment((far,))


def is_bridge(space: Space, device: str) -> bool:
    """Say whether a device is a bridge: by its kind, or else because others have it as master."""
    found = space.interfaces.get(device)
    if found is None:
        return False
    if found[1].link_kind:
        return found[1].link_kind == "bridge"
    return any(each.master == device for _, each in space.interfaces.values())


def _unjoined(space: Space, port: Port) -> Segment:
    """A port whose other end is in no namespace that was seen: the fabric, or a lost veth."""
    if port.device in space.peers and not space.networks(port.device):
        return Segment(unseen=f"the other end of {port.device} of {space.name} was not seen")
    return Segment(fabric=True)


def _bridge(space: Space, bridge: str, ends: Ends, *, without: str | None) -> Segment:
    """All that hangs on a bridge; from one of its ports (``without``), also the bridge itself."""
    own = () if without is None else (without,)
    near = [((Port(space.node, space.netns, bridge)), bar(space, bridge, *own))] if own else []
    fabric, unseen = False, ""
    for name in _ports(space, bridge):
        others = ends.get(Port(space.node, space.netns, name))
        if name == without:
            continue
        if others is None:
            fabric = fabric or name not in space.peers
            unseen = unseen or (
                f"the other end of {name} on {bridge} was not seen" if name in space.peers else ""
            )
        elif len(others) > 1:
            unseen = f"several namespaces could be behind {name} on {bridge}"
        else:
            near.append((others[0], bar(space, bridge, name, *own)))
    found = tuple(end for end, stop in near if stop is None)
    return Segment(found, fabric, unseen, tuple((end, stop) for end, stop in near if stop))


def _ports(space: Space, bridge: str) -> Iterator[str]:
    for name, (_, interface) in space.interfaces.items():
        if interface.master == bridge and "UP" in interface.flags:
            yield name
