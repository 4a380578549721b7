"""Whether lost pings all take another way than they did when they were answered."""

from collections.abc import Iterable

from collector.capture import HOST
from netsnap.explain.pings import Pings, Seen
from netsnap.model.disposition import Path


def detour(couples: Iterable[tuple[Seen, Seen]], before: Pings, after: Pings) -> str:
    """Say by which interfaces the pings left their node and do now, "" where that is the same.

    ``couples`` are pings as they were at t1 and at t2. Where a single one leaves as it did, the
    way is not what they have in common.
    """
    was, now = set[str](), set[str]()
    for old, new in couples:
        ways = (before.state(old).there, after.state(new).there)
        first, second = map(_way_out, ways)
        if not first or not second or first == second:
            return ""
        was.add(first)
        now.add(second)
    if not was or was & now:
        return ""
    return f"; all went by {_names(was)} at t1, and by {_names(now)} at t2"


def _way_out(path: Path) -> str:
    """Return the first interface by which a packet leaves a node's own namespace."""
    return next((hop.device for hop in path.hops if hop.netns == HOST and hop.device), "")


def _names(devices: set[str]) -> str:
    return " and ".join(sorted(devices))
