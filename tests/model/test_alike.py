"""Workloads that are alike: whatever the model says of one pair, it says of all like it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.capture import HOST
from netsnap.diff.common import in_common
from netsnap.model.alike import Classes, classes, sort
from netsnap.model.disposition import PairState
from netsnap.model.lexicon import Lexicon
from netsnap.model.network import Network
from netsnap.model.pairs import pairs
from parsers.records import (
    Address,
    FilterRule,
    Interface,
    IpSet,
    IpSetMember,
    IptablesRule,
    Neighbour,
    NextHop,
    Route,
    Rule,
    Sysctl,
    TcFilter,
    XfrmPolicy,
)
from parsers.roles import Record
from parsers.verdicts import of_iptables
from tests.model.cluster import (
    BLOCKS,
    NIC,
    NODES,
    UP,
    World,
    address_of,
    cluster,
    down,
    facts,
    local,
    pod_of,
    route,
    veth_of,
)
from tests.model.cluster import rules as rules_of_a_kernel

PODS = 4
ADDRESSES = [address_of(node, pod) for node in NODES for pod in range(1, PODS + 1)]
VETHS = [veth_of(node, pod) for node in NODES for pod in range(1, PODS + 1)]
MACS = ("0a:00:00:00:00:01", "0a:00:00:00:00:02")
EACH = ('iifname "{0}"', "ip saddr {1}", "ip daddr {1}", "ip saddr != {1}")
"""Matches that a filter may have once for each workload."""

BASE = "type filter hook forward priority filter; policy accept;"

nodes = st.sampled_from(list(NODES))
addresses = st.sampled_from(ADDRESSES)
prefixes = st.sampled_from(
    [*BLOCKS.values(), *(f"{a}/32" for a in ADDRESSES), "192.168.167.64/30", "192.168.0.0/16"]
)
devices = st.sampled_from([*VETHS, NIC])
verdicts = st.sampled_from(["drop", "accept", "counter drop", "jump spare", "reject"])
fields = st.sampled_from(["iifname", "oifname"])
matches = st.one_of(
    st.builds("ip {} {}".format, st.sampled_from(["saddr", "daddr"]), addresses | prefixes),
    st.builds("ip saddr {}-{}".format, addresses, addresses),
    st.builds('{} {}"{}"'.format, fields, st.sampled_from(["", "!= "]), devices),
    st.builds('iifname "{}*"'.format, st.sampled_from(["cali", "cali11", "cali23"])),
    st.sampled_from(["meta mark 0x1", "ct mark 0x1"]),
)
lines = st.builds("{} {}".format, matches, verdicts)


@st.composite
def filters(draw: st.DrawFn) -> list[Record]:
    """Draw a packet filter, as likely as not with a line for each workload as Felix has them."""
    said = draw(st.lists(lines, max_size=4))
    if draw(st.booleans()):
        end = draw(verdicts)
        forms = draw(st.lists(st.sampled_from(EACH), min_size=1, max_size=2))
        mine = [form.format(*each) for each in zip(VETHS, ADDRESSES, strict=True) for form in forms]
        said += [f"{match} {end}" for match in draw(st.permutations(mine))]
    said += draw(st.lists(lines, max_size=2))
    spare = draw(st.lists(lines.filter(lambda line: "jump" not in line), max_size=2))
    return [
        FilterRule("ip filter", "forward", BASE),
        *(FilterRule("ip filter", "forward", rule) for rule in dict.fromkeys(said)),
        *(FilterRule("ip filter", "spare", rule) for rule in dict.fromkeys(spare)),
    ]


OF_IPTABLES = ("-i {0}", "-s {1}/32", "-d {1}/32", "! -s {1}/32", "-o {0}")
endings = st.sampled_from(
    ["-j DROP", "-j ACCEPT", "-j REJECT", "-j spare", "-j MARK --set-xmark 0x1/0x1"]
)
matchings = st.one_of(
    st.builds("{} {}".format, st.sampled_from(["-s", "! -d"]), prefixes),
    st.builds("{} {}".format, st.sampled_from(["-i", "! -o"]), devices | st.just("cali1+")),
    st.sampled_from(["-m set --match-set some src", "-m set ! --match-set all dst"]),
    st.sampled_from(["-m mark --mark 0x1/0x1", "-m statistic --mode random"]),
    st.builds("-m iprange --src-range {}-{}".format, addresses, addresses),
)
iptables_lines = st.builds("{} {}".format, matchings, endings)


@st.composite
def legacy_filters(draw: st.DrawFn) -> list[Record]:
    """Draw rules of iptables-legacy, and sets that they ask."""
    said = draw(st.lists(iptables_lines, max_size=4))
    if draw(st.booleans()):
        end = draw(endings)
        forms = draw(st.lists(st.sampled_from(OF_IPTABLES), min_size=1, max_size=2))
        mine = [form.format(*each) for each in zip(VETHS, ADDRESSES, strict=True) for form in forms]
        said += [f"{match} {end}" for match in draw(st.permutations(mine))]
    said += draw(st.lists(iptables_lines, max_size=2))
    spare = draw(st.lists(iptables_lines.filter(lambda line: "spare" not in line), max_size=2))
    policy = draw(st.sampled_from(["accept", "drop"]))
    members = draw(st.lists(prefixes, max_size=3, unique=True))
    excluded = draw(st.sampled_from([(), ("nomatch",)]))
    return [
        legacy("policy", policy),
        *(legacy(rule) for rule in dict.fromkeys(said)),
        *(legacy(rule, chain="spare") for rule in dict.fromkeys(spare)),
        IpSet("some", "hash:net"),
        *(IpSetMember("some", member, options=excluded) for member in members),
        IpSet("all", "list:set"),
        IpSetMember("all", "some"),
    ]


def legacy(rule: str, verdict: str = "", *, chain: str = "FORWARD") -> IptablesRule:
    """Return a line of iptables-legacy's table filter."""
    said = verdict or of_iptables(rule.partition("-j ")[2].partition(" ")[0])
    return IptablesRule("ip", "legacy", "filter", chain, rule, verdict=said)


@st.composite
def routes(draw: st.DrawFn) -> Route:
    """Draw a route that somebody added."""
    kind = draw(st.sampled_from(["unicast", "unicast", "blackhole", "throw", "unreachable"]))
    hop = NextHop(draw(st.sampled_from(["", *NODES.values()])), draw(devices))
    metric = draw(st.sampled_from([None, 5]))
    hops = (hop,) if kind == "unicast" else ()
    return Route(4, "main", draw(prefixes), metric=metric, type=kind, next_hops=hops)


conditions = st.sampled_from(["resolved", "failed", "permanent"])
neighbours = st.builds(Neighbour, st.just(4), addresses, devices, st.sampled_from(MACS), conditions)
sources = st.builds("from {}".format, addresses | prefixes)
actions = st.sampled_from(["lookup local", "blackhole"])
rules = st.builds(Rule, st.just(4), st.sampled_from([90, 100]), sources, actions)
switches = st.builds(
    lambda device, name: Sysctl(f"net.ipv4.conf.{device}.{name}", "0"),
    devices,
    st.sampled_from(["forwarding", "rp_filter", "proxy_arp"]),
)


@st.composite
def worlds(draw: st.DrawFn, former: World | None = None) -> World:
    """Draw a cluster with odd things in it, most of them about one workload or another."""
    world = {place: list(records) for place, records in (former or cluster(pods=PODS)).items()}
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from(list(world)))
        world[place].append(draw(routes() | neighbours | rules | switches))
    for node in draw(st.lists(nodes, max_size=2)):
        world[node, HOST] += draw(filters() | legacy_filters())
    for _ in range(draw(st.integers(0, 2))):
        records = world[draw(st.sampled_from(list(world)))]
        at = draw(st.integers(0, len(records) - 1))
        old = records[at]
        if isinstance(old, Interface):
            changed = [down(old), replace(old, mac=draw(st.sampled_from(MACS)))]
            records[at] = draw(st.sampled_from(changed))
        else:
            del records[at]
    return world


def _told(state: PairState) -> tuple[object, ...]:
    ends = (state.there.disposition, state.back.disposition)
    return (state.works, state.disposition, *ends, len(state.there.doubts), len(state.back.doubts))


@settings(max_examples=150, deadline=None)
@given(worlds())
def test_pairs_of_one_class_fare_alike(world: World) -> None:
    network = Network.of(facts(world))
    of = classes(network)
    found: dict[object, set[object]] = defaultdict(set)
    for state in pairs(network):
        found[of[state.src], of[state.dst]].add(_told(state))
    assert {key: ends for key, ends in found.items() if len(ends) > 1} == {}


@st.composite
def two_worlds(draw: st.DrawFn) -> tuple[World, World]:
    """Draw two snapshots' worlds, in the second of which pods come, go, and get new addresses."""
    before = draw(worlds())
    after = draw(worlds(before))
    for place in draw(st.lists(st.sampled_from([p for p in after if p[1] != HOST]), max_size=2)):
        after.pop(place, None)
    for place in draw(st.lists(st.sampled_from(list(after)), max_size=2)):
        moved = draw(addresses)
        after[place] = [
            replace(each, address=f"{moved}/32")
            if isinstance(each, Address) and each.interface == "eth0"
            else each
            for each in after[place]
        ]
    return (before, after) if draw(st.booleans()) else (after, before)


def _partition(of: Classes) -> set[frozenset[str]]:
    members: dict[int, set[str]] = defaultdict(set)
    for name, number in of.items():
        members[number].add(name)
    return {frozenset(names) for names in members.values()}


@settings(max_examples=150, deadline=None)
@given(two_worlds())
def test_what_is_taken_over_from_another_snapshot_sorts_as_what_is_read_anew(
    two: tuple[World, World],
) -> None:
    before, after = map(facts, two)
    earlier = Network.of(before, assumed=after)
    same = in_common(before, after)
    later = Network.of(after, assumed=before, like=earlier, same=same)
    lexicon = Lexicon()
    found = sort(later, lexicon, sort(earlier, lexicon)).classes
    assert _partition(found) == _partition(classes(Network.of(after, assumed=before)))


def test_what_named_nobody_is_read_again_when_somebody_new_has_that_address() -> None:
    address, new = address_of("k8s1", 2), pod_of("k8s1", 2)
    after = cluster(pods=PODS)
    # the device is another node's pod's, so that its name is looked at and is nobody's here
    after["k8s2", HOST].append(Neighbour(4, address, veth_of("k8s1", 1), condition="resolved"))
    before = {place: records for place, records in after.items() if place[1] != new}
    then, now = facts(before), facts(after)
    earlier = Network.of(then)
    later = Network.of(now, like=earlier, same=in_common(then, now))
    lexicon = Lexicon()
    of = sort(later, lexicon, sort(earlier, lexicon)).classes
    assert of[new] != of[pod_of("k8s1", 3)] == of[pod_of("k8s1", 4)]


def test_a_line_that_named_nobody_is_read_again_when_somebody_new_has_that_address() -> None:
    world, later = cluster(pods=1), cluster(pods=2)
    for each in (world, later):
        each["k8s1", HOST] += [
            FilterRule("ip filter", "forward", BASE),
            FilterRule("ip filter", "forward", f"ip saddr {address_of('k8s1', 2)} drop"),
        ]
    lexicon = Lexicon()
    sort(Network.of(facts(world)), lexicon)
    now = Network.of(facts(later))
    assert _partition(sort(now, lexicon).classes) == _partition(classes(now))


def test_a_prefix_that_holds_one_pod_and_names_none_sets_it_apart() -> None:
    world = cluster(pods=PODS)
    world["k8s2", HOST].append(Route(4, "main", "192.168.86.4/31", type="blackhole"))
    of = classes(Network.of(facts(world)))
    assert address_of("k8s1", 3) == "192.168.86.4"
    assert of[pod_of("k8s1", 1)] == of[pod_of("k8s1", 2)] != of[pod_of("k8s1", 3)]


def test_a_pod_with_a_node_s_hardware_address_is_not_like_the_others() -> None:
    world = cluster(pods=2)
    for place in list(world):
        own = {pod_of("k8s1", 1): MACS[0], pod_of("k8s1", 2): MACS[1]}.get(place[1], "")
        world[place] = [
            replace(each, mac=own or (MACS[0] if each.name == NIC else each.mac))
            if isinstance(each, Interface) and each.name != "lo"
            else each
            for each in world[place]
        ]
    of = classes(Network.of(facts(world)))
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_the_pods_of_a_node_are_alike_where_nothing_sets_one_apart() -> None:
    of = classes(Network.of(facts(cluster(pods=PODS))))
    assert len(set(of.values())) == len(NODES)


def test_a_pod_that_a_line_names_is_not_like_the_others() -> None:
    world = cluster(pods=PODS)
    world["k8s1", HOST] += [
        FilterRule("ip filter", "forward", BASE),
        FilterRule("ip filter", "forward", f"ip saddr {address_of('k8s1', 2)} drop"),
    ]
    of = classes(Network.of(facts(world)))
    assert len({of[pod_of("k8s1", pod)] for pod in range(1, PODS + 1)}) == 2
    assert of[pod_of("k8s1", 1)] == of[pod_of("k8s1", 3)]


def test_lines_alike_for_each_pod_leave_the_pods_alike() -> None:
    world = cluster(pods=PODS)
    world["k8s1", HOST] += [FilterRule("ip filter", "forward", BASE)]
    for pod in range(1, PODS + 1):
        veth = veth_of("k8s1", pod)
        world["k8s1", HOST] += [
            FilterRule("ip filter", "forward", f'iifname "{veth}" goto cali-fw-{veth}'),
            FilterRule("ip filter", f"cali-fw-{veth}", "ct state established accept"),
            FilterRule("ip filter", f"cali-fw-{veth}", "drop"),
        ]
    of = classes(Network.of(facts(world)))
    assert len({of[pod_of("k8s1", pod)] for pod in range(1, PODS + 1)}) == 1


OF_A_POD = ("ct state established accept", "ip saddr {0} accept", "drop")


@pytest.mark.parametrize(
    "otherwise",
    [
        ("ct state established accept", "ip saddr {0} accept"),
        ("ct state established accept", "drop", "ip saddr {0} accept"),
        ("ct state established accept", "ip saddr {1} accept", "drop"),
        ("ct state established accept", "ip saddr {0} drop", "drop"),
    ],
)
def test_a_chain_of_its_own_that_says_otherwise_sets_a_pod_apart(otherwise: tuple[str]) -> None:
    pods = {veth_of("k8s1", 1): ONE, veth_of("k8s1", 2): TWO}
    jumps = [("forward", f'iifname "{veth}" goto fw-{veth}') for veth in pods]

    def ends(veth: str, said: Sequence[str]) -> list[tuple[str, str]]:
        return [(f"fw-{veth}", line.format(pods[veth], ONE)) for line in said]

    one, two = pods
    alike = classes(_filtered(*jumps, *ends(one, OF_A_POD), *ends(two, OF_A_POD)))
    of = classes(_filtered(*jumps, *ends(one, OF_A_POD), *ends(two, otherwise)))
    assert alike[pod_of("k8s1", 1)] == alike[pod_of("k8s1", 2)]
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_lines_whose_order_decides_set_pods_apart() -> None:
    world = cluster(pods=2)
    one, two = (f"ip saddr {address_of('k8s1', pod)} drop" for pod in (1, 2))
    for line in (BASE, one, f"ip saddr {BLOCKS['k8s1']} accept", two):
        world["k8s1", HOST].append(FilterRule("ip filter", "forward", line))
    of = classes(Network.of(facts(world)))
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def _filtered(*rules: tuple[str, str]) -> Network:
    world = cluster(pods=2)
    records = (FilterRule("ip filter", chain, rule) for chain, rule in (("forward", BASE), *rules))
    world["k8s1", HOST] += records
    return Network.of(facts(world))


ONE, TWO = (address_of("k8s1", pod) for pod in (1, 2))


def test_lines_of_two_forms_in_one_place_set_pods_apart() -> None:
    said = (f"ip saddr {ONE} drop", f"ip daddr {ONE} accept")
    turned = (f"ip daddr {TWO} accept", f"ip saddr {TWO} drop")
    of = classes(_filtered(*(("forward", line) for line in (*said, *turned))))
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_lines_that_every_packet_passes_set_pods_apart() -> None:
    veths = {veth_of("k8s1", 1): ONE, veth_of("k8s1", 2): TWO}
    jumps = [("forward", f"jump fw-{veth}") for veth in veths]
    ends = [
        (f"fw-{veth}", line)
        for veth, address in veths.items()
        for line in (f"ip saddr {address} accept", f"ip daddr {address} drop")
    ]
    of = classes(_filtered(*jumps, *ends))
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_a_wildcard_that_fits_one_interface_sets_its_pod_apart() -> None:
    of = classes(_filtered(("forward", f'iifname "{veth_of("k8s1", 1)}*" drop')))
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_an_element_of_a_set_that_packets_fill_sets_its_pod_apart() -> None:
    world = cluster(pods=2)
    flags = FilterRule("ip filter", "set busy", "flags dynamic", elements=(ONE,))
    lines = [("forward", BASE), ("forward", "ip saddr @busy drop")]
    world["k8s1", HOST] += [
        FilterRule("ip filter", "set busy", "type ipv4_addr"),
        flags,
        *(FilterRule("ip filter", chain, rule) for chain, rule in lines),
    ]
    network = Network.of(facts(world))
    of = classes(network)
    works = {state.src: state.works for state in pairs(network) if state.dst.endswith("31")}
    assert works[pod_of("k8s1", 1)] is not works[pod_of("k8s1", 2)]
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def _with_iptables(*records: Record) -> Network:
    world = cluster(pods=2)
    world["k8s1", HOST] += [legacy("policy", "accept"), *records]
    return Network.of(facts(world))


def test_an_entry_of_an_ipset_sets_its_pod_apart() -> None:
    rule = legacy("-m set --match-set some src -j DROP")
    network = _with_iptables(rule, IpSet("some", "hash:ip"), IpSetMember("some", ONE))
    of = classes(network)
    works = {state.src: state.works for state in pairs(network) if state.dst.endswith("31")}
    assert (works[pod_of("k8s1", 1)], works[pod_of("k8s1", 2)]) == (False, True)
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_an_entry_that_expires_sets_its_pod_apart() -> None:
    rule = legacy("-m set --match-set some src -j DROP")
    of = classes(_with_iptables(rule, IpSet("some", "hash:ip", expiring=(ONE,))))
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_a_rule_of_iptables_sets_the_pod_apart_that_it_names() -> None:
    of = classes(_with_iptables(legacy(f"-s {ONE}/32 -j DROP")))
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_rules_of_iptables_alike_for_each_pod_leave_the_pods_alike() -> None:
    veths = [veth_of("k8s1", pod) for pod in (1, 2)]
    ways = [legacy(f"-i {veth} -g cali-fw-{veth}", f"goto cali-fw-{veth}") for veth in veths]
    ends = [legacy("-m mark --mark 0x1 -j DROP", chain=f"cali-fw-{veth}") for veth in veths]
    sets = [IpSetMember("some", address) for address in (ONE, TWO)]
    of = classes(_with_iptables(*ways, *ends, IpSet("some", "hash:ip"), *sets))
    assert of[pod_of("k8s1", 1)] == of[pod_of("k8s1", 2)]


def test_rules_of_iptables_whose_order_decides_set_pods_apart() -> None:
    said = (f"-s {ONE}/32 -j DROP", f"-s {BLOCKS['k8s1']} -j ACCEPT", f"-s {TWO}/32 -j DROP")
    of = classes(_with_iptables(*map(legacy, said)))
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_a_policy_of_ipsec_sets_the_pod_apart_that_it_names() -> None:
    policy = XfrmPolicy(f"{ONE}/32", "0.0.0.0/0", "", "fwd", action="block", priority=1)
    network = _with_iptables(policy)
    of = classes(network)
    works = {state.src: state.works for state in pairs(network) if state.dst.endswith("31")}
    assert (works[pod_of("k8s1", 1)], works[pod_of("k8s1", 2)]) == (False, True)
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_a_filter_of_tc_that_may_mark_packets_sets_its_pod_apart() -> None:
    world = cluster(pods=2)
    world["k8s1", HOST] += [
        FilterRule("ip filter", "forward", BASE),
        FilterRule("ip filter", "forward", "meta mark 0x1 drop"),
        TcFilter(veth_of("k8s1", 1), "ingress", 1, "all", "bpf", rule=("prog.o",)),
    ]
    network = Network.of(facts(world))
    of = classes(network)
    doubts = {state.src: bool(state.there.doubts) for state in pairs(network)}
    assert (doubts[pod_of("k8s1", 1)], doubts[pod_of("k8s1", 2)]) == (True, False)
    assert of[pod_of("k8s1", 1)] != of[pod_of("k8s1", 2)]


def test_a_port_that_its_bridge_bars_sets_its_container_apart() -> None:
    said = "state {} priority 32 isolated {} port_no 0x{}"
    states = [
        ("forwarding", "off"),
        ("forwarding", "off"),
        ("disabled", "off"),
        ("forwarding", "on"),
    ]
    host = [*rules_of_a_kernel(), Interface("br0", 5, UP, link_kind="bridge")]
    world: World = {("k8s2", HOST): host}
    for nth, state in enumerate(states, 1):
        veth = Interface("", 10 + nth, UP, link_kind="veth")
        detail = said.format(*state, nth)
        host.append(replace(veth, name=f"veth{nth}", peer_index=7, peer_netns=str(nth),
                            master="br0", slave_detail=detail))  # fmt: skip
        own = f"10.44.0.{nth + 1}"
        world["k8s2", f"box{nth}"] = [
            *rules_of_a_kernel(),
            replace(veth, name="eth0", index=7, peer_index=10 + nth, peer_netns="0"),
            Address("eth0", 4, f"{own}/24", scope="global"),
            local(own, "eth0"),
            route("10.44.0.0/24", "eth0", protocol="kernel"),
        ]
    of = classes(Network.of(facts(world)))
    one, two, disabled, isolated = (of[f"box{nth}@k8s2"] for nth in range(1, 5))
    assert one == two
    assert len({one, disabled, isolated}) == 3
