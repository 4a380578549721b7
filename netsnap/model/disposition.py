"""What the model says of a packet."""

from dataclasses import dataclass
from enum import StrEnum

from parsers.facts import Key


class Disposition(StrEnum):
    """What happens to a packet, as far as the snapshot shows."""

    DELIVERED = "delivered"
    BLACKHOLE = "blackhole"
    UNREACHABLE = "unreachable"
    PROHIBIT = "prohibit"
    NO_ROUTE = "no route"
    LOOP = "loop"
    LEFT_CLUSTER = "left the cluster"  # to a next hop that is no node's: the way out
    LINK_DOWN = "link down"
    NEIGHBOUR_FAILED = "neighbour failed"
    NOT_OWNED = "not owned"  # arrived where nobody has the address
    NOT_FORWARDED = "not forwarded"  # the node's forwarding switch is off
    NO_GATEWAY = "no gateway"  # the node does not answer ARP for the pod's gateway
    FILTERED = "filtered"
    UNKNOWN = "unknown"  # the snapshot does not show it; the reason says what is missing


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a packet: where it was, which fact decided, and where it left.

    ``decided_by`` is the fact (route, interface, neighbour, sysctl …) that decided here, None
    where an absence decided. ``device`` is the interface it leaves by, "" at its end.
    """

    node: str
    netns: str
    device: str = ""
    decided_by: Key | None = None
    note: str = ""
    ingress: str = ""


@dataclass(frozen=True, slots=True)
class Path:
    """A packet's way to one address. ``reason`` is a clause: "no route to 192.168.23.194".

    ``doubts`` are lines of packet filters on the way, and what was not read there, of which it
    cannot be told whether they end the packet. They are no UNKNOWN: nearly every real cluster has
    some, and works. What they are good for is comparing: as long as they are the same, the packet
    fares alike.
    """

    disposition: Disposition
    hops: tuple[Hop, ...]
    reason: str = ""
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Endpoint:
    """A workload with addresses of its own.

    ``name`` is unique in the cluster: "namespace/pod", or "container@node" for a container that
    no pod claims. ``netns`` is its namespace's name on ``node``. ``addresses`` are without
    length, IPv4 before IPv6. ``assumed`` says that the node was not seen and the endpoint is
    taken over from an earlier snapshot.
    """

    name: str
    node: str
    netns: str
    addresses: tuple[str, ...]
    assumed: bool = False


@dataclass(frozen=True, slots=True)
class PairState:
    """Whether src reaches dst *and* the answer comes back, as a ping would find out."""

    src: str
    dst: str
    there: Path
    back: Path

    @property
    def works(self) -> bool | None:
        """True, False, or None: cannot tell. A way that surely fails outweighs an unknown one."""
        there, back = self.there.disposition, self.back.disposition
        if there is back is Disposition.DELIVERED:
            return True
        good = (Disposition.DELIVERED, Disposition.UNKNOWN)
        return None if there in good and back in good else False

    @property
    def doubts(self) -> tuple[str, ...]:
        """The doubts of both ways."""
        return self.there.doubts + self.back.doubts

    @property
    def disposition(self) -> Disposition:
        """How the first failing way ends; DELIVERED if both ways work."""
        there, back = self.there.disposition, self.back.disposition
        if there is Disposition.DELIVERED:
            return back
        return back if there is Disposition.UNKNOWN and back is not Disposition.DELIVERED else there
