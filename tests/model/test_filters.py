"""What a packet filter does with a ping that crosses a namespace."""

from collections.abc import Iterable
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.model.disposition import Disposition, PairState
from netsnap.model.fib import NOTHING
from netsnap.model.filterlines import Sets, read_line
from netsnap.model.flow import Flow, Sent, Service
from netsnap.model.ipsets import IpSets
from netsnap.model.lookups import Lookups
from netsnap.model.network import Network
from netsnap.model.pairs import outside, pairs
from netsnap.model.xtables import read_rule
from parsers.records import FilterRule, IpSet, IpSetMember, IptablesRule, TcFilter
from parsers.verdicts import of_iptables, of_nft
from tests.model.cluster import World, address_of, cluster, facts, pod_of, veth_of

PLACE = ("k8s2", HOST)
FORWARD = "type filter hook forward priority filter; policy accept"
POD = address_of("k8s2", 1)
VETH = veth_of("k8s2", 1)
ALL_OF_NODE, ALL_OF_POD = 18, 10


def filtered(*rules: tuple[str, str], table: str = "inet f") -> World:
    """Return the cluster with (chain, rule) lines in k8s2's filter."""
    world = cluster()
    world[PLACE] += [FilterRule(table, chain, rule) for chain, rule in rules]
    return world


def failing(world: World) -> list[PairState]:
    return [pair for pair in pairs(Network.of(facts(world))) if pair.works is not True]


@pytest.mark.parametrize(
    ("rule", "lost"),
    [
        ("drop", ALL_OF_NODE),
        ('counter log prefix "no: " group 3 reject with icmpx admin-prohibited', ALL_OF_NODE),
        (f"ip daddr {POD} drop", ALL_OF_POD),
        (f'oifname "{VETH}" drop', ALL_OF_POD),
        (f'iifname {{ "{VETH}", "eth7" }} counter drop comment "accept"', ALL_OF_POD),
        (f'oifname "{VETH}" ct state new drop', ALL_OF_POD // 2),
        ("ct state established,related drop", ALL_OF_NODE),
        ("icmp type echo-request drop", ALL_OF_NODE),
        ("meta l4proto { icmp, ipv6-icmp } drop", ALL_OF_NODE),
        (f'iifname vmap {{ "{VETH}" : drop, "eth7" : accept }}', ALL_OF_POD),
        ("ip saddr 192.168.86.0-192.168.86.63 drop", 8),
        ('iifname != "cali*" drop', 16),
        ("ip saddr 10.0.0.0/8 drop", 0),
        ("ip6 saddr != fd00::/8 drop", 0),
        ("tcp dport 23 drop", 0),
        ("ct state invalid drop", 0),
        ("icmp type destination-unreachable drop", 0),
        ("counter accept", 0),
        ('log prefix "drop"', 0),
    ],
)  # fmt: skip
def test_a_line_of_the_forward_chain_ends_what_it_means_and_nothing_else(
    rule: str, lost: int
) -> None:
    broken = failing(filtered(("c", FORWARD), ("c", rule)))
    assert len(broken) == lost
    assert {pair.disposition for pair in broken} <= {Disposition.FILTERED}


@pytest.mark.parametrize(
    ("lines", "lost"),
    [
        ((("c", FORWARD), ("c", "accept"), ("c", "drop")), 0),
        ((("c", FORWARD), ("c", "jump x"), ("x", "return"), ("x", "drop")), 0),
        ((("c", FORWARD), ("c", "jump x"), ("c", "accept"), ("x", "drop")), ALL_OF_NODE),
        ((("c", FORWARD), ("c", "goto x"), ("c", "drop"), ("x", "counter")), 0),
        ((("c", FORWARD.replace("accept", "drop")),), ALL_OF_NODE),
        ((("c", FORWARD.replace("accept", "drop")), ("c", "ct state new accept")), ALL_OF_NODE),
        ((("c", FORWARD.replace("forward", "input")), ("c", "drop")), 0),
        ((("c", "drop"),), 0),
        ((("c", FORWARD), ("c", "jump c")), 0),
    ],
)
def test_chains_are_walked_as_the_kernel_does(
    lines: tuple[tuple[str, str], ...], lost: int
) -> None:
    assert len(failing(filtered(*lines))) == lost


def test_circles_and_trees_of_jumps_cost_no_more_than_their_lines() -> None:
    circle = [("c", "jump c")] * 30
    tree = [(f"x{n}", f"jump x{n + 1}") for n in range(40) for _ in range(3)]
    assert not failing(filtered(("c", FORWARD), ("c", "jump x0"), *circle, *tree))


@pytest.mark.parametrize(
    "rules",
    [
        (("f", "jump c0"), *((f"c{n}", f"jump c{n + 1}") for n in range(2000)), ("c2000", "drop")),
        (("f", "ip saddr vmap @m"), ("map m", f"element {POD} : ip saddr vmap @m")),
        (("f", f'iifname . ip saddr {{ "{VETH}" . {POD} }} drop'),),
        (("f", f'oifname . ip daddr vmap {{ "{VETH}" . {POD} : drop }}'),),
        (("f", "iifname . ip saddr @denied drop"), ("set denied", f'element "{VETH}" . {POD}')),
    ],
    ids=[
        "deep",
        "map of maps",
        "concatenation",
        "concatenation in a map",
        "concatenation in a set",
    ],
)
def test_what_is_too_deep_or_not_taken_apart_is_a_doubt(rules: tuple[tuple[str, str], ...]) -> None:
    states = list(pairs(Network.of(facts(filtered(("f", FORWARD), *rules)))))
    assert all(pair.works for pair in states)
    assert any(pair.doubts for pair in states)


def test_the_elements_of_a_set_count() -> None:
    lines = [("set s", "type ipv4_addr"), ("c", FORWARD), ("c", "ip saddr @s drop")]
    assert not failing(filtered(*lines))
    element = ("set s", f"element {POD} timeout 1m expires 9s")
    assert len(failing(filtered(*lines, element))) == ALL_OF_POD


def test_a_filter_of_ipv6_leaves_ipv4_alone() -> None:
    assert not failing(filtered(("c", FORWARD), ("c", "drop"), table="ip6 filter"))


def test_netdev_filters_only_its_own_interface() -> None:
    hook = f'type filter hook ingress device "{VETH}" priority filter; policy accept'
    broken = failing(filtered(("i", hook), ("i", "drop"), table="netdev f"))
    assert len(broken) == ALL_OF_POD


def test_the_pods_own_filter_counts() -> None:
    world = cluster()
    world["k8s2", pod_of("k8s2", 1)] += [
        FilterRule("inet f", "i", "type filter hook input priority filter; policy drop"),
    ]
    assert len(failing(world)) == ALL_OF_POD


def test_the_way_out_is_filtered_too() -> None:
    world = filtered(("c", FORWARD), ("c", f"ip daddr {POD} drop"))
    ways = outside(Network.of(facts(world)))
    cut = [name for name, way in ways.items() if way.disposition is Disposition.FILTERED]
    assert cut == [pod_of("k8s2", 1)]


@pytest.mark.parametrize(
    "rule",
    [
        "ct mark & 0x00010000 == 0x00010000 drop",
        'xt match "set" drop',
        f"ip daddr {POD} limit rate 1/second drop",
        "ip daddr & 255.255.0.0 == 192.168.0.0 drop",
        "ip saddr . ip daddr @pairs drop",
        "ip saddr @unread drop",
        "ip daddr numgen inc mod 2 map { 0 : 1.1.1.1, 1 : 2.2.2.2 } drop",
        "ct mark vmap { 0x1 : drop, 0x2 : accept }",
        "icmp type 0-255 drop",
        'fwd to "eth7"',
    ],
)
def test_a_line_that_is_not_understood_is_a_doubt_and_no_loss(rule: str) -> None:
    found = list(pairs(Network.of(facts(filtered(("c", FORWARD), ("c", rule))))))
    assert all(pair.works for pair in found)
    doubtful = {name for pair in found if pair.doubts for name in (pair.src, pair.dst)}
    assert pod_of("k8s2", 1) in doubtful


def test_what_surely_drops_behind_a_doubt_that_may_accept_is_a_doubt() -> None:
    found = failing(filtered(("c", FORWARD), ("c", "ct mark 0x1 accept"), ("c", "drop")))
    assert found == []


def test_a_filter_that_was_not_read_is_a_doubt_about_all_that_crosses() -> None:
    spot = ("k8s2", HOST, FilterRule.kind)
    found = list(pairs(Network.of(facts(cluster(), hidden=[spot]))))
    assert all(pair.works for pair in found)
    assert sum(bool(pair.doubts) for pair in found) == ALL_OF_NODE


def test_address_translation_is_a_doubt_about_the_one_who_asks_and_not_about_answers() -> None:
    hook = "type nat hook postrouting priority srcnat; policy accept"
    rule = f"ip saddr {POD} snat to 10.9.9.9"
    found = list(pairs(Network.of(facts(filtered(("p", hook), ("p", rule), table="ip n")))))
    assert {pair.src for pair in found if pair.doubts} == {pod_of("k8s2", 1)}


@pytest.mark.parametrize(
    ("rule", "service", "lost"),
    [
        ("tcp dport 5432 counter drop", Service("tcp", 5432), ALL_OF_NODE),
        ("tcp dport 5432 drop", Service("tcp", 80), 0),
        ("tcp dport 5432 drop", Service("udp", 5432), 0),
        ("udp dport { 53, 5353 } drop", Service("udp", 53), ALL_OF_NODE),
        ("meta l4proto icmp drop", Service("tcp", 80), 0),
        (f"tcp sport 5432 ip saddr {POD} drop", Service("tcp", 5432), ALL_OF_POD // 2),
    ],
)
def test_what_opens_a_connection_fares_by_the_lines_on_its_port(
    rule: str, service: Service, lost: int
) -> None:
    world = filtered(("c", FORWARD), ("c", rule))
    states = list(pairs(Network.of(facts(world), service=service)))
    cut = [state for state in states if state.works is False]
    assert len(cut) == lost
    assert all(f"“{rule}” in inet f c" in (s.there.reason + s.back.reason) for s in cut)
    assert not any(state.doubts for state in states)


def rule_of(chain: str, words: str, *, backend: str = "nf_tables") -> IptablesRule:
    said = of_iptables(words.partition("-j ")[2])
    return IptablesRule("ip", backend, "filter", chain, words, verdict=said)


def abridged(lines: Iterable[str], rules: Iterable[str]) -> list[PairState]:
    """Return the pairs where nft tells lines, and iptables rules, of one chain."""
    world = filtered(
        ("FORWARD", FORWARD), *(("FORWARD", each) for each in lines), table="ip filter"
    )
    spot = world[PLACE]
    at = [each for each in spot if isinstance(each, FilterRule)]
    spot[-len(at) :] = [replace(each, verdict=of_nft(each.rule)) for each in at]
    spot += [rule_of("FORWARD", each) for each in rules]
    spot += [IpSet("mine", "hash:ip"), IpSetMember("mine", POD)]
    return list(pairs(Network.of(facts(world))))


SET = 'xt match "set" counter drop'
OF_SET = "-m set --match-set mine src -j DROP"


def test_what_nft_has_no_words_for_is_taken_from_iptables() -> None:
    found = abridged([SET], [OF_SET])
    assert len([pair for pair in found if pair.works is False]) == ALL_OF_POD
    assert not any(pair.doubts for pair in found)


def test_it_is_found_by_its_names_where_the_lists_do_not_fit() -> None:
    found = abridged(["tcp dport 1 drop", SET], [OF_SET])
    assert len([pair for pair in found if pair.works is False]) == ALL_OF_POD


def test_where_it_is_not_found_all_rules_of_the_chain_are_the_doubt() -> None:
    found = abridged([SET], [OF_SET, OF_SET.replace("src", "dst")])
    assert all(pair.works for pair in found)
    doubts = [doubt for pair in found for doubt in pair.doubts]
    assert doubts
    assert all("mine src" in doubt and "mine dst" in doubt for doubt in doubts)


def test_what_iptables_says_of_a_line_that_nft_tells_in_full_does_not_count() -> None:
    found = abridged(["ip saddr @unread drop"], ["-j DROP"])
    assert all(pair.works for pair in found)
    assert any(pair.doubts for pair in found)


def test_rules_of_iptables_that_were_not_read_are_a_doubt() -> None:
    spot = ("k8s2", HOST, IptablesRule.kind)
    found = list(pairs(Network.of(facts(cluster(), hidden=[spot]))))
    assert all(pair.works for pair in found)
    assert sum(bool(pair.doubts) for pair in found) == ALL_OF_NODE


def test_a_set_that_was_not_read_is_a_doubt_and_no_empty_set() -> None:
    world = cluster()
    world[PLACE] += [
        replace(rule_of("FORWARD", "policy", backend="legacy"), verdict="accept"),
        rule_of("FORWARD", "-m set ! --match-set mine src -j DROP", backend="legacy"),
        IpSet("mine", "hash:net"),
    ]
    empty = list(pairs(Network.of(facts(world))))
    assert len([pair for pair in empty if pair.works is False]) == ALL_OF_NODE
    unread = list(pairs(Network.of(facts(world, hidden=[("k8s2", HOST, IpSetMember.kind)]))))
    assert all(pair.works for pair in unread)
    assert sum(bool(pair.doubts) for pair in unread) == ALL_OF_NODE


def test_a_mark_that_tc_may_have_set_is_not_known() -> None:
    lines = (("c", FORWARD), ("c", "meta mark 0x1 drop"))
    assert not any(pair.doubts for pair in pairs(Network.of(facts(filtered(*lines)))))
    world = filtered(*lines)
    world[PLACE].append(TcFilter(VETH, "ingress", 1, "ip", "bpf"))
    found = [pair for pair in pairs(Network.of(facts(world))) if pair.doubts]
    assert len(found) == ALL_OF_POD


@pytest.mark.parametrize(
    "marking",
    [
        "-m statistic --mode random --probability 0.5 -j MARK --set-xmark 0x1/0x1",
        "-j CONNMARK --restore-mark --nfmask 0xffffffff --ctmask 0xffffffff",
    ],
)
def test_a_mark_that_a_packet_may_have_is_a_doubt(marking: str) -> None:
    world = cluster()
    world[PLACE] += [
        replace(rule_of("FORWARD", "policy", backend="legacy"), verdict="accept"),
        replace(rule_of("FORWARD", marking, backend="legacy"), verdict=""),
        rule_of("FORWARD", "-m mark --mark 0x1/0x1 -j DROP", backend="legacy"),
    ]
    found = list(pairs(Network.of(facts(world))))
    assert all(pair.works for pair in found)
    assert all(marking in " ".join(pair.doubts) for pair in found if pair.doubts)
    assert sum(bool(pair.doubts) for pair in found) == ALL_OF_NODE


def legacy_of(rule: str) -> list[PairState]:
    """Return the pairs of a cluster with one rule of iptables-legacy in k8s2's FORWARD."""
    world = cluster()
    said = of_iptables(rule.partition("-j ")[2].partition(" ")[0])
    world[PLACE] += [
        rule_of("FORWARD", "policy", backend="legacy"),
        replace(rule_of("FORWARD", rule, backend="legacy"), verdict=said),
    ]
    return list(pairs(Network.of(facts(world))))


def test_any_type_of_icmp_is_that_of_a_ping_too() -> None:
    found = legacy_of("-p icmp -m icmp --icmp-type any -j DROP")
    assert sum(pair.works is False for pair in found) == ALL_OF_NODE


def test_a_mark_that_a_set_gives_is_not_known() -> None:
    world = cluster()
    given = "-j SET --map-set some src --map-mark"
    world[PLACE] += [
        rule_of("FORWARD", "policy", backend="legacy"),
        rule_of("FORWARD", given, backend="legacy"),
        replace(rule_of("FORWARD", "-m mark --mark 0x1 -j DROP", backend="legacy"), verdict="drop"),
    ]
    found = list(pairs(Network.of(facts(world))))
    assert all(pair.works for pair in found)
    assert sum(bool(pair.doubts) for pair in found) == ALL_OF_NODE


@pytest.mark.parametrize("port", ["\N{SUPERSCRIPT TWO}", "9" * 5000])
def test_a_port_that_no_kernel_prints_is_a_doubt(port: str) -> None:
    flow = Flow(Sent(POD, "192.168.86.2", new=True, header=Service("tcp", 80).opening), "", "")
    nowhere = Lookups(lambda *_: NOTHING, lambda *_: None, readable=False)
    sets = Sets({}, IpSets((), readable=True), nowhere)
    assert read_line(f"tcp dport {port} drop").fits(flow, sets) is None
    assert read_rule(f"-p tcp -m tcp --dport {port} -j DROP", "drop").fits(flow, sets) is None


@pytest.mark.parametrize(
    "odd",
    [
        FilterRule("", "c", FORWARD),
        FilterRule("inet f", "set x", "element "),
        FilterRule("inet f", "map x", "elements", elements=("", " : drop")),
    ],
)
def test_a_record_with_nothing_in_it_raises_nothing(odd: FilterRule) -> None:
    world = filtered(("c", FORWARD), ("c", "drop"))
    world[PLACE].append(odd)
    assert len(failing(world)) == ALL_OF_NODE
