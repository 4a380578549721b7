"""What keeps a bridge from passing a frame between two of its ports, or between one and itself."""

from itertools import pairwise

from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.space import Space
from parsers.records import BridgeVlan, Interface

FORWARDING = "forwarding"


def bar(space: Space, bridge: str, *ports: str) -> Path | None:
    """Return None where a bridge passes frames, or how they end.

    ``ports`` are the two ports, or the one where the other end is the bridge itself. A port's
    state and isolation are known where ``ip -d`` tells them, and bar nothing where it does not
    (should_deliver in net/bridge/br_forward.c).
    """
    if "UP" not in space.interfaces[bridge][1].flags:
        reason = f"{bridge} of {space.name} is down"
        return _stop(space, bridge, "is down", Disposition.LINK_DOWN, reason)
    told = {name: port_of(space.interfaces[name][1]) for name in ports}
    for name, (state, _) in told.items():
        if state != FORWARDING:
            reason = f"{name} is {state} on {bridge} of {space.name}"
            return _stop(space, name, state, Disposition.LINK_DOWN, reason)
    if len(ports) > 1 and all(isolated == "on" for _, isolated in told.values()):
        reason = f"{' and '.join(ports)} are isolated from each other on {bridge} of {space.name}"
        return _stop(space, ports[0], "isolated", Disposition.FILTERED, reason)
    return None


def filters_vlans(interface: Interface) -> bool:
    """Say whether a device is a bridge that passes a frame only where its VLAN is let pass."""
    return dict(pairwise(interface.kind_detail.split())).get("vlan_filtering") == "1"


def vlans_of(space: Space, device: str) -> str:
    """Return the VLANs that a port lets pass, as a person looks for them."""
    if not space.sees(BridgeVlan.kind):
        return "which were not read"
    own = (fact.record for fact in space.of(BridgeVlan))
    told = [
        " ".join((each.vlan, *each.flags))
        for each in own
        if isinstance(each, BridgeVlan) and each.device == device
    ]
    return ", ".join(told) or "none"


def port_of(interface: Interface) -> tuple[str, str]:
    """Return a port's state and isolation, from "state forwarding … isolated off"."""
    options = dict(pairwise(interface.slave_detail.split()))
    return options.get("state", FORWARDING), options.get("isolated", "")


def _stop(space: Space, device: str, note: str, disposition: Disposition, reason: str) -> Path:
    key = space.interfaces[device][0].key
    return Path(disposition, (Hop(*space.place, device, key, note),), reason)
