"""Causes, consequences and verdicts, on a cluster of three nodes with two pods each."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.explanation import OUTSIDE, Explanation, Proof, Verdict
from netsnap.report.screen import ROWS
from parsers.facts import BlindSpot
from parsers.records import (
    Address,
    BirdProtocol,
    CalicoPeer,
    Container,
    FilterRule,
    Interface,
    Neighbour,
    Route,
    Sysctl,
)
from tests.model.cluster import (
    BLOCKS,
    GATEWAY,
    NIC,
    NODES,
    World,
    address_of,
    cluster,
    down,
    facts,
    find,
    pod_of,
    route,
    swap,
    veth_of,
)
from tests.report.test_screen import screen

HOST2, HOST3 = ("k8s2", HOST), ("k8s3", HOST)
POD_ADDRESS = address_of("k8s2", 1)


def told(before: World, after: World, *, unreached: tuple[str, ...] = ()) -> Explanation:
    """Explain two worlds; the raw text of every answer is its line numbers. It fits on a screen."""
    t1, t2 = facts(before), facts(after, unreached=unreached)
    lines = "\n".join(f"raw line {number}" for number in range(1, 99)).encode()
    explained = explain(t1, t2, compare(t1, t2), lambda _: lines)
    assert len(screen(explained)) <= ROWS
    return explained


def with_bgp(world: World) -> World:
    """Give every node its BGP sessions, as BIRD and calicoctl tell them, and a packet filter."""
    for node in NODES:
        world[node, HOST].append(FilterRule("inet f", "i", "type filter hook input priority -10;"))
        for peer, address in NODES.items():
            if peer != node:
                name = f"Mesh_{address.replace('.', '_')}"
                world[node, HOST] += [
                    BirdProtocol(
                        name, "BGP", state="up", session="established", neighbour=address,
                        source=NODES[node], connection="Established", since="12:00:00",
                    ),
                    CalicoPeer(4, address, "node-to-node mesh", "up", "Established"),
                ]  # fmt: skip
    return world


def session_down(world: World, node: str, peer: str, *, routes: bool = True) -> None:
    """End one side of a session; its routes leave the kernel."""
    at, address = (node, HOST), NODES[peer]
    bird = find(world, at, BirdProtocol, f"Mesh_{address.replace('.', '_')}")
    calico = find(world, at, CalicoPeer, 4, address)
    error = "BGP Error: Hold timer expired"
    swap(
        world, at, bird,
        replace(bird, state="start", session="down", connection="Connect", last_error=error),
    )  # fmt: skip
    swap(world, at, calico, replace(calico, state="start", connection="Connect", error=error))
    if routes:
        swap(world, at, find(world, at, Route, 4, "main", BLOCKS[peer]))


def cut_session(world: World) -> None:
    session_down(world, "k8s2", "k8s3")
    session_down(world, "k8s3", "k8s2")


def delete_veth(world: World) -> None:
    veth, pod = veth_of("k8s2", 1), pod_of("k8s2", 1)
    swap(world, HOST2, find(world, HOST2, Interface, veth))
    for each in list(world[HOST2]):
        if isinstance(each, Route) and any(hop.device == veth for hop in each.next_hops):
            swap(world, HOST2, each)
    inside = ("k8s2", pod)
    for each in list(world[inside]):
        if "eth0" in str(each):
            swap(world, inside, each)


def drop_port_179(world: World) -> None:
    world[HOST3].append(FilterRule("inet f", "i", "tcp dport 179 drop"))
    for other in ("k8s1", "k8s2"):
        session_down(world, "k8s3", other)
        session_down(world, other, "k8s3")


def set_nic_down(world: World) -> None:
    nic = find(world, HOST3, Interface, NIC)
    swap(world, HOST3, nic, down(nic))
    for each in list(world[HOST3]):
        if isinstance(each, Route) and any(hop.device == NIC for hop in each.next_hops):
            swap(world, HOST3, each)
    for other in ("k8s1", "k8s2"):
        session_down(world, "k8s3", other, routes=False)
        session_down(world, other, "k8s3")


def drop_forwarded(world: World) -> None:
    world[HOST2] += [
        FilterRule("inet g", "c", "type filter hook forward priority filter; policy accept"),
        FilterRule("inet g", "c", f"ip daddr {POD_ADDRESS} drop"),
    ]


def take_an_address_that_is_anothers(world: World) -> None:
    session_down(world, "k8s1", "k8s3")
    session_down(world, "k8s3", "k8s1")
    world["k8s1", HOST].append(Address(NIC, 4, f"{NODES['k8s3']}/32", scope="global"))


def spread_a_route_made_by_hand(world: World) -> None:
    prefix = f"{POD_ADDRESS}/32"
    world["k8s1", HOST].append(route(prefix, NIC, GATEWAY))
    world[HOST3].append(route(prefix, NIC, GATEWAY, protocol="bird"))


def stop_forwarding(world: World) -> None:
    for each in list(world[HOST2]):
        if isinstance(each, Sysctl) and each.name.endswith(("ip_forward", ".forwarding")):
            swap(world, HOST2, each, replace(each, value="0"))


def lose_pod_route(world: World) -> None:
    swap(world, HOST2, find(world, HOST2, Route, 4, "main", f"{POD_ADDRESS}/32"))


def change_default_route(world: World) -> None:
    old = find(world, HOST2, Route, 4, "main", "0.0.0.0/0")
    swap(world, HOST2, old, route("0.0.0.0/0", NIC, "172.16.0.253"))
    world[HOST2].append(Neighbour(4, "172.16.0.253", NIC, condition="failed"))


@dataclass(frozen=True)
class Case:
    """A fault, and the one cause that must be named for it; ``lost`` counts pairs of workloads."""

    fault: Callable[[World], None]
    what: str
    node: str
    subject: str
    lost: int
    proof: Proof = Proof.COUNTERFACTUAL


CASES = (
    Case(cut_session, "BGP session", "k8s2", "k8s2–k8s3", 8),
    Case(delete_veth, "interface", "k8s2", veth_of("k8s2", 1), 10),
    Case(drop_port_179, "filter rule", "k8s3", "tcp dport 179 drop", 16, Proof.RULE),
    Case(set_nic_down, "interface", "k8s3", NIC, 18),
    Case(stop_forwarding, "sysctl", "k8s2", "net.ipv4.ip_forward", 18),
    Case(lose_pod_route, "route", "k8s2", f"{POD_ADDRESS}/32", 10),
    Case(drop_forwarded, "filter rule", "k8s2", POD_ADDRESS, 10),
    Case(take_an_address_that_is_anothers, "address", "k8s1", NODES["k8s3"], 8),
    Case(spread_a_route_made_by_hand, "route", "k8s1", f"{POD_ADDRESS}/32", 8),
    Case(change_default_route, "default route", "k8s2", "default", 0),
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.fault.__name__)
def test_a_single_fault_is_the_only_cause(case: Case) -> None:
    after = with_bgp(cluster())
    case.fault(after)
    story = told(with_bgp(cluster()), after)
    assert story.verdict is Verdict.BROKEN
    assert len(story.pairs.lost) == case.lost
    (cause,) = story.causes
    assert (cause.what, cause.node, cause.proof) == (case.what, case.node, case.proof)
    assert case.subject in cause.subject
    assert cause.evidence
    assert {pair for pair in cause.explains if pair[1] != OUTSIDE} == {
        (each.source, each.target) for each in story.pairs.lost
    }


def test_what_follows_from_a_cause_is_told_under_it_with_its_raw_line() -> None:
    after = with_bgp(cluster())
    cut_session(after)
    (cause,) = told(with_bgp(cluster()), after).causes
    (effect, other) = (each for each in cause.consequences if each.what == "route")
    assert {effect.node, other.node} == {"k8s2", "k8s3"}
    assert effect.sentence.startswith(f"{effect.node} lost the route to {BLOCKS[other.node]}")
    lines = {each.snapshot: each for each in effect.evidence}
    assert lines["t1"].text.startswith("raw line")
    assert (lines["t2"].line, lines["t2"].text) == (0, "(no such line)")


def test_two_independent_faults_are_two_causes() -> None:
    after = with_bgp(cluster())
    cut_session(after)
    host1, pod = ("k8s1", HOST), address_of("k8s1", 1)
    swap(after, host1, find(after, host1, Route, 4, "main", f"{pod}/32"))
    story = told(with_bgp(cluster()), after)
    assert [(cause.what, len(cause.explains)) for cause in story.causes] == [
        ("route", 11),  # ten pairs, and the pod's way out
        ("BGP session", 8),
    ]


def test_a_veth_deleted_on_a_node_whose_session_fell_is_another_fault() -> None:
    """With its veth goes the veth's link-local address, which carries no session."""
    worlds = [with_bgp(cluster()), with_bgp(cluster())]
    veth = veth_of("k8s2", 1)
    worlds[0][HOST2].append(Address(veth, 6, "fe80::ecee:eeff:feee:eeee/64", scope="link"))
    delete_veth(worlds[1])
    cut_session(worlds[1])
    causes = told(*worlds).causes
    assert {cause.what for cause in causes} == {"interface", "BGP session"}
    assert len(causes) == 2
    assert all(
        "4 pairs come back only if another cause is undone too" in cause.sentence
        for cause in causes
    )
    own = {cause.what: {p for p in cause.explains if p[1] != OUTSIDE} for cause in causes}
    assert (len(own["interface"]), len(own["BGP session"])) == (10, 8)
    assert len(own["interface"] & own["BGP session"]) == 4


def test_two_breaks_on_one_path_are_joint_causes() -> None:
    after = with_bgp(cluster())
    lose_pod_route(after)
    pod = ("k8s2", pod_of("k8s2", 1))
    swap(after, pod, find(after, pod, Route, 4, "main", "0.0.0.0/0"))
    story = told(with_bgp(cluster()), after)
    assert sorted((cause.node, cause.netns) for cause in story.causes) == [
        ("k8s2", pod[1]),
        ("k8s2", HOST),
    ]
    assert all(len(cause.explains) >= 9 for cause in story.causes)


def test_an_unread_node_is_a_cause_by_rule_and_nothing_on_it_is_called_removed() -> None:
    after = with_bgp(cluster())
    for other in ("k8s1", "k8s2"):
        session_down(after, other, "k8s3")
    story = told(with_bgp(cluster()), after, unreached=("k8s3",))
    (cause,) = story.causes
    assert (cause.what, cause.subject, cause.proof) == ("node", "k8s3", Proof.RULE)
    assert len(story.pairs.lost) == 16
    assert {(each.source, each.target) for each in story.pairs.unknown} == {
        (pod_of("k8s3", 1), pod_of("k8s3", 2)),
        (pod_of("k8s3", 2), pod_of("k8s3", 1)),
    }
    assert not any(change.key.node == "k8s3" for change in story.difference.changes)
    assert story.difference.blind


def test_a_node_that_was_not_asked_again_is_told_as_just_that() -> None:
    after = with_bgp(cluster())
    for other in ("k8s1", "k8s2"):
        session_down(after, other, "k8s3")
    t1, t2 = facts(with_bgp(cluster())), facts(after, unreached=("k8s3",))
    asked = tuple(view for view in t2.snapshot.nodes if view.node != "k8s3")
    t2 = replace(t2, snapshot=replace(t2.snapshot, nodes=asked), blind=())
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: b"").causes
    assert (cause.subject, cause.after, cause.proof) == ("k8s3", "not asked", Proof.RULE)
    assert cause.sentence.startswith("k8s3 was not read at t2 (not asked)")


def test_evidence_is_the_line_that_the_reader_read_whatever_a_text_holds() -> None:
    after = cluster()
    lose_pod_route(after)
    t1, t2 = facts(cluster()), facts(after)
    odd = "".join(f"line {number} \x0c \u2028 \x85\r end\n" for number in range(1, 99)).encode()
    (cause,) = explain(t1, t2, compare(t1, t2), lambda _: odd).causes
    (was,) = (each for each in cause.evidence if each.snapshot == "t1")
    assert was.text == f"line {was.line} \\x0c \\u2028 \\x85\\x0d end"


def test_a_node_that_is_only_unread_breaks_nothing_and_hides_much() -> None:
    story = told(with_bgp(cluster()), with_bgp(cluster()), unreached=("k8s3",))
    assert story.verdict is Verdict.CANNOT_TELL
    assert story.causes == ()
    assert story.pairs.lost == ()


def test_equal_snapshots_are_unchanged() -> None:
    story = told(with_bgp(cluster()), with_bgp(cluster()))
    assert (story.verdict, story.causes, story.noise) == (Verdict.UNCHANGED, (), ())


def test_neighbours_that_rotate_are_churn_and_no_change() -> None:
    after = with_bgp(cluster())
    after[HOST2].append(Neighbour(4, "172.16.0.9", NIC, condition="resolved"))
    story = told(with_bgp(cluster()), after)
    assert story.verdict is Verdict.UNCHANGED
    assert story.noise == ("1 neighbour entry came, went or rotated",)


def test_a_change_that_breaks_nothing_is_no_cause() -> None:
    after = with_bgp(cluster())
    after[HOST2].append(Sysctl("net.ipv4.conf.eth9.rp_filter", "1"))
    story = told(with_bgp(cluster()), after)
    assert (story.verdict, story.causes) == (Verdict.NOTHING_BROKE, ())


def test_a_fault_older_than_t1_is_told_as_older() -> None:
    worlds = [with_bgp(cluster()), with_bgp(cluster())]
    for world in worlds:
        lose_pod_route(world)
    story = told(*worlds)
    assert (story.verdict, story.causes) == (Verdict.BROKEN_BEFORE, ())
    assert len(story.pairs.never_worked) == 10


def test_healing_is_told_as_restored_with_what_mended_it() -> None:
    before = with_bgp(cluster())
    cut_session(before)
    story = told(before, with_bgp(cluster()))
    assert (story.verdict, story.causes) == (Verdict.RESTORED, ())
    assert len(story.pairs.restored) == 8
    (mended,) = (line for line in story.witnesses if line.startswith("mended"))
    assert "BGP session k8s2–k8s3 came up" in mended
    assert "proved" in mended
    assert "8 pairs come back" in mended
    assert "BGP session k8s2–k8s3 came up" in story.sentence


def test_what_mended_some_pairs_is_told_beside_what_broke_others() -> None:
    before, after = with_bgp(cluster()), with_bgp(cluster())
    cut_session(before)
    place, pod = ("k8s1", HOST), address_of("k8s1", 1)
    swap(after, place, find(after, place, Route, 4, "main", f"{pod}/32"))
    story = told(before, after)
    assert [cause.what for cause in story.causes] == ["route"]
    assert "mended: BGP session k8s2–k8s3 came up" in story.witnesses[0]


def test_a_session_that_fell_and_came_back_is_told_as_an_event() -> None:
    after = with_bgp(cluster())
    name = f"Mesh_{NODES['k8s3'].replace('.', '_')}"
    bird = find(after, HOST2, BirdProtocol, name)
    swap(after, HOST2, bird, replace(bird, since="12:03:04"))
    story = told(with_bgp(cluster()), after)
    assert story.witnesses == ("BGP session k8s2–k8s3 fell and came back at 12:03:04",)
    swap(after, HOST2, replace(bird, since="12:03:04"), replace(bird, since="12:00:01"))
    assert told(with_bgp(cluster()), after).witnesses == ()


def test_a_restarted_container_is_an_event_and_no_cause() -> None:
    after = with_bgp(cluster())
    old = next(each for each in after[HOST2] if isinstance(each, Container))
    swap(after, HOST2, old, replace(old, pid=4711, started_at="2026-01-02T12:01:00Z"))
    story = told(with_bgp(cluster()), after)
    assert story.causes == ()
    assert any("restarted at 2026-01-02T12:01:00Z" in line for line in story.witnesses)


def test_a_changed_filter_line_that_is_not_understood_makes_the_pairs_untold() -> None:
    worlds = [with_bgp(cluster()), with_bgp(cluster())]
    for world in worlds:
        world[HOST2] += [
            FilterRule("ip g", "c", "type filter hook forward priority filter; policy accept"),
            FilterRule("ip g", "c", "ct mark 0x1 drop"),
        ]
    assert told(*worlds).verdict is Verdict.UNCHANGED
    worlds[1][HOST2].append(FilterRule("ip g", "c", f"ip saddr {POD_ADDRESS} ct mark 0x2 drop"))
    story = told(*worlds)
    assert (story.verdict, story.causes) == (Verdict.CANNOT_TELL, ())
    assert len(story.pairs.unknown) == 10
    assert "ct mark 0x2 drop" in story.sentence


def test_a_filter_that_could_not_be_read_makes_the_pairs_that_cross_it_untold() -> None:
    t1 = facts(with_bgp(cluster()))
    t2 = facts(with_bgp(cluster()), hidden=[("k8s2", HOST, FilterRule.kind)])
    story = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert story.verdict is Verdict.CANNOT_TELL
    assert len(story.pairs.unknown) == 18
    assert "the filter of k8s2 was not read" in story.sentence


@pytest.mark.parametrize("kind", ["sysctl", "filter-rule", "rule", "route", "neighbour"])
def test_what_was_not_read_is_never_called_unbroken_because_something_else_changed(
    kind: str,
) -> None:
    alone = {place: records for place, records in cluster(1).items() if place[0] == "k8s2"}
    for world in (cluster(), alone):
        after = {place: [*records] for place, records in world.items()}
        after[HOST2].append(route("203.0.113.0/24", NIC, GATEWAY))
        t1, t2 = facts(world), facts(after, hidden=[("k8s2", HOST, kind)])
        story = explain(t1, t2, compare(t1, t2), lambda _: b"")
        assert story.pairs.outside_unknown
        assert story.verdict is Verdict.CANNOT_TELL
        assert story.sentence.startswith("Cannot tell for ")


def test_switches_read_in_neither_snapshot_leave_a_pair_as_it_was() -> None:
    hidden = [("k8s2", HOST, "sysctl")]
    t1, t2 = facts(cluster(), hidden=hidden), facts(cluster(), hidden=hidden)
    assert explain(t1, t2, compare(t1, t2), lambda _: b"").pairs.unknown == ()


def test_a_rule_that_no_ping_feels_is_told() -> None:
    after = with_bgp(cluster())
    after[HOST2].append(FilterRule("inet f", "i", "tcp dport 23 drop"))
    story = told(with_bgp(cluster()), after)
    assert (story.verdict, story.causes) == (Verdict.NOTHING_BROKE, ())
    assert any("tcp dport 23 drop" in line and "No ping" in line for line in story.witnesses)


def test_the_chains_of_a_new_pod_are_churn() -> None:
    after = with_bgp(cluster())
    after[HOST2] += [
        FilterRule("inet f", "cali-tw-new", "ct mark 0x1 return"),
        FilterRule("inet f", "cali-tw-new", "drop"),
        FilterRule("inet f", "i", 'oifname "calinew" jump cali-tw-new'),
    ]
    story = told(with_bgp(cluster()), after)
    assert (story.verdict, story.witnesses) == (Verdict.NOTHING_BROKE, ())


def test_a_session_that_fell_while_its_routes_stand_is_told_as_pending() -> None:
    after = with_bgp(cluster())
    session_down(after, "k8s2", "k8s3", routes=False)
    session_down(after, "k8s3", "k8s2", routes=False)
    story = told(with_bgp(cluster()), after)
    assert (story.verdict, story.causes) == (Verdict.NOTHING_BROKE, ())
    (line,) = story.witnesses
    assert line.startswith("BGP session k8s2–k8s3 fell")
    assert "No pair is lost" in line


def test_a_session_whose_filter_changed_did_not_fall() -> None:
    after = with_bgp(cluster())
    bird = find(after, HOST2, BirdProtocol, f"Mesh_{NODES['k8s3'].replace('.', '_')}")
    swap(after, HOST2, bird, replace(bird, import_filter="(unnamed)"))
    swap(after, HOST2, find(after, HOST2, Route, 4, "main", BLOCKS["k8s3"]))
    (cause,) = told(with_bgp(cluster()), after).causes
    assert cause.what == "BGP session"
    assert "fell" not in cause.sentence
    assert "import_filter" in cause.sentence


def test_workloads_whose_names_were_not_read_are_not_gone() -> None:
    """Where docker hangs, a pod's namespace is there and nothing tells which pod's it is."""
    after = {place: records for place, records in with_bgp(cluster()).items()
             if place[0] != "k8s2" or place[1] == HOST}  # fmt: skip
    after[HOST2] = [each for each in after[HOST2] if not isinstance(each, Container)]
    t1 = facts(with_bgp(cluster()))
    t2 = facts(after, hidden=[("k8s2", HOST, Container.kind)])
    story = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert (story.verdict, story.causes) == (Verdict.CANNOT_TELL, ())
    assert (len(story.pairs.gone), len(story.pairs.unknown)) == (0, 18)


def test_a_deleted_pod_is_gone_and_no_cause() -> None:
    after = with_bgp(cluster())
    delete_veth(after)
    del after["k8s2", pod_of("k8s2", 1)]
    after[HOST2] = [
        each
        for each in after[HOST2]
        if not (isinstance(each, Container) and each.workload == pod_of("k8s2", 1))
    ]
    story = told(with_bgp(cluster()), after)
    assert (story.verdict, story.causes) == (Verdict.NOTHING_BROKE, ())
    assert len(story.pairs.gone) == 10
    assert any("the container" in line for line in story.witnesses)


def test_a_pod_that_moved_is_no_cause() -> None:
    """It takes its name along; its address is one of the other node's block."""
    after = with_bgp(cluster(pods=3))
    before = with_bgp(cluster(pods=3))
    gone, new = ("k8s2", pod_of("k8s2", 3)), ("k8s3", pod_of("k8s3", 3))
    for world, place in ((after, gone), (before, new)):
        del world[place]
        veth = veth_of(place[0], 3)
        world[place[0], HOST] = [
            each
            for each in world[place[0], HOST]
            if veth not in str(each)
            and not (isinstance(each, Container) and each.workload == place[1])
        ]
    after["k8s3", gone[1]] = after.pop(new)
    host = after[HOST3]
    container = next(e for e in host if isinstance(e, Container) and e.workload == new[1])
    swap(after, HOST3, container, replace(container, workload=gone[1]))
    story = told(before, after)
    assert (story.verdict, story.causes) == (Verdict.NOTHING_BROKE, ())


def test_a_promiscuous_interface_and_a_link_local_address_break_nothing() -> None:
    after = with_bgp(cluster())
    nic = find(after, HOST2, Interface, NIC)
    swap(after, HOST2, nic, replace(nic, flags=tuple(sorted({*nic.flags, "PROMISC"}))))
    after[HOST2].append(Address(NIC, 6, "fe80::1/64", scope="link"))
    after[HOST2].append(Route(6, "local", "fe80::1/128", type="local"))
    story = told(with_bgp(cluster()), after)
    assert (story.verdict, story.causes) == (Verdict.NOTHING_BROKE, ())


@pytest.mark.parametrize(("condition", "lost"), [("permanent", 10), ("resolved", 0)])
def test_a_cached_hardware_address_that_is_not_the_pods_is_a_cause(
    condition: str, lost: int
) -> None:
    worlds = [with_bgp(cluster()), with_bgp(cluster())]
    pod = ("k8s2", pod_of("k8s2", 1))
    for world in worlds:
        eth0 = find(world, pod, Interface, "eth0")
        swap(world, pod, eth0, replace(eth0, mac="b2:00:00:00:00:01"))
        good = Neighbour(4, POD_ADDRESS, veth_of("k8s2", 1), "b2:00:00:00:00:01", "resolved")
        world[HOST2].append(good)
    swap(
        worlds[1], HOST2, good, replace(good, mac="02:00:00:00:00:01", condition=condition)
    )  # fmt: skip
    story = told(*worlds)
    assert len(story.pairs.lost) == lost
    assert len(story.pairs.unknown) == 10 - lost  # the kernel may ask again
    assert [cause.what for cause in story.causes] == (["neighbour"] if lost else [])


@pytest.mark.parametrize(("lacking", "verdict"), [(True, "unchanged"), (False, "cannot tell")])
def test_a_program_that_no_snapshot_found_hides_nothing(*, lacking: bool, verdict: str) -> None:
    asked = (
        "ask-route"  # by both snapshots; else the one that lacks it hides nothing from the other
    )
    spot = BlindSpot("k8s2", HOST, asked, "", frozenset({"calico-process"}), "none", (), lacking)
    t1, t2 = (
        replace(each, blind=(spot,), hidden={("k8s2", HOST): frozenset({"calico-process"})})
        for each in (facts(cluster()), facts(cluster()))
    )
    story = explain(t1, t2, compare(t1, t2), lambda _: b"")
    assert story.verdict == verdict
    once = explain(facts(cluster()), t2, compare(facts(cluster()), t2), lambda _: b"")
    assert once.verdict is Verdict.CANNOT_TELL
