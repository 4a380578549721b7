"""What BIRD tells of itself."""

from dataclasses import dataclass
from typing import ClassVar

from parsers.records.routing import NextHop
from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class BirdStatus(Record):
    """What a BIRD is and since when (``show status``). ``daemon`` is "bird" or "bird6".

    BIRD reckons its two instants back from the time of the answer, so that they jitter by a
    second: they are drift. ``process`` (its pid, and its start in clock ticks since the node's
    boot) does not, and tells one run of the daemon from the next.
    """

    kind: ClassVar[str] = "bird-status"
    daemon: Identity[str]
    version: State[str] = ""
    router_id: State[str] = ""
    hostname: State[str] = ""
    status: State[str] = ""  # "Daemon is up and running", "Shutdown in progress" …
    recovering: State[bool] = False  # waits for its peers after a graceful restart
    process: Incarnation[str] = ""  # "4242/81733"
    server_time: Drift[str] = ""  # the three times as printed, in BIRD's own time zone …
    last_reboot: Drift[str] = ""
    last_reconfiguration: Drift[str] = ""
    rebooted_at: Drift[str] = ""  # … and in UTC (RFC 3339), "" where it cannot be known
    reconfigured_at: Drift[str] = ""
    details: Drift[tuple[str, ...]] = ()  # what it still waits for when recovering


@dataclass(frozen=True, slots=True)
class BirdProtocol(Record):
    """A protocol instance of BIRD (``show protocols all``).

    ``connection`` is BIRD's BGP state (Established, Active, Connect, OpenSent, Passive, Idle …);
    ``session`` folds the states a session that is down rotates through: "established" or "down";
    "" for a protocol that is not BGP. Of a protocol with several channels (BIRD 2) the fields
    tell the first; each has a BirdChannel of its own.
    """

    kind: ClassVar[str] = "bird-protocol"
    name: Identity[str]
    protocol: State[str]  # BGP, Kernel, Device, Static, Direct, Pipe …
    table: State[str] = ""
    state: State[str] = ""  # up, start, down
    session: State[str] = ""
    neighbour: State[str] = ""  # address
    neighbour_as: State[int | None] = None
    local_as: State[int | None] = None
    source: State[str] = ""  # our address of the session
    import_filter: State[str] = ""
    export_filter: State[str] = ""
    import_limit: State[str] = ""
    preference: State[int | None] = None
    connection: Drift[str] = ""
    last_error: Drift[str] = ""
    since: Drift[str] = ""  # as printed, in BIRD's own time zone
    info: Drift[str] = ""
    routes_imported: Drift[int | None] = None
    routes_exported: Drift[int | None] = None
    routes_filtered: Drift[int | None] = None
    details: Drift[tuple[str, ...]] = ()  # every other line of the block, as printed
    daemon: Identity[str] = "bird"  # or bird6: names are unique in one daemon only
    since_at: Drift[str] = ""  # `since` in UTC (RFC 3339), "" where it cannot be known


@dataclass(frozen=True, slots=True)
class BirdChannel(Record):
    """What a protocol of BIRD 2 and 3 carries between itself and one table."""

    kind: ClassVar[str] = "bird-channel"
    daemon: Identity[str]
    protocol: Identity[str]  # the instance's name
    name: Identity[str]  # ipv4, ipv6, roa4 …
    state: State[str] = ""  # UP, DOWN …
    table: State[str] = ""
    preference: State[int | None] = None
    import_filter: State[str] = ""
    export_filter: State[str] = ""
    limits: State[tuple[str, ...]] = ()  # "Import limit 100 block", sorted
    routes_imported: Drift[int | None] = None
    routes_exported: Drift[int | None] = None
    routes_filtered: Drift[int | None] = None


@dataclass(frozen=True, slots=True)
class BirdRoute(Record):
    """A route as BIRD holds it (``show route all``): of one prefix, one from each protocol.

    ``refused`` is BIRD's "!": the best route, which the kernel did not take. ``attributes`` are
    the lines below it ("BGP.local_pref: 100"), as printed, in order.
    """

    kind: ClassVar[str] = "bird-route"
    daemon: Identity[str]
    table: Identity[str]  # "" where the text does not say: BIRD 1 and its main table, master
    prefix: Identity[str]
    protocol: Identity[str]  # the instance's name
    type: State[str] = (
        ""  # unicast, blackhole, unreachable, prohibit; "" for what is no route (ROA, flow)
    )
    next_hops: State[tuple[NextHop, ...]] = ()
    primary: State[bool] = False  # the one that BIRD uses
    refused: State[bool] = False
    preference: State[int | None] = None
    info: State[str] = ""  # "(100/0) [AS65009i]": preference, metric, the path's end, as printed
    sender: State[str] = ""  # who told it, where that is not the next hop
    source: State[str] = ""  # "BGP unicast univ", "static"
    attributes: State[tuple[str, ...]] = ()
    since: Drift[str] = ""  # as printed, in BIRD's own time zone
    since_at: Drift[str] = ""  # in UTC (RFC 3339), "" where it cannot be known
    details: Drift[tuple[str, ...]] = ()  # BIRD 3's internal values


@dataclass(frozen=True, slots=True)
class BirdConfig(Record):
    """A statement of BIRD's configuration: ``import all`` in ``protocol bgp Mesh_10_0_0_1``.

    Where the order of statements is their meaning, in a filter or a function, ``after`` is the
    statement before this one.
    """

    kind: ClassVar[str] = "bird-config"
    daemon: Identity[str]
    file: Identity[str]  # as BIRD names it, in its own mount namespace
    block: Identity[str]  # "filter f / if (net = 10.0.0.0/8) then"; "" at the top
    statement: Identity[str]
    after: State[str] = ""
