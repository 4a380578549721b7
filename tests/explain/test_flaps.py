"""What was in between: flaps, causes that are over, clocks that are apart, long sweeps."""

from dataclasses import replace
from datetime import timedelta

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation, Verdict
from parsers.facts import Facts
from parsers.records import (
    BirdConfig,
    BirdProtocol,
    BirdStatus,
    Daemon,
    FilterRule,
    Interface,
    InterfaceCounters,
    Route,
    ServiceUnit,
    Sysctl,
)
from parsers.roles import Record
from tests.explain.test_explain import cut_session, session_down, with_bgp
from tests.explain.test_pending import dropping, healthy, served_by, told
from tests.explain.test_when import LATER, moved
from tests.model.cluster import (
    BLOCKS,
    NODES,
    NOON,
    World,
    cluster,
    facts,
    find,
    swap,
    unplugged,
)

HOST1, HOST3 = ("k8s1", HOST), ("k8s3", HOST)


def both(*records: tuple[Record, Record]) -> Explanation:
    """Explain that records on k8s3 became others, and nothing else."""
    before, after = cluster(), cluster()
    before[HOST3] += [was for was, _ in records]
    after[HOST3] += [now for _, now in records]
    return told(before, after)


FLAPS: dict[str, tuple[Record, Record, str]] = {
    "link": (
        InterfaceCounters("enp1s0f0", 2, carrier_changes=2),
        InterfaceCounters("enp1s0f0", 2, carrier_changes=4),
        (
            "enp1s0f0 on k8s3 lost its link and got it back between 12:00:00Z and 12:05:00Z: its "
            "carrier came or went 2 times"
        ),
    ),
    "process": (
        Daemon("bird", state="running", start_ticks=1, pid=7, started="2026-01-02T10:00:00Z"),
        Daemon("bird", state="running", start_ticks=9, pid=8, started="2026-01-02T12:02:00Z"),
        "bird on k8s3 was started anew at 2026-01-02T12:02:00Z (pid 7 → 8)",
    ),
    "unit": (
        ServiceUnit("docker", active="active", activated=1),
        ServiceUnit("docker", active="active", activated=2, active_since="2026-01-02T12:02:00Z"),
        "the unit docker on k8s3 began anew at 2026-01-02T12:02:00Z",
    ),
    "configuration": (
        BirdStatus(
            "bird", process="1/1", server_time="2026-01-02 12:00:00",
            last_reconfiguration="2026-01-02 11:00:00",
        ),
        BirdStatus(
            "bird", process="1/1", server_time="2026-01-02 12:05:00",
            last_reconfiguration="2026-01-02 12:03:00",
        ),
        "bird on k8s3 read its configuration again at 12:03:00Z",
    ),
    "counters of a filter": (
        FilterRule("inet f", "i", "accept", packets=100, verdict="accept"),
        FilterRule("inet f", "i", "accept", packets=3, verdict="accept"),
        "1 counter of k8s3's packet filter began anew: it was loaded again",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FLAPS)
def test_a_flap_between_equal_snapshots_is_told_in_one_line(name: str) -> None:
    was, now, line = FLAPS[name]
    explained = both((was, now))
    assert explained.witnesses == (line,)
    assert explained.verdict is Verdict.UNCHANGED
    assert line in explained.sentence


@pytest.mark.parametrize("name", FLAPS)
def test_what_only_stood_is_no_flap(name: str) -> None:
    was, _, _ = FLAPS[name]
    if isinstance(was, BirdStatus):
        return  # its server's time is the snapshot's
    explained = both((was, was))
    assert (explained.witnesses, explained.sentence) == ((), "Nothing changed.")


def test_one_change_of_a_carrier_is_no_flap() -> None:
    was = InterfaceCounters("enp1s0f0", 2, carrier_changes=2)
    assert both((was, replace(was, carrier_changes=3))).witnesses == ()


def test_a_link_that_came_and_went_is_not_said_to_be_back() -> None:
    counted = InterfaceCounters("enp1s0f0", 2, carrier_changes=2)
    before, after = cluster(), cluster()
    for world, number in ((before, 2), (after, 4)):
        link = find(world, HOST3, Interface, "enp1s0f0")
        swap(world, HOST3, link, unplugged(link))
        world[HOST3].append(replace(counted, carrier_changes=number))
    (line,) = told(before, after).witnesses
    assert line.startswith("enp1s0f0 on k8s3 got a link and lost it again between")


def test_when_a_thing_was_started_is_told_by_the_collectors_clock() -> None:
    was, now, line = FLAPS["process"]
    before, after = cluster(), cluster()
    before[HOST3].append(was)
    after[HOST3].append(now)
    t1, t2 = facts(before), moved(facts(after), LATER - NOON)
    views = tuple(replace(each, clock_offset=3600.0) for each in t2.snapshot.nodes)
    t2 = replace(t2, snapshot=replace(t2.snapshot, nodes=views))
    explained = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert line.replace("12:02:00Z", "11:02:00Z") in explained.witnesses


def came_back(world: World, at: str) -> World:
    """Have all sessions of k8s3 be established since then."""
    for node in NODES:
        for each in list(world[node, HOST]):
            if isinstance(each, BirdProtocol) and "k8s3" in (node, _peer(each)):
                swap(world, (node, HOST), each, replace(each, since=at))
    return world


def _peer(session: BirdProtocol) -> str:
    return next(node for node, address in NODES.items() if address == session.neighbour)


def test_sessions_that_came_back_together_are_one_line() -> None:
    before = healthy()
    for node in NODES:
        status = find(before, (node, HOST), BirdStatus, "bird")
        swap(before, (node, HOST), status, replace(status, server_time="2026-01-02 12:00:00"))
    explained = told(came_back(before, "11:00:00"), came_back(healthy(), "12:03:04"))
    assert explained.witnesses == (
        "BGP sessions k8s1–k8s3, k8s2–k8s3 fell and came back at 12:03:04Z (BIRD's since)",
    )


def sessions_since(
    first: str, second: str, ahead: float, reads: tuple[str, str] = ("", "")
) -> tuple[Facts, Facts]:
    """Return snapshots at 12:00 and 12:05 of sessions that stand since then, each as BIRD says.

    At t2 the nodes' clocks, and BIRD's with them, are ahead by so many seconds. ``reads`` is when
    it read its configuration.
    """
    before, after = healthy(), healthy()
    clock = LATER + timedelta(seconds=ahead)
    for node in NODES:
        for world, time, read in ((before, NOON, reads[0]), (after, clock, reads[1])):
            status = find(world, (node, HOST), BirdStatus, "bird")
            shown = f"{time:%Y-%m-%d %H:%M:%S}"
            now = replace(status, server_time=shown, last_reconfiguration=read, process="1/1")
            swap(world, (node, HOST), status, now)
    t1 = facts(came_back(before, first))
    t2 = moved(facts(came_back(after, second)), LATER - NOON, dict.fromkeys(NODES, ahead))
    return t1, t2


def witnesses(t1: Facts, t2: Facts) -> tuple[str, ...]:
    return explain(t1, t2, compare(t1, t2), lambda _: b"").witnesses


def test_a_session_did_not_fall_before_the_first_visit() -> None:
    """A clock was set by an hour: that it stands since 11:03 by it contradicts the visits."""
    assert witnesses(*sessions_since("11:00:00", "12:03:00", ahead=3600.0)) == ()
    (line,) = witnesses(*sessions_since("11:00:00", "13:03:00", ahead=3600.0))
    assert line.endswith("fell and came back at 12:03:00Z (BIRD's since)")


def test_a_session_that_stands_since_the_same_time_by_either_clock_did_not_fall() -> None:
    assert witnesses(*sessions_since("11:59:00", "11:59:00", ahead=-120.0)) == ()
    assert witnesses(*sessions_since("11:00:00", "12:00:00", ahead=3600.0)) == ()


def test_a_clock_that_was_set_is_no_configuration_read_again() -> None:
    reads = "2026-01-02 10:00:00", "2026-01-02 11:00:00"
    assert witnesses(*sessions_since("11:00:00", "12:00:00", ahead=3600.0, reads=reads)) == ()


def test_of_snapshots_told_backwards_the_later_says_when_a_session_came_back() -> None:
    t1, t2 = sessions_since("11:00:00", "12:03:00", ahead=0.0)
    (line,) = witnesses(t2, t1)
    assert line.endswith("fell and came back at 12:03:00Z (BIRD's since)")


def down_at_both_ends(world: World, error: str = "Hold timer expired") -> World:
    """End k8s3's sessions, and take the routes away that hang on them."""
    for peer in ("k8s1", "k8s2"):
        session_down(world, peer, "k8s3")
        session_down(world, "k8s3", peer)
    for node in NODES:
        for each in list(world[node, HOST]):
            if isinstance(each, BirdProtocol) and each.connection != "Established":
                swap(world, (node, HOST), each, replace(each, last_error=error))
    return world


def test_a_cause_that_is_over_is_told_while_its_effect_lasts() -> None:
    before = down_at_both_ends(served_by(dropping("tcp dport 179 drop"), "k8s3"))
    after = down_at_both_ends(served_by(healthy(), "k8s3"))
    after[HOST3].append(BirdConfig("bird", "/b", "template bgp t", "connect retry time 5"))
    explained = told(before, after)
    assert explained.verdict is Verdict.BROKEN_BEFORE
    line = next(each for each in explained.witnesses if each.startswith("over at t2"))
    assert "a packet filter of k8s3 drops BGP: “tcp dport 179 drop”" in line
    assert "the BGP sessions k8s1–k8s3, k8s2–k8s3 are not back" in line
    assert line in explained.sentence


def test_what_still_stops_a_session_is_not_over() -> None:
    world = down_at_both_ends(served_by(dropping("tcp dport 179 drop"), "k8s3"))
    explained = told(world, world)
    assert not any("over at t2" in each or "not back" in each for each in explained.witnesses)


def test_a_bird_that_runs_again_is_told_while_its_sessions_are_down() -> None:
    before, after = healthy(), down_at_both_ends(healthy(), "Socket: Connection closed")
    at = find(after, HOST3, Daemon, "bird")
    swap(after, HOST3, at, replace(at, start_ticks=9, started="2026-01-02T12:04:50Z"))
    explained = told(before, after)
    assert explained.verdict is Verdict.BROKEN
    assert any(
        "over at t2: bird on k8s3 runs, started anew at 2026-01-02T12:04:50Z" in each
        for each in explained.witnesses
    )


@pytest.mark.parametrize(
    ("error", "is_told"), [("Hold timer expired", True), ("BGP Error: Bad peer AS", False)]
)
def test_that_nothing_stops_a_session_is_said_only_of_one_that_something_outside_ended(
    error: str, *, is_told: bool
) -> None:
    explained = told(healthy(), down_at_both_ends(healthy(), error))
    assert (
        any(
            "nothing that was read stops the BGP sessions k8s1–k8s3" in e
            for e in explained.witnesses
        )
        is is_told
    )


def test_that_nothing_stops_a_session_is_not_said_of_one_that_a_cause_explains() -> None:
    before, after = healthy(), down_at_both_ends(healthy())
    block = "protocol bgp Mesh_172_16_0_55"
    for world, statement in ((before, "local as 64512"), (after, "neighbor 172.16.0.55 as 1")):
        world[HOST3].append(BirdConfig("bird", "/b", block, statement))
    explained = told(before, after)
    assert "BIRD configuration" in [cause.what for cause in explained.causes]
    (line,) = [each for each in explained.witnesses if "nothing that was read" in each]
    assert line.startswith("nothing that was read stops the BGP session k8s2–k8s3 at t2")


def test_a_fault_of_before_points_to_check_and_counts_what_changed_since() -> None:
    before, after = cluster(), cluster()
    for world in (before, after):
        swap(world, HOST1, find(world, HOST1, Route, 4, "main", BLOCKS["k8s2"]))
    switch = Sysctl("net.ipv4.conf.all.rp_filter", "0")
    swap(after, HOST3, switch, replace(switch, value="2"))
    explained = told(before, after)
    assert explained.verdict is Verdict.BROKEN_BEFORE
    assert "8 of 30 pairs failed at t1 already; 1 fact changed since." in explained.sentence
    assert "netsnap check T2 says first: " in explained.sentence
    assert BLOCKS["k8s2"] in explained.sentence


def read_at(told: Facts, **seconds: float) -> Facts:
    """Return a snapshot in which nodes were read so much later than the others."""
    late = {node: moved(told, timedelta(seconds=by)) for node, by in seconds.items()}
    nodes = tuple(
        next((v for v in late[view.node].snapshot.nodes if v.node == view.node), view)
        if view.node in late
        else view
        for view in told.snapshot.nodes
    )
    by_key = {
        key: late[key.node].by_key[key] if key.node in late else fact
        for key, fact in told.by_key.items()
    }
    return replace(told, by_key=by_key, snapshot=replace(told.snapshot, nodes=nodes))


def recovering(*, late: float, at: str = "12:05:20") -> Explanation:
    """Explain that k8s2 shows the session with k8s3 down, and k8s3, read later, shows it up."""
    before, after = with_bgp(cluster()), with_bgp(cluster())
    session_down(after, "k8s2", "k8s3")
    after[HOST3].append(BirdStatus("bird", server_time="2026-01-02 12:05:30"))
    for each in list(after[HOST3]):
        if isinstance(each, BirdProtocol):
            since = at if _peer(each) == "k8s2" else "11:00:00"
            swap(after, HOST3, each, replace(each, since=since))
    t1 = facts(before)
    t2 = read_at(moved(facts(after), LATER - NOON), k8s3=late)
    status = next(fact for fact in t2.by_key.values() if isinstance(fact.record, BirdStatus))
    assert status.answer.started is not None
    return explain(t1, t2, compare(t1, t2), lambda _: b"a line\n" * 99)


def test_what_moved_while_the_nodes_were_read_cannot_be_told() -> None:
    explained = recovering(late=30.0)
    assert (explained.verdict, len(explained.pairs.lost)) == (Verdict.CANNOT_TELL, 0)
    assert len(explained.pairs.unknown) == 8
    assert "k8s2 was read before k8s3, and their BGP session came up in between" in (
        explained.sentence
    )


def test_nodes_that_were_read_together_are_believed() -> None:
    assert len(recovering(late=1.0).pairs.lost) == 8


def test_a_session_that_stood_before_the_sweep_moves_nothing_in_it() -> None:
    assert len(recovering(late=30.0, at="12:03:00").pairs.lost) == 8


def test_a_clock_that_is_apart_is_told_and_its_times_corrected() -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    cut_session(after)
    t1 = moved(facts(before), timedelta(), {"k8s2": 97.0})
    t2 = moved(facts(after), LATER - NOON, {"k8s2": 97.0})
    explained = explain(t1, t2, compare(t1, t2), lambda _: b"")
    line = "the clock of k8s2 is 97.0 s ahead of the others: its times are corrected by it"
    assert line in explained.witnesses
    when = explained.causes[0].when
    assert when is not None
    assert NOON <= when.earliest <= when.latest <= LATER + timedelta(seconds=2)


def test_a_clock_that_was_set_is_told() -> None:
    t1 = moved(facts(cluster()), timedelta())
    t2 = moved(facts(cluster()), LATER - NOON, {"k8s3": -9.0})
    explained = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert any("the clock of k8s3 was set by -9.0 s" in each for each in explained.witnesses)


def test_clocks_that_are_all_apart_from_the_collectors_are_no_event() -> None:
    ahead: dict[str, float | None] = dict.fromkeys(NODES, 6000.0)
    t1 = moved(facts(cluster()), timedelta(), ahead)
    t2 = moved(facts(cluster()), LATER - NOON, ahead)
    assert explain(t1, t2, compare(t1, t2), lambda _: b"").witnesses == ()
