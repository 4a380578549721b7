"""How a kernel forwards: routes, rules, neighbours."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Record, State


@dataclass(frozen=True, slots=True)
class NextHop:
    """One next hop of a route; not a record of its own but a value inside Route."""

    gateway: str = ""  # address, of either family; "" is directly connected
    device: str = ""
    weight: int = 1
    flags: tuple[str, ...] = ()  # onlink, dead, linkdown, pervasive, offload …
    encap: str = ""


@dataclass(frozen=True, slots=True)
class Route(Record):
    """A route of one table (``ip route show table all``, ``ip -6 route show table all``)."""

    kind: ClassVar[str] = "route"
    family: Identity[int]
    table: Identity[str]  # "main", "local", "200" …; main when the text does not say
    prefix: Identity[str]
    tos: Identity[str] = ""
    metric: Identity[int | None] = None
    type: State[str] = "unicast"
    next_hops: State[tuple[NextHop, ...]] = ()
    protocol: State[str] = ""  # kernel, bird, static, boot, 80 …; "" is boot where ip omits it
    scope: State[str] = ""
    source: State[str] = ""  # preferred source address (`src`)
    from_prefix: Identity[str] = ""  # IPv6 subtree `from`
    preference: State[str] = ""  # IPv6 router preference (`pref`)
    next_hop_id: State[str] = ""  # nhid
    error: State[str] = ""
    attributes: State[tuple[str, ...]] = ()  # "mtu lock 1400", "advmss 1360" … sorted
    expires: Drift[str] = ""


@dataclass(frozen=True, slots=True)
class RouteException(Record):
    """What the kernel learned of a destination (``ip route show cache``): a smaller MTU, say.

    No route of a table, and it expires: none of them says that nobody told this host so.
    """

    kind: ClassVar[str] = "route-exception"
    family: Identity[int]
    destination: Identity[str]  # a prefix, of one address
    device: Identity[str] = ""
    source: Identity[str] = ""  # `from`, a prefix
    tos: Identity[str] = ""
    gateway: State[str] = ""
    mtu: State[int | None] = None
    flags: State[tuple[str, ...]] = ()  # redirected, local, onlink …
    attributes: State[tuple[str, ...]] = ()  # "metric 1024", "mtu lock" … sorted
    expires: Drift[str] = ""
    statistics: Drift[tuple[str, ...]] = ()  # users, age, used


@dataclass(frozen=True, slots=True)
class Rule(Record):
    """A policy routing rule (``ip rule``)."""

    kind: ClassVar[str] = "rule"
    family: Identity[int]
    priority: Identity[int]
    selector: Identity[str]  # "from all", "from all fwmark 0x10/0xff iif eth0" as printed
    action: State[str]  # "lookup main", "blackhole", "goto 100" …
    attributes: State[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class Neighbour(Record):
    """An ARP or NDP entry (``ip neigh``).

    ``condition`` folds the kernel's rotation: "resolved" (REACHABLE STALE DELAY PROBE),
    "permanent" (PERMANENT NOARP), "failed" (FAILED), "unresolved" (INCOMPLETE, NONE).
    """

    kind: ClassVar[str] = "neighbour"
    family: Identity[int]
    address: Identity[str]
    device: Identity[str]
    mac: State[str] = ""
    condition: State[str] = ""
    flags: State[tuple[str, ...]] = ()  # router, proxy, extern_learn …
    protocol: State[str] = ""  # who put it there, if it said: bird, zebra, 80 …
    nud: Drift[str] = ""
