"""What a comparison tells, and what it leaves to the blind spots."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.capture import HOST, Outcome, Question
from netsnap.diff.changes import Alteration, Blind, Change, Difference, NetnsChange
from netsnap.diff.compare import compare
from parsers.answer import Answer
from parsers.facts import BlindSpot, Fact, Facts, Key
from parsers.reading import Reading
from parsers.records import (
    BirdConfig,
    BirdProtocol,
    CalicoSetting,
    ConntrackTable,
    Container,
    ContainerSummary,
    Interface,
    Neighbour,
    NetworkNamespace,
    NextHop,
    NodeIdentity,
    Route,
    Sysctl,
)
from parsers.roles import Record
from tests.model.cluster import NIC, World, cluster, facts, find, pod_of, swap

HOST2 = ("k8s2", HOST)
POD = ("k8s2", pod_of("k8s2", 1))


def after(*records: Record, without: Iterable[Record] = ()) -> World:
    """Return the cluster with these records more, or less, on k8s2."""
    world = cluster()
    world[HOST2] += records
    for record in without:
        swap(world, HOST2, record)
    return world


def told(difference: Difference) -> list[tuple[str, str, Alteration]]:
    return [(each.key.netns, each.key.kind, each.alteration) for each in difference.changes]


def test_a_snapshot_does_not_differ_from_itself() -> None:
    same = facts(cluster())
    difference = compare(same, same)
    assert (difference.changes, difference.netns, difference.blind) == ((), (), ())
    assert (difference.compared, difference.drifted) == (len(same.by_key), 0)


def test_unicast_that_becomes_a_blackhole_is_one_change() -> None:
    world = cluster()
    route = find(world, HOST2, Route, 4, "main", "192.168.86.0/26")
    swap(world, HOST2, route, replace(route, type="blackhole", next_hops=()))
    (change,) = compare(facts(cluster()), facts(world)).changes
    assert change.alteration is Alteration.CHANGED
    assert [(each.name, each.after) for each in change.fields] == [
        ("type", "blackhole"),
        ("next_hops", ()),
    ]


def test_a_new_object_under_an_old_name_is_renewed_and_not_changed() -> None:
    world = cluster()
    eth0 = find(world, POD, Interface, "eth0")
    swap(world, POD, eth0, replace(eth0, index=77))
    (change,) = compare(facts(cluster()), facts(world)).changes
    assert (change.alteration, [each.name for each in change.fields]) == (
        Alteration.RENEWED,
        ["index"],
    )


def test_what_moves_by_itself_is_counted_and_not_told() -> None:
    quiet = BirdProtocol("Mesh_172_16_0_55", "BGP", since="12:00:00", routes_imported=1)
    moved = replace(quiet, since="12:00:01", routes_imported=2)
    difference = compare(facts(after(quiet)), facts(after(moved)))
    assert difference.changes == ()
    assert difference.drifted == 1


def link_local(*devices: str) -> list[Route]:
    return [Route(6, "main", "fe80::/64", next_hops=(NextHop("", name),)) for name in devices]


@pytest.mark.parametrize(
    ("was", "now", "found"),
    [
        (("a", "b", "c"), ("c", "a", "b"), []),
        (("a", "b", "c"), ("b", "c"), [("a", Alteration.REMOVED)]),
        (("b",), ("a", "b"), [("a", Alteration.ADDED)]),
        (("a", "a"), ("a",), [("a", Alteration.REMOVED)]),
        (("a", "b"), ("x", "a"), [("x", Alteration.CHANGED)]),
    ],
)
def test_facts_of_one_identity_meet_their_equals(
    was: tuple[str, ...], now: tuple[str, ...], found: list[tuple[str, Alteration]]
) -> None:
    difference = compare(facts(after(*link_local(*was))), facts(after(*link_local(*now))))
    records = [(each.after or each.before, each.alteration) for each in difference.changes]
    assert [
        (fact.record.next_hops[0].device, alteration)
        for fact, alteration in records
        if fact is not None and isinstance(fact.record, Route)
    ] == found


def test_a_neighbour_that_stops_answering_is_a_change() -> None:
    world = cluster()
    entry = find(world, HOST2, Neighbour, 4, "172.16.0.55")
    swap(world, HOST2, entry, replace(entry, condition="failed", nud="FAILED"))
    difference = compare(facts(cluster()), facts(world))
    assert told(difference) == [(HOST, "neighbour", Alteration.CHANGED)]


GONE = find(cluster(), HOST2, Route, 4, "main", "192.168.86.0/26")


def test_an_absence_is_told_where_the_other_snapshot_looked() -> None:
    difference = compare(facts(cluster()), facts(after(without=[GONE])))
    assert told(difference) == [(HOST, "route", Alteration.REMOVED)]
    difference = compare(facts(after(without=[GONE])), facts(cluster()))
    assert told(difference) == [(HOST, "route", Alteration.ADDED)]


def test_an_absence_is_not_told_where_it_did_not_look() -> None:
    timed_out = facts(after(without=[GONE]), hidden=[(*HOST2, "route")])
    difference = compare(facts(cluster()), timed_out)
    assert difference.changes == ()
    assert [(each.when, each.spot.kinds) for each in difference.blind] == [
        ("t2", frozenset({"route"}))
    ]
    difference = compare(timed_out, facts(cluster()))
    assert [each.when for each in difference.blind] == ["t1"]
    assert difference.changes == ()


def test_what_both_snapshots_show_is_compared_though_either_is_blind() -> None:
    world = cluster()
    route = find(world, HOST2, Route, 4, "main", "0.0.0.0/0")
    swap(world, HOST2, route, replace(route, next_hops=(NextHop("172.16.0.253", NIC),)))
    difference = compare(facts(cluster()), facts(world, hidden=[(*HOST2, "route")]))
    assert told(difference) == [(HOST, "route", Alteration.CHANGED)]


def test_unknown_lines_that_both_have_hide_nothing() -> None:
    place = (*HOST2, "route")
    was = facts(cluster(), unknown={place: ("a b", "c")})
    now = facts(after(without=[GONE]), unknown={place: ("c", "a b")})
    difference = compare(was, now)
    assert told(difference) == [(HOST, "route", Alteration.REMOVED)]
    assert difference.blind == ()


def test_unknown_lines_that_differ_hide_an_absence() -> None:
    place = (*HOST2, "route")
    was = facts(cluster(), unknown={place: ("a b",)})
    now = facts(after(without=[GONE]), unknown={place: ("a c",)})
    difference = compare(was, now)
    assert difference.changes == ()
    assert [each.when for each in difference.blind] == ["t1", "t2"]


def test_unknown_lines_do_not_uncover_what_a_time_out_hides_too() -> None:
    place = (*HOST2, "route")
    was = facts(cluster(), unknown={place: ("a b",)})
    now = facts(after(without=[GONE]), unknown={place: ("a b",)})
    spot = BlindSpot("k8s2", HOST, "ask-route", "", frozenset({"route"}), "timed out")
    difference = compare(was, replace(now, blind=(*now.blind, spot)))
    assert difference.changes == ()
    assert difference.blind == (Blind(spot, "t2"),)


def test_a_field_that_an_unread_line_may_say_is_no_evidence() -> None:
    world = cluster()
    nic = find(world, HOST2, Interface, NIC)
    swap(world, HOST2, nic, replace(nic, mtu=None, operstate="DOWN"))
    now = facts(world, unknown={(*HOST2, "interface"): ("mtu ???",)})
    (change,) = compare(facts(cluster()), now).changes
    assert [each.name for each in change.fields] == ["operstate"]


def test_a_node_that_was_not_reached_lost_nothing() -> None:
    difference = compare(facts(cluster()), facts(cluster(), unreached=["k8s3"]))
    assert (difference.changes, difference.netns) == ((), ())
    assert [(each.spot.node, each.when) for each in difference.blind] == [("k8s3", "t2")]


def test_a_node_that_was_not_asked_lost_nothing_and_is_named() -> None:
    world = {place: records for place, records in cluster().items() if place[0] != "k8s3"}
    difference = compare(facts(world), facts(cluster()))
    assert (difference.changes, difference.netns) == ((), ())
    (blind,) = difference.blind
    assert (blind.spot.node, blind.spot.reason, blind.when) == ("k8s3", "not asked", "t1")


def test_a_question_that_only_one_snapshot_asked_says_nothing_was_removed() -> None:
    difference = compare(facts(after(CalicoSetting("logLevel", "info"))), facts(cluster()))
    assert difference.changes == ()
    (blind,) = difference.blind
    assert (blind.spot.kinds, blind.when) == (frozenset({"calico-setting"}), "t2")


def asking(world: World, probe: str, record: Record) -> Facts:
    """Assemble a world in which a further question to k8s2 gave one more record."""
    found = facts(world)
    (view,) = (each for each in found.snapshot.nodes if each.node == "k8s2")
    like = next(each for each in view.answers if each.question.scope == HOST)
    reading = Reading((record,), (1,))
    answer = replace(like, question=Question(probe, HOST), digest=probe, reading=reading)
    key = Key("k8s2", HOST, record.kind, record.identity)
    views = tuple(
        replace(each, answers=(*each.answers, answer)) if each is view else each
        for each in found.snapshot.nodes
    )
    return replace(
        found,
        snapshot=replace(found.snapshot, nodes=views),
        by_key={**found.by_key, key: Fact(key, record, answer, 1)},
    )


def test_a_kind_of_which_more_was_asked_gained_nothing() -> None:
    level, mesh = CalicoSetting("logLevel", "info"), CalicoSetting("nodeToNodeMesh", "on")
    fewer, more = facts(after(level)), asking(after(level), "ask-more", mesh)
    for difference, when in ((compare(fewer, more), "t1"), (compare(more, fewer), "t2")):
        assert difference.changes == ()
        (blind,) = difference.blind
        assert (blind.spot.probe, blind.spot.reason, blind.when) == ("ask-more", "not asked", when)


def test_what_one_had_nobody_to_ask_for_and_the_other_did_not_ask_is_not_asked() -> None:
    spot = BlindSpot("k8s2", HOST, "wg", "", frozenset({"x"}), "no wg on the node", lacking=True)
    lacking = replace(facts(cluster()), blind=(spot,))
    for pair, when in (
        ((facts(cluster()), lacking), "t1"),
        ((lacking, facts(cluster())), "t2"),
    ):
        (blind,) = compare(*pair).blind
        assert (blind.spot.probe, blind.spot.reason, blind.when) == ("wg", "not asked", when)
        assert blind.hides
    asked = asking(cluster(), "wg", CalicoSetting("logLevel", "info"))
    assert spot in {blind.spot for blind in compare(asked, lacking).blind}


def test_a_question_stands_in_for_another_that_was_not_asked_beside_it() -> None:
    level, mesh = CalicoSetting("logLevel", "info"), CalicoSetting("nodeToNodeMesh", "on")
    difference = compare(facts(after(level)), asking(cluster(), "ask-otherwise", mesh))
    assert told(difference) == [
        (HOST, "calico-setting", Alteration.REMOVED),
        (HOST, "calico-setting", Alteration.ADDED),
    ]


def test_a_namespace_that_went_takes_its_facts_with_it() -> None:
    world = cluster()
    gone = world.pop(POD)
    difference = compare(facts(cluster()), facts(world))
    assert difference.netns == (NetnsChange(*POD, Alteration.REMOVED),)
    assert len(difference.changes) == len(gone)
    assert {each.alteration for each in difference.changes} == {Alteration.REMOVED}


def test_namespaces_of_a_node_that_did_not_list_them_did_not_go() -> None:
    world = cluster()
    del world[POD]
    difference = compare(facts(cluster()), facts(world, hidden=[(*HOST2, "netns")]))
    assert (difference.changes, difference.netns) == ((), ())
    assert any("route" in each.spot.kinds for each in difference.blind)


def test_namespaces_without_names_are_not_new_ones() -> None:
    """Without docker's answer a pod's namespace is called by its inode."""
    world = cluster()
    world["k8s2", "net:[4026531999]"] = world.pop(POD)
    difference = compare(facts(cluster()), facts(world, hidden=[(*HOST2, "container")]))
    assert (difference.changes, difference.netns) == ((), ())


@pytest.mark.parametrize(
    ("was", "now", "renewed"),
    [((7, 8), (9,), True), ((7, 8), (8, 9), False), ((7,), (), False)],
)
def test_a_reused_inode_is_a_new_namespace(
    was: tuple[int, ...], now: tuple[int, ...], *, renewed: bool
) -> None:
    def with_pids(pids: tuple[int, ...]) -> Facts:
        found = facts(after(NetworkNamespace(1, (1,))))
        (inode,) = (int(at[1][5:-1]) for at, name in found.netns.items() if (at[0], name) == POD)
        return facts(after(NetworkNamespace(1, (1,)), NetworkNamespace(inode, pids)))

    expected = (NetnsChange(*POD, Alteration.RENEWED),) if renewed else ()
    difference = compare(with_pids(was), with_pids(now))
    assert difference.netns == expected
    assert difference.changes == ()


def test_a_container_is_not_told_twice() -> None:
    name = "k8s_POD_web-21"
    more = ContainerSummary("k8s_x", "1", "busybox")
    renewed = ContainerSummary(name, "2", "busybox")
    was, now = after(replace(renewed, id="1")), after(renewed, more)
    assert compare(facts(was), facts(now)).changes == ()
    blind = facts(now, hidden=[(*HOST2, "container")])
    assert told(compare(facts(was), blind)) == [
        (HOST, "container-summary", Alteration.RENEWED),
        (HOST, "container-summary", Alteration.ADDED),
    ]


def test_what_only_the_summary_says_is_told() -> None:
    was, now = ContainerSummary("a", image="x"), ContainerSummary("a", image="y", ports="80/tcp")
    (change,) = compare(facts(after(was)), facts(after(now))).changes
    assert [each.name for each in change.fields] == ["ports"]


def test_a_record_cut_in_half_is_not_compared() -> None:
    world = cluster()
    nic = find(world, HOST2, Interface, NIC)
    swap(world, HOST2, nic)
    world[HOST2].append(replace(nic, operstate="", mac=""))
    found = facts(world, hidden=[(*HOST2, "interface")])
    assert compare(facts(cluster()), cut(found, "k8s2", "ask-interface")).changes == ()


def cut(found: Facts, node: str, probe: str) -> Facts:
    """Say of one answer in the host that it was cut off."""

    def torn(answer: Answer) -> Answer:
        if (answer.node, answer.question) != (node, Question(probe)):
            return answer
        reading = replace(answer.reading, blind="cut off")
        return replace(answer, reading=reading, outcome=Outcome.CUT_OFF)

    by_key = {key: replace(fact, answer=torn(fact.answer)) for key, fact in found.by_key.items()}
    return replace(found, by_key=by_key)


def reworded(found: Facts, probe: str) -> Facts:
    """Say of one question that it was asked by another command: by another version's."""

    def other(answer: Answer) -> Answer:
        return replace(answer, command="more") if answer.question.probe == probe else answer

    views = tuple(
        replace(view, answers=tuple(map(other, view.answers))) for view in found.snapshot.nodes
    )
    by_key = {key: replace(fact, answer=other(fact.answer)) for key, fact in found.by_key.items()}
    return replace(found, snapshot=replace(found.snapshot, nodes=views), by_key=by_key)


def test_what_only_another_version_asks_for_is_neither_new_nor_gone() -> None:
    switch, node = Sysctl("net.ipv4.tcp_mtu_probing", "0"), NodeIdentity("k8s2")
    told_more = replace(node, os="Debian GNU/Linux 12 (bookworm)")
    was = facts(after(node))
    now = reworded(reworded(facts(after(told_more, switch)), "ask-sysctl"), "ask-node")
    for first, second in ((was, now), (now, was)):
        difference = compare(first, second)
        assert difference.changes == ()
        assert {each.spot.reason for each in difference.blind} == {"asked in other words"}


def test_a_value_that_both_versions_ask_for_is_compared() -> None:
    was = facts(after(NodeIdentity("k8s2", "6.1.0")))
    now = reworded(facts(after(NodeIdentity("k8s2", "6.12.0", os="Debian"))), "ask-node")
    (change,) = compare(was, now).changes
    assert [each.name for each in change.fields] == ["kernel"]


LINES = st.lists(st.sampled_from(["a b", "c", "d e f"]), max_size=2).map(tuple)
KINDS = ("route", "sysctl", "interface", "netns", "container")


@st.composite
def worlds(draw: st.DrawFn) -> Facts:
    """Draw a snapshot of the cluster with some things gone, altered, hidden or unread."""
    world = cluster(pods=1)
    place = st.sampled_from(sorted(world))
    for at in draw(st.lists(place, max_size=3)):
        number = draw(st.integers(0, len(world[at]) - 1)) if world[at] else 0
        record = world[at][number] if world[at] else None
        if isinstance(record, Route) and draw(st.booleans()):
            swap(world, at, record, replace(record, type="prohibit"))
        elif isinstance(record, Interface) and draw(st.booleans()):
            swap(world, at, record, replace(record, index=record.index + 100))
        elif isinstance(record, Sysctl) and draw(st.booleans()):
            swap(world, at, record, replace(record, value="2"))
        elif record is not None:
            swap(world, at, record)
    for device in draw(st.lists(st.sampled_from(["a", "b", "c"]), max_size=3)):
        world[HOST2].append(Route(6, "main", "fe80::/64", next_hops=(NextHop("", device),)))
    for at in draw(st.lists(place, max_size=1)):
        if at[1] != HOST or draw(st.booleans()):
            world.pop(at, None)
    kinds = st.tuples(place, st.sampled_from(KINDS)).map(lambda each: (*each[0], each[1]))
    return facts(
        world,
        unreached=draw(st.sets(st.sampled_from(sorted({node for node, _ in world})), max_size=1)),
        hidden=draw(st.sets(kinds, max_size=2)),
        unknown={at: lines for at in draw(st.sets(kinds, max_size=2)) if (lines := draw(LINES))},
    )


def turned(change: Change) -> Change:
    other = {Alteration.ADDED: Alteration.REMOVED, Alteration.REMOVED: Alteration.ADDED}
    fields = tuple(replace(each, before=each.after, after=each.before) for each in change.fields)
    alteration = other.get(change.alteration, change.alteration)
    key = change.before.key if change.before else change.key
    return Change(key, alteration, change.after, change.before, fields)


@settings(max_examples=150, deadline=None)
@given(worlds(), worlds())
def test_the_way_back_is_the_way_there_turned_round(was: Facts, now: Facts) -> None:
    there, back = compare(was, now), compare(now, was)
    assert tuple(turned(change) for change in there.changes) == back.changes
    assert (there.compared, there.drifted) == (back.compared, back.drifted)
    when = {"t1": "t2", "t2": "t1", "both": "both"}
    assert {(each.spot, when[each.when]) for each in there.blind} == {
        (each.spot, each.when) for each in back.blind
    }
    assert len(there.netns) == len(back.netns)


@settings(max_examples=150, deadline=None)
@given(worlds(), worlds())
def test_every_difference_is_told_or_lies_in_a_blind_spot(was: Facts, now: Facts) -> None:
    difference = compare(was, now)
    changed = {
        fact.key for each in difference.changes for fact in (each.before, each.after) if fact
    }
    for here, there in ((was, now), (now, was)):
        for key, fact in here.by_key.items():
            others = (there.by_key.get(key._replace(nth=nth)) for nth in range(4))
            if key in changed or any(each and each.record == fact.record for each in others):
                continue
            assert any(_covers(each.spot, fact) for each in difference.blind), key


def _covers(spot: BlindSpot, fact: Fact) -> bool:
    return (
        spot.node == fact.key.node
        and spot.netns in ("", fact.key.netns)
        and (not spot.kinds or fact.key.kind in spot.kinds)
    )


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_nothing_differs_between_a_snapshot_and_its_copy(one: Facts) -> None:
    """The copy shares no object, so that nothing is skipped for being the same."""

    def copied(answer: Answer) -> Answer:
        records = tuple(replace(record) for record in answer.reading.records)
        return replace(answer, digest=f"{answer.digest} again", reading=Reading(records))

    by_key = {
        key: Fact(key, replace(fact.record), copied(fact.answer), fact.line)
        for key, fact in one.by_key.items()
    }
    difference = compare(one, replace(one, by_key=by_key))
    assert (difference.changes, difference.netns, difference.drifted) == ((), (), 0)
    assert difference.compared == len(one.by_key)


def test_equal_answers_are_skipped_and_counted() -> None:
    """Two loads of the history share readings of equal texts."""
    was = facts(cluster())
    now = facts(after(without=[GONE]))
    difference = compare(was, now)
    assert difference.compared == len(now.by_key)


def test_a_container_renewed_by_a_restart_is_renewed() -> None:
    world = cluster()
    box = find(world, HOST2, Container, "k8s_POD_web-21")
    swap(world, HOST2, box, replace(box, pid=4711, started_at="2026-01-02T11:59:00Z"))
    assert told(compare(facts(cluster()), facts(world))) == [
        (HOST, "container", Alteration.RENEWED)
    ]


def test_another_file_of_bird_is_no_change_of_the_one_that_is_not_shown() -> None:
    """A BIRD that does not run names no file, and what lies in the usual place is another's."""
    running = BirdConfig("bird", "/etc/calico/confd/config/bird.cfg", "protocol kernel", "persist")
    packaged = BirdConfig("bird", "/etc/bird/bird.conf", "protocol kernel", "learn")
    difference = compare(facts(after(running)), facts(after(packaged)))
    assert difference.changes == ()
    assert {each.spot.reason for each in difference.blind} == {
        "of BIRD's configuration another file was shown"
    }


def test_a_statement_that_left_its_file_is_gone() -> None:
    first = BirdConfig("bird", "/etc/bird.cfg", "protocol kernel", "persist")
    second = replace(first, statement="learn")
    (change,) = compare(facts(after(first, second)), facts(after(first))).changes
    assert (change.key.kind, change.alteration) == ("bird-config", Alteration.REMOVED)


def test_a_second_record_that_is_called_by_its_place_alone_may_go() -> None:
    table = ConntrackTable(count=1, maximum=2)
    one, other = cluster(), cluster()
    one["k8s1", HOST].append(table)
    other["k8s1", HOST] += [table, ConntrackTable(count=3, maximum=4)]
    (change,) = compare(facts(other), facts(one)).changes
    assert (change.key.kind, change.alteration) == (ConntrackTable.kind, Alteration.REMOVED)
