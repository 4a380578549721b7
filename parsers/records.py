"""Every kind of record that netsnap reads. ``docs/records.md`` is generated from this file.

Addresses and prefixes are text in canonical form (``ipaddress``): a prefix always has its length
("192.168.23.192/26", "10.0.0.5/32", "0.0.0.0/0"), an address never. MAC addresses are lower case.
An empty string is "the text does not say"; None is likewise for numbers.
"""

from dataclasses import dataclass
from typing import ClassVar

from parsers.roles import Drift, Identity, Incarnation, Record, State


@dataclass(frozen=True, slots=True)
class NetworkNamespace(Record):
    """A network namespace of the node, seen through a process or a bind mount (probe ``netns``)."""

    kind: ClassVar[str] = "netns"
    inode: Identity[int]
    pids: Drift[tuple[int, ...]] = ()
    mounts: Drift[tuple[str, ...]] = ()


@dataclass(frozen=True, slots=True)
class Interface(Record):
    """A network interface (``ip addr``).

    ``flags`` are sorted without carrier flags' drift: UP, LOWER_UP, NO-CARRIER … as printed.
    ``peer_index`` is the N of ``@ifN``; ``lower`` the name after ``@`` where the kernel printed a
    name. ``peer_netns`` is link-netnsid ("0"), or link-netns (a name), "" when the peer lives in
    the same namespace or there is none.
    """

    kind: ClassVar[str] = "interface"
    name: Identity[str]
    index: Incarnation[int]
    flags: State[tuple[str, ...]] = ()
    mtu: State[int | None] = None
    qdisc: State[str] = ""
    operstate: State[str] = ""
    master: State[str] = ""
    link_type: State[str] = ""
    mac: State[str] = ""
    broadcast: State[str] = ""
    lower: State[str] = ""
    peer_index: Incarnation[int | None] = None
    peer_netns: Incarnation[str] = ""
    link_kind: State[str] = ""  # veth, bridge, vxlan, ipip … with `ip -d`
    kind_detail: State[str] = ""  # the rest of that line, as printed, less ``volatile``
    group: State[str] = ""
    queue_length: State[int | None] = None
    alt_names: State[tuple[str, ...]] = ()
    promiscuity: State[int | None] = None
    slave_kind: State[str] = ""  # bridge_slave, bond_slave, vrf_slave …
    slave_detail: State[str] = ""  # the rest of that line, as printed
    alias: State[str] = ""
    xdp: State[str] = ""  # xdp, xdpgeneric, xdpoffload; its program's id is left out
    volatile: Drift[tuple[str, ...]] = ()  # timers and counters taken out of the details


@dataclass(frozen=True, slots=True)
class Address(Record):
    """An address on an interface (``ip addr``)."""

    kind: ClassVar[str] = "address"
    interface: Identity[str]
    family: Identity[int]  # 4 or 6
    address: Identity[str]  # with its length: "172.16.0.57/24"
    peer: State[str] = ""
    broadcast: State[str] = ""
    scope: State[str] = ""
    flags: State[tuple[str, ...]] = ()  # secondary, dynamic, tentative, dadfailed, noprefixroute …
    label: State[str] = ""
    metric: State[int | None] = None
    valid_lifetime: Drift[int | None] = None  # seconds; None is forever
    preferred_lifetime: Drift[int | None] = None


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
    nud: Drift[str] = ""


@dataclass(frozen=True, slots=True)
class DriverStatistics(Record):
    """The driver's counters of one interface (``ethtool -S``); ``peer_index`` for a veth."""

    kind: ClassVar[str] = "driver-statistics"
    interface: Identity[str]
    peer_index: Incarnation[int | None] = None
    counters: Drift[tuple[tuple[str, int], ...]] = ()


@dataclass(frozen=True, slots=True)
class ContainerSummary(Record):
    """A row of ``docker ps``."""

    kind: ClassVar[str] = "container-summary"
    name: Identity[str]
    id: Incarnation[str] = ""
    image: State[str] = ""
    command: State[str] = ""
    created: Drift[str] = ""
    status: Drift[str] = ""  # "Up 16 hours": docker inspect has the instant
    ports: State[str] = ""


@dataclass(frozen=True, slots=True)
class Container(Record):
    """A container (``docker inspect``).

    ``workload`` is the stable name of what the container belongs to: "namespace/pod" for a
    Kubernetes container (from its labels or its k8s_… name), else the container's own name.
    ``role`` is "sandbox" for a pause container, "app" for another container of a pod, else "".
    Times are RFC 3339 as printed. ``env`` holds masked values only.
    """

    kind: ClassVar[str] = "container"
    name: Identity[str]
    id: Incarnation[str] = ""
    workload: State[str] = ""
    role: State[str] = ""
    status: State[str] = ""  # running, exited, paused …
    health: State[str] = ""
    exit_code: State[int | None] = None
    oom_killed: State[bool | None] = None
    image: State[str] = ""
    image_id: State[str] = ""
    network_mode: State[str] = ""  # container ids inside it are shortened to "container:NAME"
    addresses: State[tuple[str, ...]] = ()  # "bridge=172.17.0.2" for each docker network
    restart_policy: State[str] = ""
    env: State[tuple[str, ...]] = ()
    pid: Incarnation[int | None] = None
    sandbox_key: Incarnation[str] = ""
    created_at: Incarnation[str] = ""
    started_at: Incarnation[str] = ""
    finished_at: Incarnation[str] = ""
    restart_count: Drift[int | None] = None


@dataclass(frozen=True, slots=True)
class CalicoProcess(Record):
    """Which of Calico's daemons run, as ``calicoctl node status`` says."""

    kind: ClassVar[str] = "calico-process"
    name: Identity[str]  # "calico", "bird", "bird6"
    status: State[str]  # "running", "not running", or the error it printed


@dataclass(frozen=True, slots=True)
class CalicoPeer(Record):
    """A row of the BGP table of ``calicoctl node status``."""

    kind: ClassVar[str] = "calico-peer"
    family: Identity[int]
    address: Identity[str]
    peer_type: State[str] = ""
    state: State[str] = ""  # up, start, down, wait …
    connection: State[str] = ""  # first word of INFO: Established, Active, Connect, Idle …
    error: Drift[str] = ""  # the rest of INFO: only the *last* error, overwritten at each retry
    since: Drift[str] = ""  # a clock time or a date in the node's own time


@dataclass(frozen=True, slots=True)
class CalicoSetting(Record):
    """One ``calicoctl config get NAME``."""

    kind: ClassVar[str] = "calico-setting"
    name: Identity[str]
    value: State[str]


@dataclass(frozen=True, slots=True)
class BirdProtocol(Record):
    """A protocol instance of BIRD (``show protocols all``).

    ``connection`` is BIRD's BGP state (Established, Active, Connect, OpenSent, Passive, Idle …);
    ``session`` folds the states a session that is down rotates through: "established" or "down";
    "" for a protocol that is not BGP.
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
    since: Drift[str] = ""
    info: Drift[str] = ""
    routes_imported: Drift[int | None] = None
    routes_exported: Drift[int | None] = None
    routes_filtered: Drift[int | None] = None
    details: Drift[tuple[str, ...]] = ()  # every other line of the block, as printed


@dataclass(frozen=True, slots=True)
class Sysctl(Record):
    """A kernel switch that decides forwarding, by its sysctl name with dots
    ("net.ipv4.conf.eth0.rp_filter"; a dot inside an interface name is printed as "/")."""

    kind: ClassVar[str] = "sysctl"
    name: Identity[str]
    value: State[str]


@dataclass(frozen=True, slots=True)
class FilterRule(Record):
    """A line of the packet filter (``nft list ruleset``), inside its table and chain.

    ``position`` is the number of equal lines before it in the same chain, so that a rule that
    stands twice is two records and an inserted rule does not rename those below it.
    """

    kind: ClassVar[str] = "filter-rule"
    table: Identity[str]  # "ip filter", "inet f"
    chain: Identity[str]
    rule: Identity[str]  # without counters and handles
    position: Identity[int] = 0
    packets: Drift[int | None] = None
    bytes: Drift[int | None] = None


@dataclass(frozen=True, slots=True)
class NodeIdentity(Record):
    """What the node is and since when it runs (probe ``node``)."""

    kind: ClassVar[str] = "node"
    hostname: State[str]
    kernel: State[str] = ""
    boot_id: Incarnation[str] = ""


RECORDS: tuple[type[Record], ...] = (
    NodeIdentity,
    NetworkNamespace,
    Interface,
    Address,
    Route,
    Rule,
    Neighbour,
    Sysctl,
    FilterRule,
    DriverStatistics,
    ContainerSummary,
    Container,
    CalicoProcess,
    CalicoPeer,
    CalicoSetting,
    BirdProtocol,
)
