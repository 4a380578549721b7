"""Each way that a packet can end, on a cluster of three nodes with two pods each."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.model.disposition import Disposition, PairState
from netsnap.model.fib import Packet
from netsnap.model.network import Network
from netsnap.model.pairs import outside, pairs
from netsnap.model.space import Port
from netsnap.model.walk import Walker
from parsers.records import Address, Container, Interface, Neighbour, NextHop, Route, Rule, Sysctl
from tests.model.cluster import (
    BLOCKS,
    NIC,
    NODES,
    World,
    address_of,
    cluster,
    down,
    facts,
    find,
    local,
    pod_of,
    route,
    swap,
    unplugged,
    veth_of,
)
from tests.model.large import large, node_address, node_of, pod_address

HOST2 = ("k8s2", HOST)
HOST3 = ("k8s3", HOST)
POD = ("k8s2", pod_of("k8s2", 1))
OTHER = pod_of("k8s3", 1)


def states(network: Network) -> dict[tuple[str, str], PairState]:
    return {(state.src, state.dst): state for state in pairs(network)}


def failing(network: Network) -> dict[tuple[str, str], PairState]:
    return {pair: state for pair, state in states(network).items() if state.works is not True}


def ends(network: Network) -> set[Disposition]:
    return {state.disposition for state in failing(network).values()}


def test_all_pods_of_a_healthy_cluster_reach_each_other() -> None:
    network = Network.of(facts(cluster()))
    found = states(network)
    assert len(found) == 30
    assert all(state.works is True for state in found.values())
    assert {way.disposition for way in outside(network).values()} == {Disposition.LEFT_CLUSTER}


def test_every_hop_names_the_fact_that_decided() -> None:
    world = cluster()
    path = Network.of(facts(world)).walk(POD, address_of("k8s3", 1))
    assert [(hop.node, hop.netns, hop.device) for hop in path.hops] == [
        (*POD, "eth0"),
        (*HOST2, NIC),
        (*HOST3, veth_of("k8s3", 1)),
        ("k8s3", OTHER, ""),
    ]
    known = facts(world).by_key
    decided = [known[hop.decided_by].record for hop in path.hops if hop.decided_by]
    assert [each.prefix for each in decided if isinstance(each, Route)] == [
        "0.0.0.0/0",
        BLOCKS["k8s3"],
        f"{address_of('k8s3', 1)}/32",
        f"{address_of('k8s3', 1)}/32",
    ]


def without_host_route(world: World) -> None:
    swap(world, HOST2, find(world, HOST2, Route, 4, "main", f"{address_of('k8s2', 1)}/32"))


def shadowed(world: World) -> None:
    prefix = f"{address_of('k8s2', 1)}/32"
    world["k8s1", HOST].append(Route(4, "main", prefix, type="blackhole"))


def without_pod_default(world: World) -> None:
    swap(world, POD, find(world, POD, Route, 4, "main", "0.0.0.0/0"))


def nic_set_down(world: World) -> None:
    nic = find(world, HOST3, Interface, NIC)
    swap(world, HOST3, nic, down(nic))
    for record in list(world[HOST3]):
        if isinstance(record, Route) and any(hop.device == NIC for hop in record.next_hops):
            swap(world, HOST3, record)


def nic_unplugged(world: World) -> None:
    nic = find(world, HOST3, Interface, NIC)
    swap(world, HOST3, nic, unplugged(nic))


def veth_set_down(world: World) -> None:
    veth = find(world, HOST2, Interface, veth_of("k8s2", 1))
    swap(world, HOST2, veth, down(veth))
    eth0 = find(world, POD, Interface, "eth0")
    swap(world, POD, eth0, unplugged(eth0))
    without_host_route(world)


def veth_deleted(world: World) -> None:
    swap(world, HOST2, find(world, HOST2, Interface, veth_of("k8s2", 1)))
    without_host_route(world)
    world[POD] = [each for each in world[POD] if "eth0" not in str(each)]


def forwarding_off(world: World) -> None:
    for record in list(world[HOST2]):
        if isinstance(record, Sysctl) and record.name.endswith(("ip_forward", ".forwarding")):
            swap(world, HOST2, record, replace(record, value="0"))


def proxy_arp_off(world: World) -> None:
    name = f"net.ipv4.conf.{veth_of('k8s2', 1)}.proxy_arp"
    switch = find(world, HOST2, Sysctl, name)
    swap(world, HOST2, switch, replace(switch, value="0"))


def host_default_gone(world: World) -> None:
    swap(world, HOST2, find(world, HOST2, Route, 4, "main", "0.0.0.0/0"))


def neighbour_failed(world: World) -> None:
    entry = find(world, HOST2, Neighbour, 4, NODES["k8s3"])
    swap(world, HOST2, entry, replace(entry, condition="failed"))


def wrong_gateway(world: World) -> None:
    """The route to k8s3's block as the seed shows it: via an address that is no node's."""
    bad = find(world, HOST2, Route, 4, "main", BLOCKS["k8s3"])
    hops = (NextHop("172.16.0.49", NIC),)
    swap(world, HOST2, bad, replace(bad, next_hops=hops))


def looping(world: World) -> None:
    bad = find(world, HOST3, Route, 4, "main", f"{address_of('k8s3', 1)}/32")
    swap(world, HOST3, bad, replace(bad, next_hops=(NextHop(NODES["k8s2"], NIC),)))


def address_moved(world: World) -> None:
    """The pod has another address than its node's route says."""
    world[POD] = [each for each in world[POD] if address_of("k8s2", 1) not in str(each)]
    world[POD] += [Address("eth0", 4, "192.168.167.99/32", scope="global")]
    world[POD] += [local("192.168.167.99", "eth0")]


def unreachable_block(world: World) -> None:
    good = find(world, HOST2, Route, 4, "main", BLOCKS["k8s3"])
    swap(world, HOST2, good, replace(good, type="unreachable", next_hops=()))


def prohibited_by_rule(world: World) -> None:
    world[HOST2].append(Rule(4, 100, f"from all to {BLOCKS['k8s3']}", "prohibit"))


def second_way(world: World) -> None:
    """Incident B03: k8s2 answers k8s1 by a second NIC."""
    for node, mine, other in (("k8s1", "11", "12"), ("k8s2", "12", "11")):
        place = (node, HOST)
        nic = find(world, place, Interface, NIC)
        world[place] += [
            replace(nic, name="eth1", index=9),
            Address("eth1", 4, f"10.78.0.{mine}/24", scope="global"),
            local(f"10.78.0.{mine}", "eth1"),
            route("10.78.0.0/24", "eth1"),
        ]
        if node == "k8s2":
            world[place].append(route(BLOCKS["k8s1"], "eth1", f"10.78.0.{other}", table="200"))
            world[place].append(Rule(4, 200, f"from all to {BLOCKS['k8s1']}", "lookup 200"))


def second_way_filtered(world: World) -> None:
    second_way(world)
    world[HOST2].append(Sysctl(f"net.ipv4.conf.{NIC}.rp_filter", "1"))


Fault = Callable[[World], None]
FAULTS: tuple[tuple[str, Fault, Disposition, int], ...] = (
    ("B07: the host has no route to a pod", without_host_route, Disposition.BLACKHOLE, 10),
    ("B11: a blackhole shadows a pod", shadowed, Disposition.BLACKHOLE, 4),
    ("a block is unreachable", unreachable_block, Disposition.UNREACHABLE, 8),
    ("a rule prohibits a block", prohibited_by_rule, Disposition.PROHIBIT, 8),
    ("C05: a pod has no default route", without_pod_default, Disposition.NO_ROUTE, 10),
    ("C01: a veth pair is gone", veth_deleted, Disposition.BLACKHOLE, 10),
    ("D01: a NIC is set down", nic_set_down, Disposition.LINK_DOWN, 18),
    ("D02: a NIC has no carrier", nic_unplugged, Disposition.LINK_DOWN, 16),
    ("C07: a veth is set down", veth_set_down, Disposition.LINK_DOWN, 10),
    ("B01: forwarding is off", forwarding_off, Disposition.NOT_FORWARDED, 18),
    ("B05: proxy_arp is off on a veth", proxy_arp_off, Disposition.NO_GATEWAY, 10),
    ("B06: a host has no default route", host_default_gone, Disposition.NO_GATEWAY, 18),
    ("a node does not answer ARP", neighbour_failed, Disposition.NEIGHBOUR_FAILED, 8),
    ("the seed's wrong next hop", wrong_gateway, Disposition.LEFT_CLUSTER, 8),
    ("a pod's route leads back", looping, Disposition.LOOP, 10),
    ("B03: a second way, nothing else", second_way, Disposition.DELIVERED, 0),
    ("B03: a second way and rp_filter", second_way_filtered, Disposition.FILTERED, 8),
)


@pytest.mark.parametrize(("name", "fault", "end", "lost"), FAULTS)
def test_a_fault_cuts_its_pairs_and_no_other(
    name: str, fault: Fault, end: Disposition, lost: int
) -> None:
    """The numbers are what ping measured in clusters of this shape, caches flushed."""
    world = cluster()
    fault(world)
    network = Network.of(facts(world), assumed=facts(cluster()))
    cut = failing(network)
    assert len(cut) == lost, name
    assert all(state.works is False for state in cut.values())
    assert not cut or end in {
        way.disposition for state in cut.values() for way in (state.there, state.back)
    }


def test_a_pod_keeps_working_while_its_gateway_is_in_its_cache() -> None:
    world = cluster()
    host_default_gone(world)
    for pod in (1, 2):
        place = ("k8s2", pod_of("k8s2", pod))
        world[place].append(Neighbour(4, "169.254.1.1", "eth0", condition="resolved"))
    network = Network.of(facts(world))
    assert not failing(network)
    path = network.walk(POD, address_of("k8s3", 1))
    assert any("still has it in its cache" in hop.note for hop in path.hops)
    assert outside(network)[POD[1]].disposition is Disposition.NO_ROUTE


def test_a_failed_entry_for_the_gateway_is_no_cache() -> None:
    world = cluster()
    host_default_gone(world)
    world[POD].append(Neighbour(4, "169.254.1.1", "eth0", condition="failed"))
    assert Network.of(facts(world)).walk(POD, address_of("k8s3", 1)).disposition is (
        Disposition.NO_GATEWAY
    )


def test_an_address_that_the_pod_does_not_have_is_not_delivered() -> None:
    world = cluster()
    address_moved(world)
    path = Network.of(facts(world)).walk(("k8s1", HOST), address_of("k8s2", 1))
    assert path.disposition is Disposition.NOT_OWNED


def test_the_way_out_shows_a_default_route_to_nobody() -> None:
    world = cluster()
    default = find(world, HOST2, Route, 4, "main", "0.0.0.0/0")
    swap(world, HOST2, default, replace(default, next_hops=(NextHop("172.16.0.253", NIC),)))
    world[HOST2].append(Neighbour(4, "172.16.0.253", NIC, condition="unresolved"))
    network = Network.of(facts(world))
    ways = outside(network)
    assert not failing(network)
    assert {
        name for name, way in ways.items() if way.disposition is not Disposition.LEFT_CLUSTER
    } == {pod_of("k8s2", 1), pod_of("k8s2", 2)}
    assert ways[POD[1]].disposition is Disposition.NEIGHBOUR_FAILED


@pytest.mark.parametrize("kind", ["route", "rule"])
def test_routes_that_were_not_read_are_unknown_and_not_absent(kind: str) -> None:
    world = cluster()
    world[HOST3] = [each for each in world[HOST3] if each.kind != kind]
    cut = failing(Network.of(facts(world, hidden=[(*HOST3, kind)])))
    assert len(cut) == 18
    assert all(state.works is None for state in cut.values())
    assert all("were not read" in state.there.reason + state.back.reason for state in cut.values())


def test_interfaces_that_were_not_read_are_unknown_and_not_down() -> None:
    world = cluster()
    world[HOST3] = [each for each in world[HOST3] if not isinstance(each, Interface)]
    cut = failing(Network.of(facts(world, hidden=[(*HOST3, "interface")])))
    assert all(state.works is None for state in cut.values())
    assert len(cut) == 18


def test_a_node_that_was_not_seen_is_dark_and_not_empty() -> None:
    before, after = facts(cluster()), facts(cluster(), unreached=["k8s3"])
    network = Network.of(after, assumed=before)
    assert [each.assumed for each in network.endpoints] == [False] * 4 + [True] * 2
    found = failing(network)
    assert len(found) == 18
    assert all(state.works is None for state in found.values())
    assert {way.reason for state in found.values() for way in (state.there, state.back)} >= {
        "k8s3 was not seen"
    }


def test_a_dark_node_that_does_not_answer_arp_is_cut_off_for_sure() -> None:
    world = cluster()
    for node in ("k8s1", "k8s2"):
        entry = find(world, (node, HOST), Neighbour, 4, NODES["k8s3"])
        swap(world, (node, HOST), entry, replace(entry, condition="failed"))
    network = Network.of(facts(world, unreached=["k8s3"]), assumed=facts(cluster()))
    cut = [state for state in states(network).values() if state.works is False]
    assert len(cut) == 16


def test_a_link_that_is_down_is_named_before_the_silence_it_makes() -> None:
    """Incident D02: the others see a neighbour that does not answer, the node itself sees why."""
    world = cluster()
    nic_unplugged(world)
    neighbour_failed(world)
    path = Network.of(facts(world)).walk(POD, address_of("k8s3", 1))
    assert path.disposition is Disposition.LINK_DOWN
    assert path.hops[-1].node == "k8s3"


def test_nodes_with_single_addresses_are_neighbours_all_the_same() -> None:
    """Some clouds give a node a /32 and a route to its neighbours."""
    world = cluster()
    for node, address in NODES.items():
        place = (node, HOST)
        swap(world, place, find(world, place, Address, NIC), Address(NIC, 4, f"{address}/32"))
    assert not failing(Network.of(facts(world)))


def test_nodes_on_different_links_are_not_taken_for_neighbours() -> None:
    world = cluster()
    mine = find(world, HOST2, Address, NIC)
    swap(world, HOST2, mine, Address(NIC, 4, "10.1.1.57/24"))
    path = Network.of(facts(world)).walk(POD, address_of("k8s3", 1))
    assert path.disposition is Disposition.UNKNOWN
    assert "k8s3" in path.reason


def six(text: str) -> str:
    """Return the IPv6 address that stands for an IPv4 one in these tests."""
    return "fd00::" + text.replace(".", ":")


def with_ipv6(world: World) -> None:
    """Give every node and pod an IPv6 address beside its IPv4 one, as Calico does."""
    for (node, netns), records in world.items():
        device = NIC if netns == HOST else "eth0"
        for own in [
            each for each in records if isinstance(each, Address) and each.interface == device
        ]:
            address, _, length = own.address.partition("/")
            long = {"24": "64", "32": "128"}[length]
            records += [
                Address(device, 6, f"{six(address)}/{long}", scope="global"),
                Route(6, "local", f"{six(address)}/128", type="local", metric=0),
            ]
        if netns != HOST:
            records.append(v6("::/0", "eth0", "fe80::ecee:eeff:feee:eeee"))
            continue
        records.append(Sysctl("net.ipv6.conf.all.forwarding", "1"))
        for pod in (1, 2):
            records.append(
                Address(veth_of(node, pod), 6, "fe80::ecee:eeff:feee:eeee/64", scope="link")
            )
            records.append(v6(f"{six(address_of(node, pod))}/128", veth_of(node, pod)))
            records += [
                v6(f"{six(address_of(other, pod))}/128", NIC, six(NODES[other]))
                for other in NODES
                if other != node
            ]


def v6(prefix: str, device: str, via: str = "") -> Route:
    return Route(6, "main", prefix, metric=1024, next_hops=(NextHop(via, device),))


def test_ipv6_is_walked_by_its_own_tables() -> None:
    world = cluster()
    with_ipv6(world)
    network = Network.of(facts(world))
    assert all(len(each.addresses) == 2 for each in network.endpoints)
    there = six(address_of("k8s3", 1))
    path = network.walk(POD, there)
    assert path.disposition is Disposition.DELIVERED
    assert [hop.node for hop in path.hops] == ["k8s2", "k8s2", "k8s3", "k8s3"]
    switch = find(world, HOST2, Sysctl, "net.ipv6.conf.all.forwarding")
    swap(world, HOST2, switch, replace(switch, value="0"))
    network = Network.of(facts(world))
    assert network.walk(POD, there).disposition is Disposition.NOT_FORWARDED
    assert not failing(network)


def test_a_dark_node_without_a_known_address_hides_who_owns_a_next_hop() -> None:
    world = cluster()
    network = Network.of(facts(world, unreached=["k8s3"]))
    path = network.walk(POD, address_of("k8s3", 1))
    assert path.disposition is Disposition.UNKNOWN
    assert "k8s3" in path.reason


def test_ecmp_of_which_one_next_hop_fails_cannot_be_told_and_says_why() -> None:
    world = cluster()
    good = find(world, HOST2, Route, 4, "main", BLOCKS["k8s3"])
    hops = (NextHop(NODES["k8s3"], NIC), NextHop(NODES["k8s1"], NIC))
    swap(world, HOST2, good, replace(good, next_hops=hops))
    swap(world, ("k8s1", HOST), find(world, ("k8s1", HOST), Route, 4, "main", BLOCKS["k8s3"]))
    world["k8s1", HOST].append(Route(4, "main", BLOCKS["k8s3"], type="prohibit"))
    path = Network.of(facts(world)).walk(POD, address_of("k8s3", 1))
    assert path.disposition is Disposition.UNKNOWN
    assert "prohibits" in path.reason
    assert "1 of 2 next hops" in path.reason


def test_ecmp_of_which_every_next_hop_fails_fails() -> None:
    world = cluster()
    good = find(world, HOST2, Route, 4, "main", BLOCKS["k8s3"])
    hops = (NextHop(NODES["k8s3"], NIC), NextHop(NODES["k8s1"], NIC))
    swap(world, HOST2, good, replace(good, next_hops=hops))
    for node, end in (("k8s1", "prohibit"), ("k8s3", "blackhole")):
        place = (node, HOST)
        for each in list(world[place]):
            if isinstance(each, Route) and each.prefix in (
                BLOCKS["k8s3"], f"{address_of('k8s3', 1)}/32",
            ):  # fmt: skip
                swap(world, place, each)
        world[place].append(Route(4, "main", BLOCKS["k8s3"], type=end))
    path = Network.of(facts(world)).walk(POD, address_of("k8s3", 1))
    assert path.disposition in (Disposition.PROHIBIT, Disposition.BLACKHOLE)


def test_a_dead_next_hop_is_passed_over() -> None:
    world = cluster()
    good = find(world, HOST2, Route, 4, "main", BLOCKS["k8s3"])
    dead = NextHop(NODES["k8s1"], NIC, flags=("dead",))
    swap(world, HOST2, good, replace(good, next_hops=(dead, *good.next_hops)))
    assert not failing(Network.of(facts(world)))


@pytest.mark.parametrize(("kind", "link_type"), [("vxlan", "ether"), ("", "ipip")])
def test_a_tunnel_is_unknown_and_named(kind: str, link_type: str) -> None:
    world = cluster()
    good = find(world, HOST2, Route, 4, "main", BLOCKS["k8s3"])
    swap(world, HOST2, good, replace(good, next_hops=(NextHop("10.0.0.1", "tun.calico"),)))
    nic = find(world, HOST2, Interface, NIC)
    new = replace(nic, name="tun.calico", index=8, link_kind=kind, link_type=link_type)
    world[HOST2].append(new)
    path = Network.of(facts(world)).walk(POD, address_of("k8s3", 1))
    assert path.disposition is Disposition.UNKNOWN
    assert (kind or link_type) in path.reason


@pytest.mark.parametrize(
    ("selector", "action", "works"),
    [
        ("from all fwmark 0x10/0xff", "lookup 77", True),  # the table has nothing
        ("from all fwmark 0x10/0xff", "blackhole", True),
        ("from all iif nowhere [detached]", "blackhole", True),
        ("from all oif enp1s0f0", "blackhole", True),
        ("not from all to 128.0.0.0/1", "blackhole", True),
        (f"not from all to {BLOCKS['k8s1']}", "blackhole", False),
        (f"from {address_of('k8s2', 1)}", "unreachable", False),
        (f"from {address_of('k8s2', 2)}", "unreachable", True),
        ("from all iif cali21", "prohibit", False),
        ("from all iif cali22", "prohibit", True),
        ("from all", "goto 32766", True),
    ],
)
def test_a_rule_decides_only_what_it_selects(
    selector: str, action: str, works: bool | None
) -> None:
    world = cluster()
    world[HOST2].append(Rule(4, 50, selector, action))
    network = Network.of(facts(world))
    path = network.walk(POD, address_of("k8s3", 1))
    assert {
        Disposition.DELIVERED: True,
        Disposition.UNKNOWN: None,
    }.get(path.disposition, False) is works


def test_throw_goes_on_with_the_next_rule() -> None:
    world = cluster()
    world[HOST2].append(Rule(4, 50, "from all", "lookup 77"))
    world[HOST2].append(Route(4, "77", "0.0.0.0/0", type="blackhole"))
    for prefix in ("192.168.0.0/16", "169.254.0.0/16"):
        world[HOST2].append(Route(4, "77", prefix, type="throw"))
    network = Network.of(facts(world))
    assert not failing(network)
    assert outside(network)[POD[1]].disposition is Disposition.BLACKHOLE


def test_suppressed_prefixes_do_not_count() -> None:
    world = cluster()
    world[HOST2].append(Rule(4, 50, "from all", "lookup 77", ("suppress_prefixlength 0",)))
    world[HOST2].append(Route(4, "77", "0.0.0.0/0", type="blackhole"))
    assert outside(Network.of(facts(world)))[POD[1]].disposition is Disposition.LEFT_CLUSTER


def test_an_address_of_two_pods_is_not_taken_for_delivered() -> None:
    """A ping can answer from the wrong pod."""
    world = cluster()
    twin = address_of("k8s3", 1)
    world[HOST2].append(Address(NIC, 4, f"{twin}/32", scope="global"))
    world[HOST2].append(local(twin, NIC))
    state = states(Network.of(facts(world)))[POD[1], OTHER]
    assert state.disposition is Disposition.NOT_OWNED
    assert "k8s2" in state.there.reason


def test_a_pod_whose_address_is_gone_is_sought_by_its_former_one() -> None:
    world = cluster()
    veth_deleted(world)
    network = Network.of(facts(world), assumed=facts(cluster()))
    endpoint = next(each for each in network.endpoints if each.name == POD[1])
    assert endpoint.addresses == (address_of("k8s2", 1),)
    alone = next(each for each in Network.of(facts(world)).endpoints if each.name == POD[1])
    assert alone.addresses == ()


def test_a_destination_that_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="k8s3"):
        Network.of(facts(cluster())).walk(POD, "k8s3")


def test_each_node_without_a_route_says_so_itself() -> None:
    world = cluster()
    for node in NODES:
        place = (node, HOST)
        swap(world, place, find(world, place, Route, 4, "main", "0.0.0.0/0"))
    network = Network.of(facts(world))
    for node in NODES:
        host = network.spaces[node, HOST]
        port = Port(node, HOST, f"cali{node[-1]}1")
        path = Walker(network).arrive(port, Packet("", "203.0.113.9"))
        assert path.disposition is Disposition.NO_ROUTE
        assert path.reason == f"{host.name} has no route to 203.0.113.9"
    walker = Walker(network)
    ends = [
        walker.arrive(Port(node, HOST, f"cali{node[-1]}1"), Packet("", "203.0.113.9")).hops[0].node
        for node in NODES
    ]
    assert ends == list(NODES)


@pytest.mark.parametrize(
    ("selector", "action"),
    [
        ("from bogus", "blackhole"),
        ("from 10.0.0.0/99", "blackhole"),
        ("from all to 1.2.3", "blackhole"),
        ("not from bogus", "blackhole"),
        ("from all", f"goto {'9' * 5000}"),
        ("from bogus", f"lookup main suppress_prefixlength {'9' * 5000}"),
    ],
)
def test_a_rule_that_no_kernel_prints_is_told_as_not_understood(selector: str, action: str) -> None:
    world = cluster()
    world["k8s2", HOST].insert(0, Rule(4, 1, selector, action))
    states = [pair for pair in pairs(Network.of(facts(world))) if pair.works is not True]
    assert states
    assert {pair.works for pair in states} == {None}


def test_a_container_without_a_network_on_purpose_is_no_endpoint() -> None:
    world = cluster()
    world["k8s1", "batch"] = [Interface("lo", 1, ("LOOPBACK", "LOWER_UP", "UP"))]
    job = Container("batch", workload="batch", status="running", network_mode="none")
    world["k8s1", HOST].append(job)
    names = {endpoint.name for endpoint in Network.of(facts(world)).endpoints}
    assert "batch@k8s1" not in names
    swap(world, ("k8s1", HOST), job, replace(job, network_mode="bridge"))
    assert "batch@k8s1" in {each.name for each in Network.of(facts(world)).endpoints}


def test_a_loop_that_some_flows_leave_is_one_for_no_other_walk() -> None:
    world = cluster()
    own = address_of("k8s2", 1)
    hops = (NextHop(NODES["k8s1"], NIC), NextHop("", veth_of("k8s2", 1)))
    world["k8s2", HOST].insert(0, replace(route(f"{own}/32", NIC), next_hops=hops))
    world["k8s3", HOST].insert(0, route(f"{own}/32", NIC, NODES["k8s1"]))
    network = Network.of(facts(world))
    ends = [network.walk((node, HOST), own).disposition for node in ("k8s1", "k8s3", "k8s2")]
    assert ends == [Disposition.UNKNOWN] * 3  # each flow is delivered or goes round for ever


def test_many_next_hops_that_lead_round_are_walked_in_no_time() -> None:
    nodes = 40
    world = large(nodes, 1)
    own = pod_address(0, 0)
    for node in range(nodes):
        hops = tuple(NextHop(node_address(each), NIC) for each in range(nodes) if each != node)
        world[node_of(node), HOST].insert(0, replace(route(f"{own}/32", NIC), next_hops=hops))
    network = Network.of(facts(world))
    ends = {network.walk((node_of(node), HOST), own).disposition for node in range(3)}
    assert ends == {Disposition.LOOP}


def test_where_a_circle_is_entered_is_told_of_each_walk_whatever_was_walked_before() -> None:
    world = cluster()
    own = "198.51.100.7"
    for node, onward in (("k8s1", "k8s2"), ("k8s2", "k8s1"), ("k8s3", "k8s2")):
        world[node, HOST].append(route(f"{own}/32", NIC, NODES[onward]))
    network = Network.of(facts(world))
    told = [network.walk((node, HOST), own) for node in NODES]
    assert [path.reason for path in told] == [
        "the packet comes back to k8s2",
        "the packet comes back to k8s1",
        "the packet comes back to k8s2",
    ]
    for node, path in zip(NODES, told, strict=True):
        assert Network.of(facts(world)).walk((node, HOST), own) == path
