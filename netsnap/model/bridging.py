"""What keeps a bridge from passing a frame between two of its ports, or between one and itself."""

from collections.abc import Mapping
from itertools import pairwise

from netsnap.model.disposition import Disposition, Hop, Path
from netsnap.model.space import Space

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
    for name in ports:
        state = _options(space, name).get("state", FORWARDING)
        if state != FORWARDING:
            reason = f"{name} is {state} on {bridge} of {space.name}"
            return _stop(space, name, state, Disposition.LINK_DOWN, reason)
    if len(ports) > 1 and all(_options(space, name).get("isolated") == "on" for name in ports):
        reason = f"{' and '.join(ports)} are isolated from each other on {bridge} of {space.name}"
        return _stop(space, ports[0], "isolated", Disposition.FILTERED, reason)
    return None


def _options(space: Space, port: str) -> Mapping[str, str]:
    """Read "state forwarding … isolated off": each word with the one after it."""
    return dict(pairwise(space.interfaces[port][1].slave_detail.split()))


def _stop(space: Space, device: str, note: str, disposition: Disposition, reason: str) -> Path:
    key = space.interfaces[device][0].key
    return Path(disposition, (Hop(*space.place, device, key, note),), reason)
