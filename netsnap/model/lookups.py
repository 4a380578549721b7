"""What a packet filter asks of the routing tables: -m rpfilter and -m addrtype (IPv4).

rpfilter_mt in net/ipv4/netfilter/ipt_rpfilter.c, match_type in net/netfilter/xt_addrtype.c. IPv6
asks otherwise, and is not told here.
"""

from collections.abc import Callable

from netsnap.model.fib import Action, Decision, Packet
from netsnap.model.flow import Flow
from netsnap.model.numbers import IPV4, number

LookUp = Callable[[Packet, str], Decision]
"""The decision of rules and tables on a packet that comes in by an interface."""
InTable = Callable[[str, str], Decision | None]
"""What one table (its name, an address) decides; None where it has nothing."""


class Lookups:
    """The routing tables of one namespace, as its packet filter asks them."""

    def __init__(self, decide: LookUp, table: InTable, *, readable: bool) -> None:
        self._decide = decide
        self._table = table
        self._readable = readable

    def comes_back(self, flow: Flow, *, loose: bool) -> bool | None:
        """Say whether what answers a packet leaves by the interface that it came in by."""
        if not (self._readable and flow.source and flow.iif) or flow.family != IPV4:
            return None
        decision = self._decide(Packet(flow.destination, flow.source), "")
        if decision.action is Action.UNKNOWN:
            return None
        if decision.action is not Action.FORWARD:
            return None if decision.action is Action.LOCAL else False
        return loose or any(member.hop.device == flow.iif for member in decision.members)

    def kind(self, address: str) -> str | None:
        """Return "local", "unicast", "broadcast" …, None if that cannot be told."""
        if not self._readable or not address or number(address).family != IPV4:
            return None
        if number(address).bits >> 28 == _MULTICAST:
            return "multicast"
        decision = self._table("local", address)
        if decision is None:
            return "unicast"
        return getattr(decision.fact.record, "type", None) if decision.fact is not None else None


_MULTICAST = 0xE
