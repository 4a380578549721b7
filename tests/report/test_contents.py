"""``netsnap show``: what could not be seen is told as such, never as a count of nothing."""

from dataclasses import replace

from collector.capture import Reach
from netsnap.report import contents
from parsers.facts import BlindSpot, Facts
from tests.report.sample import T1, snapshot

SPOT = BlindSpot("k8s2", "host", "ip-route", "", frozenset({"route"}), "timed out", ("a line",))


def _told(facts: Facts) -> str:
    return "\n".join(contents.overview(facts.snapshot.nodes[0], facts))


def test_routes_that_could_not_be_read_are_not_simply_none() -> None:
    facts = Facts(
        snapshot(T1, "a"),
        {},
        netns={("k8s2", "host"): "host"},
        blind=(SPOT,),
        hidden={("k8s2", "host"): frozenset({"route"})},
        reached=frozenset({"k8s2"}),
    )
    text = _told(facts)
    assert "0 routes seen, not all" in text
    assert "0 interfaces," in text
    assert "not seen    host ip-route: timed out\n              a line" in text


def test_containers_that_could_not_be_listed_are_not_simply_none() -> None:
    hidden = {("k8s2", "host"): frozenset({"container"})}
    whole = Facts(
        snapshot(T1, "a"), {}, netns={("k8s2", "host"): "host"}, reached=frozenset({"k8s2"})
    )
    assert "workloads   none" in _told(whole)
    assert "workloads   not all seen" in _told(replace(whole, hidden=hidden))


def test_an_unreached_node_has_no_counts() -> None:
    base = snapshot(T1, "a")
    view = replace(base.nodes[0], reach=Reach.UNREACHABLE, detail="no answer")
    text = _told(Facts(replace(base, nodes=(view,)), {}))
    assert text == "k8s2 (172.16.0.57): unreachable in 0.0 s, no answer, clock +0.0 s"


def test_a_program_a_node_does_not_have_is_one_line_and_no_question_of_sight() -> None:
    lacking = tuple(
        BlindSpot("k8s2", netns, probe, "", frozenset(), "no tc on the node", lacking=True)
        for netns in ("host", "default/a", "default/b")
        for probe in ("tc-qdisc", "tc-filter")
    )
    lines = list(contents.not_seen("k8s2", (*lacking, SPOT)))
    assert lines[0].startswith("  not seen    host ip-route: timed out")
    assert lines[2:] == ["  not there   tc-filter, tc-qdisc: no tc on the node"]


def test_of_many_lines_that_no_template_knows_the_first_are_shown_and_the_others_counted() -> None:
    spot = replace(SPOT, unknown=tuple(f"line {number}" for number in range(9)))
    short = list(contents.not_seen("k8s2", (spot,)))
    assert short[-1].strip() == "… 6 more lines: netsnap show --node k8s2"
    whole = list(contents.not_seen("k8s2", (spot,), details=True))
    assert whole[-1].strip() == "line 8"
