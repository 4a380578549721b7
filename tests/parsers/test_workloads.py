"""Whose a namespace is, on nodes with one runtime, several, or none."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from collector.capture import HOST, Outcome, Question, Reach
from netsnap.diff.changes import Alteration
from netsnap.diff.compare import compare
from parsers.answer import Answer, NodeView, Snapshot
from parsers.assemble import assemble
from parsers.facts import Facts
from parsers.reading import Ledger, Reading
from parsers.records import Address, Container, ContainerSummary, NetworkNamespace
from parsers.roles import Record

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ID = "5d0ea489725104cc45d8287bd269446bc0fd5a0e10a41fbd719b3892c3ad14b7"
CNI = "cni-1ed97d0a-4f48-1974-8254-8a72a3c29d8b"
NETAVARK = "netns-117bc5aa-a84b-9325-4ba6-f2b8347acf6d"
DOCKER = "/run/docker/netns/0a9908c68f05"
POD, WEB, BARE, BLUE = 4026532281, 4026532282, 4026532283, 4026532284
SCOPES = [f"net:[{inode}]" for inode in (POD, WEB, BARE, BLUE)]

SANDBOX = Container(
    "shop/web-1",
    ID,
    workload="shop/web-1",
    role="sandbox",
    status="running",
    pid=300,
    sandbox_key=f"/var/run/netns/{CNI}",
    runtime="crictl",
)
DOCKERS = Container("web", "d" * 64, workload="web", status="running", pid=400, runtime="docker")
NAMESPACES = (
    NetworkNamespace(4026531840, (1, 20)),
    NetworkNamespace(POD, (300, 301), (CNI,)),
    NetworkNamespace(WEB, (400,), (DOCKER,)),
    NetworkNamespace(BARE, (500,)),
    NetworkNamespace(BLUE, (600,), ("blue",)),
)


def _answer(probe: str, *records: Record, scope: str = HOST, why: str = "") -> Answer:
    """Return an answer; ``why`` is "missing", "lacking", or why it is blind."""
    count = len(records)
    lines, ledger = tuple(range(1, count + 1)), Ledger(count, count)
    reading = Reading(records, lines, ledger, why, lacking=why == "lacking")
    outcome = Outcome.MISSING if why == "missing" else Outcome.ANSWERED
    question = Question(probe, scope)
    return Answer("k8s2", question, probe, outcome, 0, NOW, 0.1, "", "d", "e", reading)


def _facts(*answers: Answer, reach: Reach = Reach.REACHED) -> Facts:
    inside = [
        _answer("ip-addr", Address("eth0", 4, "10.0.0.1/32"), scope=each)
        for each in (HOST, *SCOPES)
    ]
    answers = (_answer("netns", *NAMESPACES), *answers, *inside)
    view = NodeView("k8s2", "172.16.0.57", reach, "", NOW, NOW, None, answers)
    return assemble(Snapshot("ab", "", NOW, NOW, (view,)))


def snapshot_of_readings(readings: Mapping[str, Reading]) -> Snapshot:
    """Return a snapshot of a node that gave these readings, by probe."""
    answers = tuple(replace(_answer(probe), reading=each) for probe, each in readings.items())
    view = NodeView("k8s2", "", Reach.REACHED, "", NOW, NOW, None, answers)
    return Snapshot("ab", "", NOW, NOW, (view,))


def _name(facts: Facts, inode: int) -> str:
    return facts.netns.get(("k8s2", f"net:[{inode}]"), "?")


def _docker(*records: Record, why: str = "") -> Answer:
    return _answer("docker-inspect", *records, why=why)


def _podman(*records: Record, why: str = "") -> Answer:
    return _answer("podman-inspect", *records, why=why)


def _crictl(*records: Record, why: str = "") -> Answer:
    return _answer("crictl-inspect", *records, why=why)


def test_a_pod_of_containerd_has_its_name_where_there_is_no_docker() -> None:
    facts = _facts(_docker(why="missing"), _podman(why="missing"), _crictl(SANDBOX))
    assert _name(facts, POD) == "shop/web-1"
    assert facts.sees("k8s2", HOST, "container")
    assert facts.sees("k8s2", "shop/web-1", "address")
    assert facts.blind == ()


def test_a_sandbox_without_a_process_is_found_by_its_mount() -> None:
    alone = replace(SANDBOX, pid=0)
    assert _name(_facts(_crictl(alone)), POD) == "shop/web-1"
    assert _name(_facts(_crictl(replace(alone, status="exited"))), POD) == f"mount:{CNI}"


@pytest.mark.parametrize("why", ["missing", "lacking"])
def test_a_runtime_that_is_not_there_hides_nothing_where_another_is(why: str) -> None:
    facts = _facts(_docker(DOCKERS), _podman(why=why), _crictl(why=why))
    assert facts.sees("k8s2", HOST, "container")
    assert facts.blind == ()
    assert _name(facts, BARE) == f"net:[{BARE}]"


def test_a_node_without_any_runtime_has_no_workloads_and_says_whom_it_could_not_ask() -> None:
    facts = _facts(*(each(why="missing") for each in (_docker, _podman, _crictl)))
    assert _name(facts, BARE) == f"net:[{BARE}]"
    assert _name(facts, BLUE) == "mount:blue"
    assert not facts.sees("k8s2", HOST, "container")
    assert all(spot.lacking for spot in facts.blind)


@pytest.mark.parametrize(
    ("hung", "named", "doubtful"),
    [
        ("docker-inspect", {POD: "shop/web-1", BLUE: "mount:blue"}, {WEB, BARE}),
        ("crictl-inspect", {WEB: "web", BLUE: "mount:blue"}, {POD, BARE}),
        ("podman-inspect", {WEB: "web", POD: "shop/web-1", BLUE: "mount:blue"}, {BARE}),
    ],
)
def test_a_runtime_that_hangs_casts_doubt_on_what_could_be_its_own(
    hung: str, named: dict[int, str], doubtful: set[int]
) -> None:
    answers = [
        _answer(hung, why="timed out after 30 s") if each.question.probe == hung else each
        for each in (_docker(DOCKERS), _podman(), _crictl(SANDBOX))
    ]
    facts = _facts(*answers)
    assert {inode: _name(facts, inode) for inode in named} == named
    assert {_name(facts, inode) for inode in doubtful} == {"?"}
    assert not facts.sees("k8s2", HOST, "container")


def test_the_namespace_of_a_podman_network_is_not_cris() -> None:
    own = NetworkNamespace(POD, (300,), (NETAVARK,))
    answers = (_answer("netns", NAMESPACES[0], own), _crictl(why="exit status 1"))
    view = NodeView("k8s2", "", Reach.REACHED, "", NOW, NOW, None, answers)
    assert _name(assemble(Snapshot("ab", "", NOW, NOW, (view,))), POD) == f"mount:{NETAVARK}"


def test_a_visit_that_broke_off_before_a_runtime_was_asked_leaves_its_pods_unnamed() -> None:
    facts = _facts(_docker(DOCKERS), reach=Reach.CUT_OFF)
    assert _name(facts, WEB) == "web"
    assert _name(facts, POD) == "?"
    assert _name(_facts(_docker(DOCKERS)), POD) == f"mount:{CNI}"  # an older netsnap asked no more


def test_a_container_put_into_an_administrators_namespace_does_not_name_it() -> None:
    guest = Container("g", workload="g", status="running", pid=600, network_mode="ns:/run/netns/b")
    assert _name(_facts(_podman(guest)), BLUE) == "mount:blue"


def test_a_mount_called_default_is_not_dockers() -> None:
    own = NetworkNamespace(BLUE, (600,), ("default",))
    on_host = replace(DOCKERS, pid=20, sandbox_key="/var/run/docker/netns/default")
    answers = (_answer("netns", NAMESPACES[0], own), _docker(on_host))
    view = NodeView("k8s2", "", Reach.REACHED, "", NOW, NOW, None, answers)
    assert _name(assemble(Snapshot("ab", "", NOW, NOW, (view,))), BLUE) == "mount:default"


def test_one_container_that_two_runtimes_tell_of_is_one() -> None:
    shim = replace(SANDBOX, name="k8s_POD_web-1_shop_8586bf7c_0", runtime="docker")
    facts = _facts(_docker(shim), _crictl(SANDBOX))
    assert [key.identity for key in facts.by_key if key.kind == "container"] == [(shim.name,)]
    assert _name(facts, POD) == "shop/web-1"
    summaries = [ContainerSummary("web", ID), ContainerSummary("web", ID[:12])]
    rows = (
        _answer(f"{who}-ps", each)
        for who, each in zip(("docker", "crictl"), summaries, strict=True)
    )
    found = [key.nth for key in _facts(*rows).by_key if key.kind == "container-summary"]
    assert found == [0, 1]  # an id that was cut proves nothing


def test_a_runtime_that_went_does_not_take_its_pods_along() -> None:
    before = _facts(_docker(DOCKERS), _crictl(SANDBOX))
    after = _facts(_docker(DOCKERS), _crictl(why="missing"))
    assert _told(before, after) == []
    assert any(blind.spot.probe == "crictl-inspect" for blind in compare(before, after).blind)
    gone = _facts(_docker(DOCKERS), _crictl())
    assert (HOST, "container", Alteration.REMOVED) in _told(before, gone)


def test_who_tells_of_a_container_is_no_change_of_it() -> None:
    shim = replace(SANDBOX, name="k8s_POD_web-1_shop_8586bf7c_0", runtime="docker")
    before = _facts(_docker(shim), _crictl(SANDBOX))
    after = _facts(_docker(why="timed out after 30 s"), _crictl(SANDBOX))
    assert _told(before, after) == []


def _told(before: Facts, after: Facts) -> list[tuple[str, str, Alteration]]:
    found = compare(before, after)
    changes = [(each.key.netns, each.key.kind, each.alteration) for each in found.changes]
    return changes + [(each.netns, "namespace", each.alteration) for each in found.netns]
