"""Causes, consequences and verdicts, on a cluster of three nodes with two pods each."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.explanation import OUTSIDE, Explanation, Proof, Verdict
from parsers.records import (
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

HOST2, HOST3 = ("k8s2", HOST), ("k8s3", HOST)
POD_ADDRESS = address_of("k8s2", 1)


def told(before: World, after: World, *, unreached: tuple[str, ...] = ()) -> Explanation:
    """Explain two worlds; the raw text of every answer is its line numbers."""
    t1, t2 = facts(before), facts(after, unreached=unreached)
    lines = "\n".join(f"raw line {number}" for number in range(1, 99)).encode()
    return explain(t1, t2, compare(t1, t2), lambda _: lines)


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
    assert story.noise == ("1 neighbour entries came, went or rotated",)


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


def test_healing_is_told_as_restored() -> None:
    before = with_bgp(cluster())
    cut_session(before)
    story = told(before, with_bgp(cluster()))
    assert story.verdict is Verdict.RESTORED
    assert len(story.pairs.restored) == 8


def test_a_session_that_fell_and_came_back_is_told_as_an_event() -> None:
    after = with_bgp(cluster())
    name = f"Mesh_{NODES['k8s3'].replace('.', '_')}"
    bird = find(after, HOST2, BirdProtocol, name)
    swap(after, HOST2, bird, replace(bird, since="12:03:04"))
    story = told(with_bgp(cluster()), after)
    assert story.witnesses == (f"{name} on k8s2 fell and came back at 12:03:04",)
    swap(after, HOST2, replace(bird, since="12:03:04"), replace(bird, since="12:00:01"))
    assert told(with_bgp(cluster()), after).witnesses == ()


def test_a_restarted_container_is_an_event_and_no_cause() -> None:
    after = with_bgp(cluster())
    old = next(each for each in after[HOST2] if isinstance(each, Container))
    swap(after, HOST2, old, replace(old, pid=4711, started_at="2026-01-02T12:01:00Z"))
    story = told(with_bgp(cluster()), after)
    assert story.causes == ()
    assert any("restarted at 2026-01-02T12:01:00Z" in line for line in story.witnesses)
