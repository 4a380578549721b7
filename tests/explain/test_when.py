"""When a change happened: what bounds it, who tells it closer, and what may lead to what."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.diff.compare import compare
from netsnap.explain.chain import parents
from netsnap.explain.events import DAEMON, SESSION, World
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation, When
from netsnap.explain.links.happened import Happened
from netsnap.explain.moments import Moments, Span
from netsnap.explain.naming import events
from netsnap.explain.witnesses import Times, parsed
from parsers.facts import Fact, Facts, Key
from parsers.records import (
    BirdProtocol,
    BirdStatus,
    CalicoResource,
    Container,
    Daemon,
    Interface,
    KernelLog,
    KernelMessage,
    NodeIdentity,
)
from parsers.roles import Record
from tests.explain.test_explain import cut_session, drop_port_179, with_bgp
from tests.model.cluster import NIC, NODES, NOON, cluster, facts, find, swap, unplugged
from tests.model.cluster import World as Records

LATER = NOON + timedelta(minutes=5)
HOST3 = ("k8s3", HOST)


def later(text: str) -> datetime:
    """Return an instant of that day."""
    return datetime.fromisoformat(f"2026-01-02T{text}+00:00")


def moved(told: Facts, by: timedelta, ahead: dict[str, float | None] | None = None) -> Facts:
    """Return a snapshot taken later, on nodes whose clocks are ahead by so many seconds."""
    ahead = ahead or {}
    facts_by_key: dict[Key, Fact] = {}
    views = []
    answers = {}
    for view in told.snapshot.nodes:
        offset = ahead.get(view.node, 0.0)
        own = by + timedelta(seconds=offset or 0.0)
        for answer in view.answers:
            started = answer.started + own if answer.started else None
            answers[id(answer)] = replace(answer, started=started)
        views.append(
            replace(
                view,
                started=view.started + by,
                ended=view.ended + by + timedelta(seconds=2),
                clock_offset=offset,
                answers=tuple(answers[id(each)] for each in view.answers),
            )
        )
    for key, fact in told.by_key.items():
        facts_by_key[key] = replace(fact, answer=answers[id(fact.answer)])
    snapshot = replace(
        told.snapshot,
        started=told.snapshot.started + by,
        ended=told.snapshot.ended + by,
        nodes=tuple(views),
    )
    return replace(told, snapshot=snapshot, by_key=facts_by_key)


def told(before: Records, after: Records, **ahead: float | None) -> Explanation:
    """Explain two worlds that were read five minutes apart."""
    t1 = moved(facts(before), timedelta(), ahead)
    t2 = moved(facts(after), LATER - NOON, ahead)
    return explain(t1, t2, compare(t1, t2), lambda _: b"a line\n" * 99)


def cause_of(explained: Explanation) -> When:
    """Return when the first cause happened."""
    when = explained.causes[0].when
    assert when is not None
    return when


def changed(was: Record | None, now: Record | None, node: str = "k8s3", **ahead: float) -> Span:
    """Return when one record on a node changed, as the two snapshots tell it."""
    before, after = cluster(), cluster()
    other = CalicoResource("IPPool", "", "other")  # so that it is known what was listed
    before[node, HOST] += [other, was] if was else [other]
    after[node, HOST] += [other, now] if now else [other]
    t1 = moved(facts(before), timedelta(), dict(ahead))
    t2 = moved(facts(after), LATER - NOON, dict(ahead))
    kind = (now or was or Interface("x", 1)).kind
    (change,) = (each for each in compare(t1, t2).changes if each.key.kind == kind)
    span = Moments(t1, t2).of((change,))
    assert span is not None
    return span


def test_two_captures_bound_a_change_that_nobody_tells_of() -> None:
    before, after = cluster(), cluster()
    swap(
        after,
        HOST3,
        find(after, HOST3, Interface, NIC),
        unplugged(find(after, HOST3, Interface, NIC)),
    )
    when = cause_of(told(before, after))
    assert (when.earliest, when.at) == (NOON, None)
    assert LATER <= when.latest <= LATER + timedelta(seconds=1)


def test_a_clock_that_is_ahead_is_corrected() -> None:
    started = Container("c", status="running", started_at="2026-01-02T12:02:37.5Z")
    was = Container("c", status="running", started_at="2026-01-02T11:00:00Z")
    plain, ahead = changed(was, started), changed(was, started, k8s3=97.0)
    assert plain.at == later("12:02:37.500000")
    assert ahead.at == later("12:01:00.500000")
    assert ahead.by == "the container's StartedAt"


def test_a_clock_of_which_nothing_is_known_tells_no_time() -> None:
    before, after = cluster(), cluster()
    nic = find(after, HOST3, Interface, NIC)
    swap(after, HOST3, nic, unplugged(nic))
    message = KernelMessage("link-down", NIC, 1, "", "2026-01-02T12:02:00Z", "Link is Down")
    after[HOST3].append(KernelLog(messages=(message,)))
    assert cause_of(told(before, after)).at == later("12:02:00")
    unknown = cause_of(told(before, after, k8s3=None))
    assert unknown.at is None
    assert (unknown.earliest, unknown.latest) == (NOON, LATER + timedelta(seconds=2))


MESSAGE = KernelMessage("link-down", NIC, 1, "", "2026-01-02T12:02:00Z", "Link is Down")
WITNESSES: dict[str, tuple[Record | None, Record, str, str]] = {
    "container that ended": (
        Container("c", status="running"),
        Container("c", status="exited", finished_at="2026-01-02T12:01:00Z"),
        "12:01:00",
        "the container's FinishedAt",
    ),
    "process": (
        Daemon("bird", start_ticks=1, started="2026-01-02T01:00:00Z"),
        Daemon("bird", start_ticks=2, started="2026-01-02T12:03:00Z"),
        "12:03:00",
        "the process' start",
    ),
    "boot": (
        NodeIdentity("k8s3", boot_id="a", boot_time="2026-01-01T01:00:00Z"),
        NodeIdentity("k8s3", boot_id="b", boot_time="2026-01-02T12:03:10Z"),
        "12:03:10",
        "the kernel's boot time",
    ),
    "object that is new": (
        None,
        CalicoResource("IPPool", "", "p", created_at="2026-01-02T12:00:40Z"),
        "12:00:40",
        "its creationTimestamp",
    ),
    "object that was written": (
        CalicoResource("IPPool", "", "p", spec=(("a", "1"),), managers=("2026-01-01T00:00:00Z x",)),
        CalicoResource(
            "IPPool", "", "p", spec=(("a", "2"),),
            managers=("2026-01-02T12:00:50Z kubectl", "2026-01-01T00:00:00Z x"),
        ),
        "12:00:50",
        "its managedFields",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WITNESSES)
def test_a_witness_tells_the_instant(name: str) -> None:
    was, now, at, by = WITNESSES[name]
    span = changed(was, now)
    assert (span.at, span.by) == (later(at), by)
    assert span.latest - span.earliest <= timedelta(seconds=4)


def test_a_witness_that_contradicts_the_captures_is_not_heard() -> None:
    was = Container("c", status="running")
    span = changed(was, Container("c", status="exited", finished_at="2026-01-02T18:00:00Z"))
    assert (span.at, span.earliest) == (None, NOON)


def since(world: Records, text: str) -> None:
    """Have BIRD on every node say its time, and since when its sessions are down."""
    for node in NODES:
        place = (node, HOST)
        world[place].append(BirdStatus("bird", server_time="2026-01-02 13:05:00"))
        for each in list(world[place]):
            if isinstance(each, BirdProtocol) and each.connection != "Established":
                swap(world, place, each, replace(each, since=text))


def test_birds_since_is_read_in_birds_own_zone() -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    cut_session(after)
    since(after, "13:02:28")
    when = cause_of(told(before, after))
    assert (when.at, when.by) == (later("12:02:28"), "BIRD's since")


@pytest.mark.parametrize(
    ("server", "is_zone"),
    [("02 13:05:00", True), ("03 02:05:00", True), ("02 00:05:00", True), ("03 03:05:00", False)],
)
def test_a_clock_that_is_further_off_than_any_zone_has_none(server: str, *, is_zone: bool) -> None:
    world = cluster()
    world[HOST3].append(BirdStatus("bird", server_time=f"2026-01-{server}"))
    nodes = moved(facts(world), LATER - NOON).snapshot.nodes
    (answers,) = (each.answers for each in nodes if each.node == "k8s3")
    assert bool(Times.of(answers).bird) is is_zone


def test_a_cause_was_before_its_first_consequence() -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    drop_port_179(after)
    since(after, "13:02:28")
    when = cause_of(told(before, after))
    assert (when.earliest, when.at, when.by) == (NOON, None, "its first consequence")
    assert abs(when.latest - later("12:02:28")) <= timedelta(seconds=2)


@pytest.mark.parametrize(
    ("started", "leads"), [("12:01:00", True), ("12:02:29", True), ("12:04:00", False)]
)
def test_nothing_follows_from_what_surely_happened_after_it(started: str, *, leads: bool) -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    cut_session(after)
    since(after, "13:02:28")
    before[HOST3].append(Daemon("bird", start_ticks=1, started="2026-01-01T00:00:00Z"))
    after[HOST3].append(Daemon("bird", start_ticks=2, started=f"2026-01-02T{started}Z"))
    t1, t2 = facts(before), moved(facts(after), LATER - NOON)
    world = World(t1, t2, compare(t1, t2))
    links = parents(Happened(events(world), world))
    daemon = (DAEMON, "k8s3", HOST, "bird")
    assert (daemon in links[SESSION, "k8s2", HOST, "k8s2–k8s3"]) is leads


def span(first: int, last: int) -> Span:
    """Return a span in seconds after noon."""
    return Span(NOON + timedelta(seconds=first), NOON + timedelta(seconds=last))


def test_spans_that_overlap_or_nearly_meet_are_undecided() -> None:
    assert span(10, 20).surely_after(span(0, 5))
    assert not span(10, 20).surely_after(span(0, 12))
    assert not span(7, 20).surely_after(span(0, 5))
    assert not span(0, 5).surely_after(span(10, 20))


def test_a_change_without_a_side_is_bounded_by_the_visits() -> None:
    t1, t2 = facts(cluster()), moved(facts(cluster()), LATER - NOON)
    key = next(iter(t1.by_key))._replace(identity=("nobody",))
    change = Change(key, Alteration.REMOVED, None, None)
    found = Moments(t1, t2).of((change,))
    assert found is not None
    assert (found.earliest, found.latest) == (NOON, LATER + timedelta(seconds=2))


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-14:00", "00010101T000000+1400"])
def test_an_instant_that_cannot_be_reckoned_with_tells_nothing(text: str) -> None:
    assert parsed(text) is None


def test_of_two_snapshots_in_the_wrong_order_no_cause_is_told_an_instant() -> None:
    after = with_bgp(cluster())
    cut_session(after)
    t1, t2 = moved(facts(with_bgp(cluster())), timedelta(minutes=5)), facts(after)
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: b"").causes
    assert cause.when is None
