"""What keeps BGP out of a node is found in one snapshot, also where no line names the port."""

from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.explain.bgpfilter import BGP_PORT, Filters
from netsnap.explain.check import check
from netsnap.model.flow import Flow, Sent
from netsnap.model.network import Network
from parsers.records import (
    CalicoPeer,
    FilterRule,
    IptablesRule,
    KernelLog,
    KernelMessage,
    NetworkNamespace,
)
from tests.model.cluster import NIC, NODES, World, cluster, facts

K3 = ("k8s3", HOST)
BASE = "type filter hook input priority filter; policy accept"
SAYS = "a packet filter of k8s3 drops BGP"


def _locked(connection: str, *rules: str, policy: str = "accept") -> World:
    world = cluster()
    for node in NODES:
        for other, address in NODES.items():
            if other != node:
                down = "k8s3" in (node, other) and connection != "Established"
                peer = CalicoPeer(4, address, "node-to-node mesh", "up", "Established")
                world[node, HOST].append(replace(peer, connection=connection) if down else peer)
    lines = (BASE.replace("policy accept", f"policy {policy}"), *rules)
    world[K3] += [FilterRule("ip f", "INPUT", line) for line in lines]
    return world


def _sentences(world: World) -> list[str]:
    return [each.finding.sentence for each in check(facts(world), lambda _: b"a line")]


@pytest.mark.parametrize(
    ("rules", "policy", "told"),
    [
        (("tcp dport 22 accept", "drop"), "accept", True),
        (("tcp dport 22 accept", "meta l4proto icmp accept"), "drop", True),
        (("ip saddr 172.16.0.0/24 accept", "drop"), "accept", False),
        (("tcp dport { 22, 179 } accept", "drop"), "accept", False),
        (("meta mark 0x1 accept", "drop"), "accept", True),
        (("udp dport 53 drop",), "accept", False),
    ],
)
def test_a_filter_that_lets_no_bgp_in_is_told_of_a_session_that_is_down(
    rules: tuple[str, ...], policy: str, *, told: bool
) -> None:
    found = [each for each in _sentences(_locked("Connect", *rules, policy=policy)) if SAYS in each]
    assert len(found) == told, found


def test_it_is_not_told_of_sessions_that_stand() -> None:
    assert not [each for each in _sentences(_locked("Established", "drop")) if SAYS in each]


@pytest.mark.parametrize(("inode", "told"), [(4026531840, True), (4026536610, False)])
def test_what_the_kernel_says_of_a_namespace_that_the_node_lacks_is_not_the_nodes(
    inode: int, *, told: bool
) -> None:
    world = cluster()
    text = "nf_conntrack: table full in netns 4026531840, dropping packet"
    at = "2026-01-02T11:59:00Z"
    message = KernelMessage("conntrack-full", "", 3, at, at, text)
    world[K3] += [KernelLog("", (message,)), NetworkNamespace(inode)]
    assert bool([each for each in _sentences(world) if text in each]) is told


@pytest.mark.parametrize(
    ("rules", "drops"),
    [
        (("meta l4proto icmp accept", "drop"), True),
        (("icmp type echo-reply accept", "drop"), True),
        (("meta l4proto tcp accept", "drop"), False),
        (("tcp dport 179 accept", "drop"), False),
        (("tcp dport 22 accept", "drop"), True),
        (("icmp type echo-request drop",), False),
    ],
)
def test_a_session_is_judged_as_tcp_and_never_as_the_ping_that_stands_for_it(
    rules: tuple[str, ...], *, drops: bool
) -> None:
    space = Network.of(facts(_locked("Connect", *rules))).spaces[K3]
    flow = Flow(Sent(NODES["k8s1"], NODES["k8s3"], new=False), NIC, "")
    assert (Filters(space).drops(flow, (50000, BGP_PORT)) is not None) is drops


@pytest.mark.parametrize(
    ("rule", "drops"), [("-p icmp -j DROP", False), ("! -p icmp -j DROP", True), ("-j DROP", True)]
)
def test_so_it_is_by_iptables(rule: str, *, drops: bool) -> None:
    world = _locked("Connect")
    world[K3] += [
        IptablesRule("ip", "legacy", "filter", "INPUT", "policy", verdict="accept"),
        IptablesRule("ip", "legacy", "filter", "INPUT", rule, verdict="drop"),
    ]
    space = Network.of(facts(world)).spaces[K3]
    flow = Flow(Sent(NODES["k8s1"], NODES["k8s3"], new=False), NIC, "")
    assert (Filters(space).drops(flow, (50000, BGP_PORT)) is not None) is drops
