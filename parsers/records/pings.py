"""What was seen to answer, as against what the tables say."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Record, State


@dataclass(frozen=True, slots=True)
class Ping(Record):
    """Whether one address was answered by another, in packets of one size.

    ``size`` is "small" (56 bytes of data) or "full": as long as the MTU of the way out, and not
    to be fragmented. ``answered`` is "yes" (any reply), "no", "too big" (somebody on the way said
    so, or the own kernel knew: the sender is told to send less) or "cannot" (it was not tried).
    One lost packet of several is no change: it shows in ``received``.
    """

    kind: ClassVar[str] = "ping"
    source: Identity[str]
    target: Identity[str]
    size: Identity[str]
    answered: State[str]
    bytes: Drift[int | None] = None  # ICMP's data; the packet is 28 longer, 48 with IPv6
    sent: Drift[int | None] = None
    received: Drift[int | None] = None
    rtt: Drift[str] = ""  # milliseconds, the mean, as printed
    said: Drift[str] = ""  # what ping or a router said of it
