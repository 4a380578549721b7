"""Interfaces that are too small for what is sent to them: why packets of full size are lost."""

from collections.abc import Sequence

from netsnap.explain.pings import Pings, Seen
from netsnap.model.mtu import Limit, narrowest

HEADERS = {4: 28, 6: 48}
"""What IP and ICMP add to a ping's data, in bytes."""


def too_small(pings: Pings, lost: Sequence[Seen]) -> str:
    """Say which interface none of these pings fits; "" if that is so of no one for all of them."""
    limits = {_limit(pings, seen) for seen in lost}
    limit = limits.pop()
    if limits or limit is None:
        return ""
    return f"only packets of up to {limit.size} bytes pass: {limit.words}"


def _limit(pings: Pings, seen: Seen) -> Limit | None:
    """Return what a ping, or its answer, is too large for."""
    state = pings.state(seen)
    size = (seen.ping.bytes or 0) + HEADERS[6 if ":" in seen.ping.target else 4]
    for way in (state.there, state.back):
        limit = narrowest(pings.network, way)
        if limit is not None and limit.size < size:
            return limit
    return None
