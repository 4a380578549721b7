"""Pings held against the model, on a cluster of three nodes with two pods each."""

from collections.abc import Callable, Iterable
from itertools import permutations

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.check import check
from netsnap.explain.checks.finding import Severity
from netsnap.explain.explain import explain
from netsnap.explain.explanation import Explanation, Observed, Verdict
from netsnap.report.as_json import document
from netsnap.report.outline import outline
from parsers.records import ConntrackTable, FilterRule, Ping, Route, TcFilter
from tests.model.cluster import (
    BLOCKS,
    NIC,
    NODES,
    Place,
    World,
    address_of,
    cluster,
    facts,
    find,
    pod_of,
    swap,
)
from tests.model.test_tunnels import tunnelled

PODS: dict[str, tuple[Place, str]] = {
    pod_of(node, number): ((node, pod_of(node, number)), address_of(node, number))
    for node in NODES
    for number in (1, 2)
}
HOSTS: dict[str, tuple[Place, str]] = {
    f"{node} ({address})": ((node, HOST), address) for node, address in NODES.items()
}
POD = "default/web-31"
Answer = Callable[[str, str, str], str]


def yes(_: str, __: str, ___: str) -> str:
    return "yes"


def without(*silent: str, size: str = "small") -> Answer:
    """Answer everything but what leaves the node to or from one of the named."""

    def answer(source: str, target: str, of: str) -> str:
        ends = {**PODS, **HOSTS}
        across = ends[source][0][0] != ends[target][0][0]
        return "no" if across and of == size and {source, target} & set(silent) else "yes"

    return answer


def pinged(answer: Answer = yes, world: World | None = None) -> World:
    """Return a cluster in which all pods, and all nodes, have pinged each other."""
    world = world if world is not None else cluster()
    for ends in (PODS, HOSTS):
        for source, target in permutations(ends, 2):
            (place, own), (_, other) = ends[source], ends[target]
            small = answer(source, target, "small")
            world[place].append(Ping(own, other, "small", small, 56, 2, 2 * (small == "yes")))
            if small == "yes":
                world[place].append(Ping(own, other, "full", answer(source, target, "full"), 1472))
    return world


def told(before: World, after: World) -> Explanation:
    t1, t2 = facts(before), facts(after)
    lines = "\n".join(f"raw line {number}" for number in range(1, 99)).encode()
    return explain(t1, t2, compare(t1, t2), lambda _: lines)


def kinds(explained: Explanation) -> list[tuple[Observed, str, bool, int]]:
    return [(o.kind, o.size, o.of_nodes, len(o.pairs)) for o in explained.observed]


def test_pings_that_are_all_answered_change_nothing() -> None:
    assert told(pinged(), pinged()).verdict is Verdict.UNCHANGED
    assert told(cluster(), pinged()).verdict is Verdict.UNCHANGED
    assert told(pinged(), cluster()).verdict is Verdict.UNCHANGED


def test_one_lost_packet_of_two_is_no_change() -> None:
    after = pinged()
    for records in after.values():
        records[:] = [
            Ping(r.source, r.target, r.size, r.answered, r.bytes, 2, 1)
            if isinstance(r, Ping)
            else r
            for r in records
        ]
    explained = told(pinged(), after)
    assert explained.verdict is Verdict.UNCHANGED
    assert explained.observed == ()


def test_a_fabric_that_drops_a_pods_address_is_broken_by_observation() -> None:
    explained = told(pinged(), pinged(without(POD)))
    assert (explained.verdict, explained.causes) == (Verdict.BROKEN, ())
    assert kinds(explained) == [(Observed.LOST, "small", False, 8)]
    (seen,) = explained.observed
    assert "no table that was read explains it" in explained.sentence
    assert f"they are all that leave the node to and from {POD}" in seen.sentence
    assert "the nodes answer each other" in seen.sentence
    assert [each.snapshot for each in seen.evidence] == ["t1", "t2"]
    (line,) = outline(explained).observed[0].consequences
    assert line.startswith(f"8 pairs: {POD} ↔ ")


def test_without_pings_the_same_fault_is_not_made_up() -> None:
    assert told(cluster(), cluster()).verdict is Verdict.UNCHANGED
    assert told(pinged(), cluster()).observed == ()


def test_full_size_alone_is_a_black_hole_of_the_mtu() -> None:
    everybody = (*PODS, *HOSTS)
    explained = told(pinged(), pinged(without(*everybody, size="full")))
    assert explained.verdict is Verdict.BROKEN
    assert kinds(explained) == [
        (Observed.LOST, "full", False, 24),
        (Observed.LOST, "full", True, 6),
    ]
    assert all("an MTU black hole" in each.sentence for each in explained.observed)


def test_that_a_packet_is_too_big_is_told_and_breaks_nothing() -> None:
    def answer(_: str, __: str, size: str) -> str:
        return "too big" if size == "full" else "yes"

    explained = told(pinged(), pinged(answer))
    assert explained.verdict is Verdict.UNCHANGED
    assert any("36 pings of full size are too big at t2" in each for each in explained.witnesses)


def _cut(world: World) -> World:
    """Take away the route from k8s2 to k8s3's pods."""
    place = ("k8s2", HOST)
    swap(world, place, find(world, place, Route, 4, "main", BLOCKS["k8s3"]))
    return world


def _between(one: str, other: str) -> Answer:
    def answer(source: str, target: str, _: str) -> str:
        nodes = {({**PODS, **HOSTS})[each][0][0] for each in (source, target)}
        return "no" if nodes == {one, other} and source in PODS else "yes"

    return answer


def test_a_loss_that_the_model_proves_and_ping_sees_is_told_once() -> None:
    explained = told(pinged(), _cut(pinged(_between("k8s2", "k8s3"))))
    (cause,) = explained.causes
    assert explained.verdict is Verdict.BROKEN
    assert (cause.agree, cause.disagree) == (8, 0)
    assert explained.observed == ()
    assert "ping agrees: 8 of them were not answered" in outline(explained).causes[0].proof


def test_a_loss_that_ping_denies_is_not_called_sure() -> None:
    explained = told(pinged(), _cut(pinged()))
    assert explained.verdict is Verdict.CANNOT_TELL
    assert kinds(explained) == [(Observed.CONTRADICTED, "small", False, 8)]
    assert "the model is wrong there" in explained.sentence
    assert explained.causes[0].disagree == 8


def test_a_loss_that_ping_denies_in_part_stays_broken_and_says_so() -> None:
    def answer(source: str, target: str, _: str) -> str:
        return "no" if {source, target} == {"default/web-21", "default/web-31"} else "yes"

    explained = told(pinged(), _cut(pinged(answer)))
    assert explained.verdict is Verdict.BROKEN
    (cause,) = explained.causes
    assert (cause.agree, cause.disagree) == (2, 6)
    assert "6 of them were answered" in outline(explained).causes[0].proof


@pytest.mark.parametrize(
    ("before", "after", "verdict", "kind"),
    [
        (pinged(without(POD)), pinged(), Verdict.RESTORED, Observed.RESTORED),
        (pinged(without(POD)), pinged(without(POD)), Verdict.BROKEN_BEFORE, Observed.STILL_LOST),
        (cluster(), pinged(without(POD)), Verdict.CANNOT_TELL, Observed.ONLY_AT_T2),
    ],
    ids=("restored", "before", "not-asked"),
)
def test_what_was_seen_earlier_decides_the_verdict(
    before: World, after: World, verdict: Verdict, kind: Observed
) -> None:
    explained = told(before, after)
    assert explained.verdict is verdict
    assert [each.kind for each in explained.observed] == [kind]
    assert explained.sentence == explained.observed[0].sentence


def test_a_lone_ping_that_t1_did_not_send_is_told_in_the_singular() -> None:
    after = cluster()
    (place, own), (_, other) = PODS[pod_of("k8s1", 1)], PODS[POD]
    after[place].append(Ping(own, other, "small", "no", 56, 2, 0))
    story = told(cluster(), after)
    assert "1 of 1 ping between workloads is not answered at t2" in story.sentence
    assert "; nothing was sent there at t1;" in story.sentence


def test_a_changed_filter_that_the_model_does_not_follow_is_a_suspect() -> None:
    before, after = pinged(), pinged(without(POD))
    for world in (before, after):  # so that tc was asked at t1, too
        world["k8s3", HOST].append(TcFilter(NIC, "1:", 1, "ip", "u32", rule=("flowid 1:10",)))
    after["k8s3", HOST].append(TcFilter(NIC, "ingress", 49152, "all", "bpf"))
    (seen,) = told(before, after).observed
    (suspect,) = seen.suspects
    assert suspect.startswith("k8s3 got tc-filter")


def test_suspects_that_are_only_counted_are_not_called_a_suspect() -> None:
    before, after = pinged(), pinged(without(POD))
    for world in (before, after):
        world["k8s3", HOST].append(TcFilter(NIC, "1:", 1, "ip", "u32", rule=("flowid 1:10",)))
    after["k8s3", HOST] += [TcFilter(NIC, "ingress", n, "all", "bpf") for n in range(9)]
    (seen,) = outline(told(before, after), details=True).observed
    suspects = [line for line in seen.consequences if "change" in line]
    assert sum(line.startswith("changed, and not wholly in the model: k8s3") for line in suspects)
    assert suspects[-1] == "and 6 more changes"


def test_a_line_on_the_way_that_is_not_understood_is_told_beside_the_lost_ping() -> None:
    before, after = pinged(), pinged(without(POD))
    for world in (before, after):
        world["k8s3", HOST] += [
            FilterRule("inet f", "c", "type filter hook forward priority 0; policy accept;"),
            FilterRule("inet f", "c", "ct mark 0x7 drop"),
        ]
    (seen,) = told(before, after).observed
    assert any("ct mark 0x7 drop" in each for each in seen.doubts)
    assert seen.suspects == ()


@pytest.mark.parametrize(
    ("dropped", "node", "named"), [(3, "k8s3", True), (0, "k8s3", False), (3, "k8s2", False)]
)
def test_a_full_table_of_connections_on_all_lost_ways_is_told_with_them(
    dropped: int, node: str, *, named: bool
) -> None:
    """Full alone it is no loss, and not one of pings that do not come by."""
    after = pinged(without("default/web-31", "default/web-32"))
    after[node, HOST].append(ConntrackTable(100, 100, 100, (("drop", dropped),)))
    full = "and the table of connections of k8s3 is full (100 of 100) and drops what is new"
    sentence = told(pinged(), after).sentence
    assert (full in sentence) is named
    assert ("no table that was read explains it" in sentence) is not named


def test_the_json_tells_the_observation() -> None:
    before, after = pinged(), pinged(without(POD))
    t1, t2 = facts(before), facts(after)
    body = document(told(before, after), t1.snapshot, t2.snapshot)
    (seen,) = body["observed"]
    assert (seen["kind"], seen["between"], seen["size"]) == ("lost", "workloads", "small")
    assert [POD, "default/web-11"] in seen["pairs"]


def found(world: World) -> list[tuple[Severity, str]]:
    return [
        (each.finding.severity, each.finding.sentence)
        for each in check(facts(world), lambda _: b"a line")
        if "ping" in each.finding.sentence or "black hole" in each.finding.sentence
        or "full size" in each.finding.sentence
    ]  # fmt: skip


def test_pings_that_agree_with_the_model_are_no_finding() -> None:
    assert found(pinged()) == []
    assert found(_cut(pinged(_between("k8s2", "k8s3")))) == []


@pytest.mark.parametrize(
    ("world", "severity", "words"),
    [
        (pinged(without(POD)), Severity.ERROR, ("8 of 30 pings", "are not answered", POD)),
        (pinged(without(*PODS, size="full")), Severity.ERROR, ("MTU black hole between",)),
        (_cut(pinged()), Severity.WARNING, ("the model says that none can be",)),
    ],
    ids=("silent", "black-hole", "answered"),
)
def test_a_snapshot_alone_tells_the_disagreement(
    world: World, severity: Severity, words: Iterable[str]
) -> None:
    ((is_, sentence),) = found(world)
    assert is_ is severity
    assert all(each in sentence for each in words)


def test_lost_pings_that_all_take_another_way_than_before_say_so() -> None:
    """A fabric that carries the nodes' addresses alone is found by a tunnel that is not used."""
    of_all = without(*PODS)
    (seen,) = told(pinged(world=tunnelled("vxlan")), pinged(of_all)).observed
    assert "; all went by vxlan.calico at t1, and by enp1s0f0 at t2; " in seen.sentence


def test_lost_pings_of_which_one_goes_as_before_do_not_blame_the_way() -> None:
    before = tunnelled("vxlan")
    at, block = ("k8s1", HOST), BLOCKS["k8s3"]
    plain = find(cluster(), at, Route, 4, "main", block)
    swap(before, at, find(before, at, Route, 4, "main", block), plain)
    (seen, *_) = told(pinged(world=before), pinged(without(*PODS))).observed
    assert "all went by" not in seen.sentence
