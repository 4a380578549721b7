"""The cause is there and its effect waits for a timer of BIRD's: told before it comes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation, Verdict
from netsnap.report.screen import ROWS
from parsers.records import (
    BirdConfig,
    BirdProtocol,
    BirdRoute,
    BirdStatus,
    CalicoProcess,
    Daemon,
    FilterRule,
    IptablesRule,
    NextHop,
    TcpSocket,
)
from parsers.roles import Record
from tests.explain.test_explain import session_down, with_bgp
from tests.explain.test_when import LATER, moved
from tests.model.cluster import BLOCKS, NIC, NODES, NOON, World, cluster, facts, find, swap
from tests.report.test_screen import screen

HOST3 = ("k8s3", HOST)
CONFIGURED = "template bgp bgp_template"
INPUT = "type filter hook input priority filter; policy accept;"


def healthy() -> World:
    """Return the cluster with its sessions and a BIRD on every node."""
    world = with_bgp(cluster())
    for node in NODES:
        world[node, HOST] += [
            Daemon("bird", state="running"),
            BirdStatus("bird", server_time="2026-01-02 12:05:00"),
            FilterRule("inet x", "in", INPUT, verdict="accept"),
        ]
    return world


def told(before: World, after: World) -> Explanation:
    """Explain two worlds that were read five minutes apart."""
    t1, t2 = facts(before), moved(facts(after), LATER - NOON)
    explained = explain(t1, t2, compare(t1, t2), lambda _: b"a line\n" * 99)
    assert len(screen(explained)) <= ROWS
    return explained


def dropping(*rules: str, node: str = "k8s3") -> World:
    """Return the cluster after rules came into a node's input chain."""
    world = healthy()
    world[node, HOST] += [FilterRule("inet x", "in", rule, verdict="drop") for rule in rules]
    return world


def told_of(*rules: str) -> Explanation:
    """Explain that rules came into k8s3's input chain."""
    return told(healthy(), dropping(*rules))


def test_a_filter_that_stops_bgp_is_pending_while_the_session_stands() -> None:
    explained = told_of("tcp dport 179 drop", "tcp sport 179 drop")
    assert explained.verdict is Verdict.PENDING
    (pending,) = explained.pending
    assert (pending.cause.node, pending.cause.what) == ("k8s3", "filter rule")
    assert pending.sessions == ("k8s1–k8s3", "k8s2–k8s3")
    assert len(pending.pairs) == 16
    assert all("k8s3" in pair.source or "3" in pair.source + pair.target for pair in pending.pairs)
    assert explained.causes == ()
    assert explained.sentence.startswith("No pair is lost yet, 16 of 30 will be by 12:09:00Z: k8s3")


def test_birds_defaults_are_called_so() -> None:
    (pending,) = told_of("tcp dport 179 drop", "tcp sport 179 drop").pending
    assert pending.timer == "the hold time of 240 s, BIRD's default"
    world = dropping("tcp dport 179 drop", "tcp sport 179 drop")
    world[HOST3].append(BirdConfig("bird", "/bird.cfg", CONFIGURED, "hold time 90"))
    (pending,) = told(healthy(), world).pending
    assert pending.timer == "the hold time of 90 s"
    assert pending.until is not None
    assert pending.until - LATER <= timedelta(seconds=91)


def test_the_hold_time_is_that_of_the_session_and_not_the_longest_of_the_node() -> None:
    world = dropping("tcp dport 179 drop", "tcp sport 179 drop")
    names = {each.name for each in world[HOST3] if isinstance(each, BirdProtocol)}
    for name in names:
        own = BirdConfig("bird", "/b", f"protocol bgp {name} from calico", "source address x")
        world[HOST3].append(own)
    for block, seconds in (("template bgp calico", 90), ("template bgp other", 600)):
        world[HOST3].append(BirdConfig("bird", "/b", block, f"hold time {seconds}"))
    (pending,) = told(healthy(), world).pending
    assert pending.timer == "the hold time of 90 s"
    name = min(names)
    own = BirdConfig("bird", "/b", f"protocol bgp {name} from calico", "hold time 30")
    world[HOST3].append(own)
    assert {each.timer for each in told(healthy(), world).pending} <= {
        "the hold time of 90 s",
        "the hold time of 30 s",
    }


@pytest.mark.parametrize("seconds", ["9" * 15, "9" * 9000])
def test_a_hold_time_beyond_all_reckoning_has_no_end_that_is_known(seconds: str) -> None:
    world = dropping("tcp dport 179 drop", "tcp sport 179 drop")
    world[HOST3].append(BirdConfig("bird", "/bird.cfg", CONFIGURED, f"hold time {seconds}"))
    for each in list(world[HOST3]):
        if isinstance(each, BirdProtocol):
            line = f"    Hold timer:       {seconds}/{seconds}"
            swap(world, HOST3, each, replace(each, details=(line,)))
    (pending,) = told(healthy(), world).pending
    assert pending.until is None or len(seconds) > len("9" * 15)


def test_the_timer_of_the_end_that_hears_nothing_counts() -> None:
    world = dropping("tcp dport 179 drop", "tcp sport 179 drop")
    for node, left in (("k8s1", 239), ("k8s2", 5), ("k8s3", 117)):
        for each in list(world[node, HOST]):
            if isinstance(each, BirdProtocol):
                line = f"    Hold timer:       {left}/240"
                swap(world, (node, HOST), each, replace(each, details=(line,)))
    (pending,) = told(healthy(), world).pending
    assert pending.timer == "BIRD's hold time"
    assert pending.until is not None
    assert abs(pending.until - LATER - timedelta(seconds=117)) < timedelta(seconds=1)


def served_by(world: World, node: str) -> World:
    """Say whose end of its sessions has port 179: the other one has called."""
    for peer, address in NODES.items():
        if peer != node:
            socket = TcpSocket(NODES[node], address, 179, "established", side="local", other_port=4)
            world[node, HOST].append(socket)
    return world


@pytest.mark.parametrize(
    ("rule", "stops"),
    [
        ("tcp dport 179 drop", True),
        ("tcp dport { 22, 179 } counter drop", True),
        ("tcp dport bgp reject", True),
        ("meta l4proto tcp tcp dport 100-200 drop", True),
        ("tcp dport != 22 drop", True),
        (f'iifname "{NIC}" tcp dport 179 drop', True),
        (f"ip saddr {NODES['k8s1']} tcp dport 179 drop", True),
        ("meta l4proto tcp drop", True),
        ("drop", True),
        ("tcp sport 179 drop", False),
        ("tcp dport 22 drop", False),
        ("tcp dport != 179 drop", False),
        ("udp dport 179 drop", False),
        ("ip saddr 10.9.8.7 tcp dport 179 drop", False),
        ('iifname "mgmt0" tcp dport 179 drop', False),
        ("tcp dport 179 ct state new drop", False),
        ("tcp dport @ports drop", False),
        ("tcp dport 179 limit rate 1/second drop", False),
        ("meta l4proto udp drop", False),
    ],
)
def test_a_filter_is_asked_what_it_does_with_the_sessions_own_packets(
    rule: str, *, stops: bool
) -> None:
    before, after = served_by(healthy(), "k8s3"), served_by(dropping(rule), "k8s3")
    explained = told(before, after)
    assert (explained.verdict is Verdict.PENDING) is stops


def test_what_is_accepted_before_it_is_dropped_is_not_stopped() -> None:
    world = dropping("tcp dport 179 accept", "drop")
    for each in list(world[HOST3]):
        if isinstance(each, FilterRule) and "accept" in each.rule and "hook" not in each.rule:
            swap(world, HOST3, each, replace(each, verdict="accept"))
    explained = told(served_by(healthy(), "k8s3"), served_by(world, "k8s3"))
    assert explained.pending == ()


def test_iptables_legacy_is_asked_too() -> None:
    world = healthy()
    rules = ("policy", "-p tcp -m tcp --dport 179 -j DROP", "-p tcp -m tcp --sport 179 -j DROP")
    for at, rule in enumerate(rules):
        verdict = "drop" if at else "accept"
        world[HOST3].append(IptablesRule("ip", "legacy", "filter", "INPUT", rule, verdict=verdict))
    before = healthy()
    before[HOST3].append(
        IptablesRule("ip", "legacy", "filter", "INPUT", "policy", verdict="accept")
    )
    assert told(before, world).verdict is Verdict.PENDING


def stop_bird(world: World) -> None:
    swap(world, HOST3, find(world, HOST3, Daemon, "bird"), Daemon("bird", state="stopped"))
    hide_bird(world)


def kill_bird(world: World) -> None:
    swap(world, HOST3, find(world, HOST3, Daemon, "bird"))
    world[HOST3].append(CalicoProcess("bird", "not running"))
    hide_bird(world)
    for node in ("k8s1", "k8s2"):
        session_down(world, node, "k8s3", routes=False)
        for each in list(world[node, HOST]):
            if isinstance(each, BirdProtocol) and each.connection != "Established":
                swap(world, (node, HOST), each, replace(each, since="12:04:00", source=""))


def hide_bird(world: World) -> None:
    """Have k8s3's BIRD say nothing."""
    for each in list(world[HOST3]):
        if isinstance(each, BirdProtocol | BirdStatus):
            swap(world, HOST3, each)


@pytest.mark.parametrize(
    ("halt", "until", "timer"),
    [
        (stop_bird, "12:09:00", "the hold time of 240 s, BIRD's default"),
        (kill_bird, "12:06:00", "the graceful restart time of 120 s, BIRD's default"),
    ],
)
def test_a_bird_that_does_not_run_is_pending_while_its_peers_keep_its_routes(
    halt: Callable[[World], None], until: str, timer: str
) -> None:
    world = healthy()
    halt(world)
    explained = told(healthy(), world)
    assert explained.verdict is Verdict.PENDING
    (pending,) = explained.pending
    assert (pending.cause.node, pending.cause.what) == ("k8s3", "daemon")
    assert (pending.timer, len(pending.pairs)) == (timer, 16)
    assert f"by {until}Z" in explained.sentence


def test_a_restart_timer_that_ran_out_takes_no_routes_away() -> None:
    world = healthy()
    kill_bird(world)
    for node in ("k8s1", "k8s2"):
        for each in list(world[node, HOST]):
            if isinstance(each, BirdProtocol) and each.connection != "Established":
                swap(world, (node, HOST), each, replace(each, since="12:01:00"))
    assert told(healthy(), world).pending == ()


def test_a_route_that_bird_has_from_another_peer_too_stays() -> None:
    world = dropping("tcp dport 179 drop", "tcp sport 179 drop")
    for node, hop in (("k8s1", "k8s2"), ("k8s2", "k8s1")):
        world[node, HOST] += [
            _bird_route(BLOCKS["k8s3"], "Mesh_172_16_0_47", NODES["k8s3"], primary=True),
            _bird_route(BLOCKS["k8s3"], "Other", NODES[hop], primary=False),
        ]
    for peer in ("k8s1", "k8s2"):
        world[HOST3] += [
            _bird_route(BLOCKS[peer], f"Mesh_{NODES[peer].replace('.', '_')}", NODES[peer]),
            _bird_route(BLOCKS[peer], "Other", NODES[peer], primary=False),
        ]
    assert told(healthy(), world).pending == ()


def _bird_route(prefix: str, protocol: str, gateway: str, *, primary: bool = True) -> Record:
    return BirdRoute(
        "bird", "", prefix, protocol, "unicast", (NextHop(gateway, NIC),), primary=primary,
        source="BGP unicast univ",
    )  # fmt: skip


def test_what_stood_at_t1_already_is_called_so() -> None:
    world = dropping("tcp dport 179 drop", "tcp sport 179 drop")
    for each in list(world[HOST3]):
        if isinstance(each, BirdProtocol):
            line = "    Hold timer:       20/240"
            swap(world, HOST3, each, replace(each, details=(line,)))
    explained = told(world, world)
    assert explained.verdict is Verdict.PENDING
    assert explained.pending[0].cause.sentence.endswith("at t1 already.")


def test_a_healthy_cluster_has_nothing_pending() -> None:
    explained = told(healthy(), healthy())
    assert (explained.verdict, explained.pending) == (Verdict.UNCHANGED, ())
