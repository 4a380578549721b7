"""Each contradiction within one snapshot is found; what was not read, or not asked, is none."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

import pytest

from collector.capture import HOST
from netsnap.explain import check as explain
from netsnap.explain import checks
from netsnap.explain.check import CHECKS, Found
from netsnap.explain.checks.finding import Severity
from parsers.facts import Facts
from parsers.records import (
    Address,
    BirdProtocol,
    BirdRoute,
    BirdStatus,
    CalicoKind,
    CalicoProcess,
    CalicoResource,
    ConntrackTable,
    Daemon,
    FilterRule,
    Interface,
    InterfaceCounters,
    IptablesRule,
    KernelLog,
    KernelMessage,
    Neighbour,
    NeighbourTable,
    NextHop,
    NodeIdentity,
    Route,
    ServiceUnit,
    Sysctl,
    XfrmPolicy,
)
from parsers.roles import Record
from tests.model.cluster import (
    BLOCKS,
    GATEWAY,
    NIC,
    NODES,
    World,
    address_of,
    cluster,
    facts,
    find,
    pod_of,
    swap,
    veth_of,
)

K1, K2, K3 = (("k8s1", HOST), ("k8s2", HOST), ("k8s3", HOST))
POD, OWN = pod_of("k8s2", 1), address_of("k8s2", 1)
Fault = Callable[[World], None]
NOTICE, WARNING, ERROR = Severity.NOTICE, Severity.WARNING, Severity.ERROR
KINDS = ("Node", "IPPool", "BGPConfiguration", "BGPPeer", "BlockAffinity", "WorkloadEndpoint")


def told(resource: str, name: str, namespace: str = "", **spec: str) -> CalicoResource:
    """Return an object of Calico's; ``a__b`` stands for the path a.b."""
    pairs = tuple(sorted((path.replace("__", "."), value) for path, value in spec.items()))
    return CalicoResource(resource, namespace, name, spec=pairs)


def intended() -> World:
    """Return a whole cluster that Calico and BIRD tell of."""
    world = cluster()
    for node in NODES:
        here = world[node, HOST]
        here += [NodeIdentity(node, calico_name=node), BirdStatus("bird", "1.6.8")]
        here += [CalicoKind(kind, "listed") for kind in KINDS]
        here.append(told("BGPConfiguration", "default", nodeToNodeMeshEnabled="true"))
        here.append(told("IPPool", "p", cidr="192.168.0.0/16", ipipMode="Never", vxlanMode="Never"))
        here.append(BirdProtocol("kernel1", "Kernel", state="up", export_filter="ACCEPT"))
        here.append(BirdProtocol("static1", "Static", state="up"))
        here.append(_bird(BLOCKS[node], "static1", "blackhole"))
        for other, address in NODES.items():
            here.append(
                told("Node", other, bgp__ipv4Address=f"{address}/24", bgp__asNumber="64512")
            )
            here.append(told("BlockAffinity", f"b-{other}", cidr=BLOCKS[other], node=other))
            if other != node:
                mesh = f"Mesh_{other}"
                here.append(_session(mesh, address))
                here.append(_bird(BLOCKS[other], mesh, "unicast", address))
    world[K2].append(_endpoint(OWN))
    return world


def _session(name: str, address: str) -> BirdProtocol:
    return BirdProtocol(
        name, "BGP", state="up", neighbour=address, neighbour_as=64512, connection="Established"
    )


def _bird(prefix: str, protocol: str, kind: str, via: str = "") -> BirdRoute:
    hops = (NextHop(via, NIC),) if via else ()
    return BirdRoute("bird", "", prefix, protocol, kind, hops, primary=True)


def _endpoint(address: str, device: str = veth_of("k8s2", 1)) -> CalicoResource:
    return told(
        "WorkloadEndpoint", "e", "default", node="k8s2", pod=POD.partition("/")[2],
        interfaceName=device, ipNetworks=f"[{address}/32]",
    )  # fmt: skip


def _found(world: World, hidden: Iterable[tuple[str, str, str]] = ()) -> tuple[Found, ...]:
    return _check(facts(world, hidden=hidden))


def _check(of: Facts) -> tuple[Found, ...]:
    return explain.check(of, lambda _: b"a line")


def _alter(
    place: tuple[str, str], kind: type[Record], *identity: object, **fields: object
) -> Fault:
    def fault(world: World) -> None:
        old: Record = find(world, place, kind, *identity)
        swap(world, place, old, replace(old, **fields) if fields else None)

    return fault


def _add(place: tuple[str, str], *records: Record) -> Fault:
    return lambda world: world[place].extend(records)


OTHER = BLOCKS["k8s3"]
GC = "net.ipv4.neigh.default"


def _all(*faults: Fault) -> Fault:
    def fault(world: World) -> None:
        for each in faults:
            each(world)

    return fault


def _everywhere(kind: type[Record], *identity: object, **fields: object) -> Fault:
    return _all(*(_alter((node, HOST), kind, *identity, **fields) for node in NODES))


def _pool(**spec: str) -> Fault:
    new = told("IPPool", "p", cidr="192.168.0.0/16", **spec).spec
    return _everywhere(CalicoResource, "IPPool", spec=new)


def _said(subject: str, about: str, last: str) -> KernelLog:
    return KernelLog("", (KernelMessage(subject, about, 3, last, last, "words"),))


def _rule(chain: str, rule: str, verdict: str) -> FilterRule:
    return FilterRule("inet f", chain, rule, verdict=verdict, packets=7)


BASE = FilterRule(
    "inet f", "c", "type filter hook forward priority 0; policy drop;", verdict="drop"
)
LEGACY = IptablesRule("ip", "legacy", "filter", "FORWARD", f"-s {OWN}/32 -j DROP", verdict="drop")
DEFAULT = (4, "main", "0.0.0.0/0")
EMPTY = told("BGPConfiguration", "default", nodeToNodeMeshEnabled="false").spec


def _without_mesh(world: World) -> None:
    """No sessions, and nothing of what they brought."""
    for node, place in ((node, (node, HOST)) for node in NODES):
        gone = [block for other, block in BLOCKS.items() if other != node]
        world[place] = [
            record
            for record in world[place]
            if not (isinstance(record, BirdProtocol) and record.neighbour)
            and not (isinstance(record, BirdRoute | Route) and record.prefix in gone)
        ]
    _everywhere(CalicoResource, "BGPConfiguration", spec=EMPTY)(world)


FAULTS: list[tuple[Fault, Severity, str]] = [
    (_alter(K1, Route, 4, "main", OTHER), ERROR, f"k8s1 does not have bird's route to {OTHER} by"),
    (
        _alter(K1, Route, 4, "main", OTHER, next_hops=(NextHop(NODES["k8s2"], NIC),)),
        ERROR, f"k8s1 sends {OTHER} by 172.16.0.57, and its bird has it by 172.16.0.47",
    ),
    (
        _all(
            _alter(K1, BirdRoute, "bird", "", OTHER, refused=True),
            _alter(K1, Route, 4, "main", OTHER),
            _alter(K1, BirdProtocol, "kernel1", export_filter="some"),
        ),
        ERROR, f"k8s1 does not have bird's route to {OTHER} by 172.16.0.47 in its kernel: the k",
    ),
    (_alter(K1, BirdRoute, "bird", "", OTHER), WARNING, f"k8s1 has a route to {OTHER} of BIRD's"),
    (
        _all(
            _alter(K1, BirdRoute, "bird", "", OTHER),
            _alter(K1, BirdStatus, "bird", recovering=True),
        ),
        NOTICE, f"k8s1 has a route to {OTHER} of BIRD's that its bird does not have, which waits",
    ),
    (
        _add(K1, told("BlockAffinity", "z", cidr="192.168.99.0/26", node="k8s2")),
        ERROR, "no other node has a route to 192.168.99.0/26, a block of k8s2",
    ),
    (
        _add(K1, told("BlockAffinity", "z", cidr="192.168.99.0/26", node="k8s2")),
        WARNING, "k8s2 has no blackhole for 192.168.99.0/26",
    ),
    (_pool(ipipMode="Always"), ERROR, "k8s1 has no tunl0, and the pool 192.168.0.0/16 wants IP in"),
    (_pool(vxlanMode="CrossSubnet"), WARNING, "k8s3 has no vxlan.calico, and the pool 192.168.0"),
    (
        _all(_pool(ipipMode="Always"), _add(K1, Interface("tunl0", 90, ("NOARP",), 1480))),
        ERROR, "tunl0 of k8s1 is down, and the pool 192.168.0.0/16 wants IP in IP: Always",
    ),
    (_pool(ipipMode="Always"), WARNING, f"k8s1 sends {OTHER} without a tunnel, and its pool wants"),
    (
        _alter(K1, Route, 4, "main", OTHER, next_hops=(NextHop(NODES["k8s3"], "tunl0"),)),
        WARNING, f"k8s1 sends {OTHER} by tunl0, and its pool wants no tunnel",
    ),
    (
        _all(_alter(K1, BirdProtocol, "Mesh_k8s3"), _alter(K3, BirdProtocol, "Mesh_k8s1")),
        ERROR, "k8s1 and k8s3 have no BGP session, and the node-to-node mesh is on",
    ),
    (_without_mesh, ERROR, "the node-to-node mesh is off and there is no BGPPeer"),
    (
        _everywhere(
            CalicoResource, "Node", "", "k8s2",
            spec=told("Node", "k8s2", bgp__ipv4Address="10.9.9.9/24").spec,
        ),
        ERROR, "Calico takes k8s2 to be at 10.9.9.9, and k8s2 does not have it",
    ),
    (
        _everywhere(
            CalicoResource, "Node", "", "k8s2",
            spec=told("Node", "k8s2", bgp__ipv4Address=f"{NODES['k8s3']}/24").spec,
        ),
        ERROR, "Calico has 172.16.0.47 for two Nodes: k8s2, k8s3",
    ),
    (
        _all(
            _add(K2, Address("docker0", 4, "172.17.0.1/16", scope="global")),
            _everywhere(
                CalicoResource, "Node", "", "k8s2",
                spec=told("Node", "k8s2", bgp__ipv4Address="172.17.0.1/16").spec,
            ),
        ),
        ERROR, "Calico takes k8s2 to be at 172.17.0.1, which is on docker0",
    ),
    (_alter(K1, BirdProtocol, "Mesh_k8s2", neighbour_as=65001), WARNING, "k8s1 takes k8s2 to be"),
    (_alter(K2, NodeIdentity, calico_name="old"), ERROR, "k8s2 calls itself old to Calico, and C"),
    (_alter(K2, NodeIdentity, hostname="new"), NOTICE, "k8s2 calls itself k8s2 to Calico, and its"),
    (_alter(K2, CalicoResource, "WorkloadEndpoint", spec=_endpoint("10.1.1.1").spec), ERROR,
     f"Calico has 10.1.1.1 for {POD} on k8s2, which has {OWN}"),
    (_alter(K2, CalicoResource, "WorkloadEndpoint", spec=_endpoint(OWN, "cali0").spec), ERROR,
     f"k8s2 has no cali0, by which Calico reaches {POD}"),
    (_add(K2, told("WorkloadEndpoint", "x", "default", node="k8s2", pod="gone")), NOTICE,
     "Calico has an endpoint for default/gone on k8s2"),
    (_add(K2, Daemon("bird", state="stopped")), ERROR, "bird on k8s2 is stopped"),
    (_add(K2, Daemon("dockerd", state="zombie")), ERROR, "dockerd on k8s2 has ended, and is a zo"),
    (_add(K2, CalicoProcess("bird", "not running")), ERROR, "bird on k8s2: is not running"),
    (_add(K2, CalicoProcess("bird6", "not running")), NOTICE, "bird6 on k8s2: is not running"),
    (_add(K2, ServiceUnit("kubelet.service", "loaded", "failed", "failed")), ERROR, "the unit ku"),
    (_add(K2, ServiceUnit("ufw.service", "loaded", "failed", "failed")), WARNING, "the unit ufw o"),
    (_add(K2, ServiceUnit("docker.service", "loaded", "inactive", "dead", "enabled")), WARNING,
     "the unit docker on k8s2 is enabled, and inactive"),
    (_add(K2, ServiceUnit("docker.service", "loaded", "active", "running", restarts=9)), NOTICE,
     "systemd has restarted docker on k8s2 by itself: 9 times"),
    (_add(K2, Daemon("bird", state="running", out_of_memory_kills=2)), WARNING, "the kernel kil"),
    (_add(K2, Daemon("bird", state="running", throttled_periods=2)), NOTICE, "bird on k8s2 had to"),
    (_add(K2, ConntrackTable(100, 100, 100, (("drop", 3),))), ERROR,
     "the table of connections of k8s2 is full (100 of 100): new connections are dropped"),
    (_add(K2, ConntrackTable(100, 100, 100, (("early_drop", 3),))), WARNING,
     "the table of connections of k8s2 is full (100 of 100), and drops none so far"),
    (_add(K2, ConntrackTable(100, 100, 90)), WARNING, "the table of connections of k8s2 is nearly"),
    (_add(K2, ConntrackTable(100, 100, 9, (("drop", 3),))), NOTICE, "the table of connections of"),
    (
        _add(K2, NeighbourTable("arp_cache", 95), Sysctl(f"{GC}.gc_thresh3", "100")),
        WARNING, "the neighbour table arp_cache of k8s2 is nearly full (95 of 100)",
    ),
    (_add(K2, NeighbourTable("arp_cache", 9, (("table_fulls", 2),))), NOTICE, "the neighbour tab"),
    (_add(K2, InterfaceCounters(NIC, rx_crc_errors=4)), NOTICE, "interfaces of k8s2 have lost"),
    (_add(K2, _said("conntrack-full", "", "2026-01-02T11:59:00Z")), WARNING,
     "the kernel of k8s2 said at 2026-01-02T11:59:00Z, 3 times in all: words"),
    (_add(K2, _said("conntrack-full", "", "2026-01-02T09:00:00Z")), NOTICE, "the kernel of k8s2"),
    (_add(K2, _said("conntrack-full", "", "2026-01-02T11:59:00Z"), ConntrackTable(100, 100, 9)),
     NOTICE, "the kernel of k8s2"),
    (_add(K2, _said("duplicate-address", NIC, "2026-01-02T11:59:00Z")), WARNING, "the kernel of k"),
    (_add(K2, _said("crash", "someone", "2026-01-02T11:59:00Z")), NOTICE, "the kernel of k8s2"),
    (_add(K2, XfrmPolicy("10.0.0.0/8", "0.0.0.0/0", "", "out", action="block")), ERROR,
     "an IPsec rule of k8s2 drops 10.0.0.0/8 to 0.0.0.0/0 (out)"),
    (_add(K2, _rule("c", f"ip daddr {OWN} counter drop", "drop")), WARNING,
     f"a packet filter of k8s2 drops what is of {OWN}: “ip daddr"),
    (_add(K2, _rule("c", f'iifname "{NIC}" tcp dport 23 drop', "drop")), NOTICE,
     f"a packet filter of k8s2 drops what is of {NIC}"),
    (_add(K2, LEGACY), WARNING, f"a packet filter of k8s2 drops what is of {OWN}/32: “-s"),
    (_add(K2, LEGACY, _rule("c", "accept", "accept")), NOTICE, "k8s2 has rules of iptables-legacy"),
    (_add(K2, _rule("c", "tcp dport 179 drop", "drop")), WARNING, "a packet filter of k8s2 drops"),
    (
        _all(
            _add(K2, _rule("c", "tcp dport { 22, 179 } drop", "drop")),
            _alter(K2, BirdProtocol, "Mesh_k8s1", connection="Connect"),
        ),
        ERROR, "a packet filter of k8s2 drops BGP",
    ),
    (_add(K2, BASE), WARNING, "the chain inet f c of k8s2, at the hook forward, drops everything"),
    (_add(K2, BASE, _rule("c", "accept", "accept")), NOTICE, "the chain inet f c of k8s2, at the"),
    (_add(K2, Neighbour(4, GATEWAY, NIC, condition="failed")), ERROR, f"{GATEWAY} on {NIC} d"),
    (
        _all(
            _add(K2, Neighbour(4, GATEWAY, NIC, condition="failed")),
            _add(K2, Route(4, "main", "0.0.0.0/0", metric=9, next_hops=(NextHop("", NIC),))),
        ),
        WARNING, f"{GATEWAY} on {NIC} does not answer k8s2: its routes have other ways",
    ),
    (_alter(K2, Route, *DEFAULT), WARNING, "k8s2 has no default route (IPv4), and k8s1, k8s3 have"),
]  # fmt: skip


def test_a_cluster_that_is_as_calico_and_bird_have_it_has_no_finding() -> None:
    assert [each.finding.sentence for each in _found(intended())] == []


@pytest.mark.parametrize(("fault", "severity", "sentence"), FAULTS, ids=[f[2] for f in FAULTS])
def test_a_contradiction_is_found(fault: Fault, severity: Severity, sentence: str) -> None:
    world = intended()
    fault(world)
    found = [each.finding for each in _found(world)]
    fitting = [each for each in found if each.sentence.startswith(sentence)]
    assert len(fitting) == 1, [each.sentence for each in found]
    assert fitting[0].severity is severity


@pytest.mark.parametrize(
    ("fault", "kind", "says"),
    [
        (_alter(K1, Route, 4, "main", OTHER), "route", "bird's route"),
        (_alter(K1, BirdRoute, "bird", "", OTHER), "bird-route", "of BIRD's"),
        (_pool(ipipMode="Always"), "interface", "tunl0"),
        (_alter(K1, Address, NIC), "address", "Calico takes"),
        (_all(*(_alter((n, HOST), BirdProtocol, f"Mesh_{o}") for n, o in
                (("k8s1", "k8s3"), ("k8s3", "k8s1")))), "bird-protocol", "no BGP session, and"),
        (_alter(K2, Route, *DEFAULT), "route", "no default route"),
    ],
)  # fmt: skip
def test_what_was_not_read_contradicts_nothing(fault: Fault, kind: str, says: str) -> None:
    world = intended()
    fault(world)
    assert any(says in each.finding.sentence for each in _found(world))
    hidden = [(node, HOST, kind) for node in NODES]
    assert not [e for e in _found(world, hidden=hidden) if says in e.finding.sentence]


def test_a_bird_that_was_not_asked_for_its_routes_misses_none() -> None:
    world = intended()
    for node in NODES:
        world[node, HOST] = [r for r in world[node, HOST] if not isinstance(r, BirdRoute)]
    assert _found(world) == ()


def test_a_filter_of_what_bird_exports_may_keep_a_route_from_the_kernel() -> None:
    world = intended()
    _alter(K1, Route, 4, "main", OTHER)(world)
    _alter(K1, BirdProtocol, "kernel1", export_filter="calico_kernel_programming")(world)
    assert not [e for e in _found(world) if "bird's route" in e.finding.sentence]


def test_the_kernel_on_an_interface_that_is_gone_is_told_where_it_may_be_hidden() -> None:
    world = intended()
    _add(K2, _said("duplicate-address", "gone0", "2026-01-02T11:59:00Z"))(world)
    assert _found(world) == ()
    (found,) = _found(world, [("k8s2", POD, "interface")])
    assert found.finding.sentence.startswith("the kernel of k8s2 said")


def test_clocks_that_differ_are_told_where_times_would_mislead() -> None:
    of = facts(intended())

    def moved(seconds: float) -> list[str]:
        first, *rest = of.snapshot.nodes
        nodes = (replace(first, clock_offset=seconds), *rest)
        shifted = replace(of, snapshot=replace(of.snapshot, nodes=nodes))
        return [each.finding.sentence for each in _check(shifted)]

    assert moved(1.9) == []
    (sentence,) = moved(2.5)
    assert sentence.startswith("the clock of k8s1 is 2.5 s ahead of that of k8s2")


def test_a_node_that_nobody_reaches_is_an_error_and_one_that_others_reach_is_none() -> None:
    world = intended()
    for place, name in ((K1, "k8s3"), (K2, "k8s3")):
        _alter(place, BirdProtocol, f"Mesh_{name}", connection="Connect")(world)
    first = _check(facts(world, unreached=["k8s3"]))[0].finding
    assert (first.severity, first.node) == (ERROR, "k8s3")
    assert first.sentence.startswith("k8s3 was not reached")
    assert _check(facts(intended(), unreached=["k8s3"])) == ()


def test_every_check_that_is_written_is_looked_at() -> None:
    """A function of a check's module that takes a case and is public is in the list."""
    written = {
        value
        for each in iter_modules(checks.__path__)
        for value in vars(import_module(f"{checks.__name__}.{each.name}")).values()
        if getattr(value, "__module__", "") == f"{checks.__name__}.{each.name}"
        and not value.__name__.startswith("_")
        and list(getattr(value, "__annotations__", {})) == ["case", "return"]
    }
    assert {look.__name__ for look in written} == {look.__name__ for look in CHECKS}
