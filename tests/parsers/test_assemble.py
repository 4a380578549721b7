"""Facts have stable names, and what could not be read is hidden and never looks gone."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from collector.capture import HOST, Outcome, Question, Reach
from parsers.answer import Answer, NodeView, Snapshot
from parsers.assemble import ALL_KINDS, assemble
from parsers.facts import BlindSpot, Facts
from parsers.reading import Ledger, Reading, UnknownLine
from parsers.records import Address, Container, NetworkNamespace, NodeIdentity, Route
from parsers.roles import Record

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WEB, DB = "net:[4026532281]", "net:[4026532282]"


def _answer(probe: str, *records: Record, scope: str = HOST, **more: Any) -> Answer:
    reading = Reading(
        records,
        tuple(range(1, len(records) + 1)),
        more.pop("ledger", Ledger(len(records), len(records))),
        more.pop("blind", ""),
    )
    outcome = more.pop("outcome", Outcome.ANSWERED)
    question = Question(probe, scope)
    return Answer("k8s2", question, probe, outcome, 0, NOW, 0.1, "", "d", "e", reading)


def _namespaces(**more: Any) -> Answer:
    listed = (
        NetworkNamespace(4026531840, (1, 20)),
        NetworkNamespace(4026532281, (300, 301)),
        NetworkNamespace(4026532282, (400,)),
    )
    return _answer("netns", *listed, **more)


def _container(name: str, pid: int, workload: str = "default/web", role: str = "app") -> Container:
    return Container(name, workload=workload, role=role, status="running", pid=pid)


def snapshot_of(namespaces: Reading) -> Snapshot:
    """Return a snapshot of a node that runs no container, by the reading of its namespaces."""
    answers = (
        replace(_answer("netns"), reading=namespaces),
        _answer("docker-inspect"),
    )
    view = NodeView("k8s2", "172.16.0.57", Reach.REACHED, "", NOW, NOW, None, answers)
    return Snapshot("ab", "", NOW, NOW, (view,))


def _facts(*answers: Answer, reach: Reach = Reach.REACHED, detail: str = "") -> Facts:
    view = NodeView("k8s2", "172.16.0.57", reach, detail, NOW, NOW, None, answers)
    return assemble(Snapshot("ab", "", NOW, NOW, (view,)))


def _inside(scope: str, **more: Any) -> Answer:
    return _answer("ip-addr", Address("eth0", 4, "192.168.167.84/32"), scope=scope, **more)


def _spots(facts: Facts, netns: str) -> list[BlindSpot]:
    return [spot for spot in facts.blind if spot.netns == netns]


def test_a_namespace_is_called_by_the_workload_whose_process_is_in_it() -> None:
    pause = _container("k8s_POD_web_default_u_0", 300, role="sandbox")
    app = _container("k8s_web_web_default_u_0", 301)
    facts = _facts(_namespaces(), _answer("docker-inspect", pause, app), _inside(WEB))
    assert facts.netns["k8s2", WEB] == "default/web"
    assert facts.netns["k8s2", HOST] == HOST
    assert {key.netns for key in facts.by_key if key.kind == "address"} == {"default/web"}


def test_the_nodes_own_namespace_is_never_called_by_a_container_on_the_hosts_network() -> None:
    facts = _facts(_namespaces(), _answer("docker-inspect", _container("kube-proxy", 20)))
    assert "default/web" not in facts.netns.values()
    assert ("k8s2", "net:[4026531840]") not in facts.netns


def test_a_workload_is_where_its_application_is_and_not_where_its_new_sandbox_is() -> None:
    pause = _container("k8s_POD_web_default_u_1", 400, role="sandbox")
    app = _container("k8s_nginx_web_default_u_0", 300)
    facts = _facts(_namespaces(), _answer("docker-inspect", app, pause))
    assert facts.netns["k8s2", WEB] == "default/web"
    assert facts.netns["k8s2", DB] == "default/web (container POD)"


def test_a_container_left_behind_in_an_old_namespace_is_told_from_its_pod() -> None:
    pause = _container("k8s_POD_web_default_u_1", 400, role="sandbox")
    new = _container("k8s_nginx_web_default_u_1", 400)
    old = _container("k8s_agent_web_default_u_0", 300)
    facts = _facts(_namespaces(), _answer("docker-inspect", old, new, pause))
    assert facts.netns["k8s2", DB] == "default/web"
    assert facts.netns["k8s2", WEB] == "default/web (container agent)"


def test_a_container_that_borrows_a_namespace_does_not_name_it() -> None:
    owner = _container("web", 300, "web", "")
    guest = Container(
        "aaa", workload="aaa", status="running", pid=301, network_mode="container:web"
    )
    facts = _facts(_namespaces(), _answer("docker-inspect", guest, owner))
    assert facts.netns["k8s2", WEB] == "web"


def test_two_namespaces_of_one_name_are_told_apart_alike_each_time() -> None:
    one, two = _container("a", 300, "x/same", "sandbox"), _container("b", 400, "x/same", "sandbox")
    here = _facts(_namespaces(), _answer("docker-inspect", one, two)).netns
    there = _facts(_namespaces(), _answer("docker-inspect", two, one)).netns
    assert here == there
    assert len(set(here.values())) == len(here)


def test_a_namespace_without_a_container_is_called_by_its_mount() -> None:
    mounted = NetworkNamespace(4026532281, (), ("blue",))
    of_docker = NetworkNamespace(4026532282, (), ("/run/docker/netns/0a9908c68f05",))
    facts = _facts(_answer("netns", mounted, of_docker), _answer("docker-inspect"))
    assert facts.netns["k8s2", WEB] == "mount:blue"
    assert facts.netns["k8s2", DB] == DB


def test_docker_that_hangs_makes_its_namespaces_unknown_and_not_new() -> None:
    hung = _answer("docker-inspect", outcome=Outcome.TIMED_OUT, blind="timed out after 30 s")
    facts = _facts(_namespaces(), hung, _inside(WEB))
    assert set(facts.netns.values()) == {HOST}
    assert not [key for key in facts.by_key if key.kind == "address"]
    (spot,) = _spots(facts, WEB)
    assert spot.kinds == ALL_KINDS
    assert "timed out after 30 s" in spot.reason
    assert not facts.sees("k8s2", HOST, "container")
    assert facts.sees("k8s2", HOST, "netns")


def test_namespaces_that_could_not_be_listed_have_no_names_either() -> None:
    facts = _facts(
        _namespaces(blind="exit status 1"),
        _answer("docker-inspect", _container("k8s_POD_web_default_u_0", 300, role="sandbox")),
        _inside(WEB),
        _inside(DB),
    )
    assert facts.netns["k8s2", WEB] == "default/web"
    assert ("k8s2", DB) not in facts.netns
    assert _spots(facts, DB)


def test_a_node_without_docker_has_no_docker_containers() -> None:
    missing = _answer("docker-inspect", outcome=Outcome.MISSING, blind="no docker on the node")
    facts = _facts(_namespaces(), missing, _inside(WEB))
    assert facts.netns["k8s2", WEB] == WEB
    assert "no docker on the node" in [spot.reason for spot in facts.blind]


@pytest.mark.parametrize("outcome", Outcome)
@pytest.mark.parametrize("probe", ["docker-inspect", "nft-ruleset", "calicoctl-node-status"])
def test_what_only_a_program_that_is_missing_could_say_is_lacking_and_stays_hidden(
    probe: str, outcome: Outcome
) -> None:
    facts = _facts(_answer(probe, outcome=outcome, blind="why"))
    spots = [spot for spot in facts.blind if spot.probe == probe]
    assert [spot.lacking for spot in spots] == [outcome is Outcome.MISSING]
    assert not any(facts.sees("k8s2", HOST, kind) for kind in spots[0].kinds)


@pytest.mark.parametrize("probe", ["netns", "ip-addr", "ip6-route", "ip-rule", "ip-neigh"])
def test_what_every_kernel_has_is_not_lacking_for_want_of_a_program(probe: str) -> None:
    facts = _facts(_answer(probe, outcome=Outcome.MISSING, blind="no ip on the node"))
    assert not any(spot.lacking for spot in facts.blind)


def test_a_question_that_its_program_does_not_know_is_lacking() -> None:
    unknown = _answer("calicoctl-config-ipip", blind="exit status 1")
    known = replace(unknown, question=Question("calicoctl-config-logLevel"))
    facts = _facts(replace(unknown, reading=replace(unknown.reading, lacking=True)), known)
    lacking = {spot.probe: spot.lacking for spot in facts.blind}
    assert lacking == {"calicoctl-config-ipip": True, "calicoctl-config-logLevel": False}
    assert not facts.sees("k8s2", HOST, "calico-setting")


def test_routes_of_ipv6_that_were_not_read_hide_no_route_of_ipv4() -> None:
    failed = _answer("ip6-route", blind="timed out after 10 s", outcome=Outcome.TIMED_OUT)
    facts = _facts(_namespaces(), _answer("docker-inspect"), _answer("ip-route"), failed)
    assert facts.sees("k8s2", HOST, "route", family=4)
    assert not facts.sees("k8s2", HOST, "route", family=6)
    assert not facts.sees("k8s2", HOST, "route")
    assert not facts.sees("k8s2", "default/nobody", "route", family=4)


@pytest.mark.parametrize("family", [0, 4, 6])
def test_two_families_that_were_not_read_hide_all(family: int) -> None:
    failed = (_answer(probe, blind="status 1") for probe in ("ip6-rule", "ip-rule", "ip-neigh"))
    facts = _facts(_namespaces(), *failed)
    assert not facts.sees("k8s2", HOST, "rule", family)
    assert not facts.sees("k8s2", HOST, "neighbour", family)
    assert not facts.sees("k8s2", HOST, "route", family)


def test_a_family_that_one_namespace_was_not_asked_for_is_hidden_there_alone() -> None:
    pause = _container("k8s_POD_web_default_u_0", 300, role="sandbox")
    host, inside = (
        [_answer(probe, scope=scope) for probe in probes]
        for scope, probes in ((HOST, ("ip-route", "ip6-route")), (WEB, ("ip-route",)))
    )
    facts = _facts(_namespaces(), _answer("docker-inspect", pause), *host, *inside)
    assert facts.sees("k8s2", HOST, "route")
    assert facts.sees("k8s2", "default/web", "route", family=4)
    assert not facts.sees("k8s2", "default/web", "route", family=6)


def test_an_absence_is_a_fact_only_where_the_question_was_answered() -> None:
    facts = _facts(
        _namespaces(),
        _answer("docker-inspect"),
        _answer("ip-route"),
        _answer("ip-neigh", blind="exit status 1: denied"),
    )
    assert facts.sees("k8s2", HOST, "route")
    assert not facts.sees("k8s2", HOST, "neighbour")
    assert not facts.sees("k8s2", HOST, "rule")  # nobody asked
    assert not facts.sees("k8s2", "default/nobody", "route")
    assert not facts.sees("k9", HOST, "route")


def test_a_line_that_no_template_knows_hides_the_kinds_it_could_have_been() -> None:
    odd = Ledger(1, 0, 0, (UnknownLine(1, "mystery via 10.0.0.1"),))
    facts = _facts(_namespaces(), _answer("docker-inspect"), _answer("ip-route", ledger=odd))
    assert not facts.sees("k8s2", HOST, "route")
    (spot,) = _spots(facts, HOST)
    assert spot.unknown == ("mystery via 10.0.0.1",)
    assert spot.kinds == {"route"}


def test_a_namespace_that_was_listed_and_not_entered_is_blind() -> None:
    pause = _container("k8s_POD_web_default_u_0", 300, role="sandbox")
    facts = _facts(
        _namespaces(), _answer("docker-inspect", pause), _answer("ip-route"), _inside(DB)
    )
    assert not facts.sees("k8s2", "default/web", "route")
    (spot,) = _spots(facts, "default/web")
    assert spot.reason == "not asked: ip-addr, ip-route"


def test_a_node_that_was_not_reached_is_blind_in_all() -> None:
    facts = _facts(reach=Reach.UNREACHABLE, detail="connection refused")
    assert facts.blind == (
        BlindSpot("k8s2", "", "", "", ALL_KINDS, "unreachable: connection refused"),
    )
    assert not facts.sees("k8s2", HOST, "route")
    assert facts.reached == frozenset()


def test_a_visit_that_broke_off_keeps_its_facts_and_proves_no_absence() -> None:
    route = Route(4, "main", "0.0.0.0/0")
    facts = _facts(_answer("ip-route", route), reach=Reach.CUT_OFF)
    assert [key.identity for key in facts.by_key] == [route.identity]
    assert not facts.sees("k8s2", HOST, "route")


def test_equal_identities_of_one_namespace_are_numbered_in_text_order() -> None:
    twice = Route(4, "main", "10.0.0.0/8", metric=1), Route(4, "main", "10.0.0.0/8", metric=1)
    facts = _facts(_answer("ip-route", *twice))
    assert [(key.nth, fact.line) for key, fact in facts.by_key.items()] == [(0, 1), (1, 2)]


def test_a_fact_knows_its_answer_and_line() -> None:
    answer = _answer("node", NodeIdentity("k8s2"))
    (fact,) = _facts(answer).by_key.values()
    assert fact.answer is answer
    assert fact.line == 1
