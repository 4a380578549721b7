"""What could not be seen: a line a reason, whatever the number of places."""

from dataclasses import replace

from netsnap.diff.changes import Blind
from netsnap.report.blindlines import blind_lines
from parsers.facts import BlindSpot
from tests.report.sample import explanation


def _lines(*blind: Blind) -> list[str]:
    told = explanation()
    difference = replace(told.difference, blind=blind)
    return list(blind_lines(replace(told, difference=difference), details=False))


def _unasked(node: str, probe: str) -> Blind:
    return Blind(BlindSpot(node, "", probe, "", frozenset({"socket"}), "not asked"), "t1")


def test_questions_of_another_profile_are_one_line_for_all_nodes() -> None:
    nodes, probes = ("k8s1", "k8s2", "k8s3"), ("ss", "nstat")
    lines = _lines(*(_unasked(node, probe) for node in nodes for probe in probes))
    assert lines == ["k8s1, k8s2, k8s3 at t1: not asked nstat, ss"]


def test_a_node_that_was_asked_less_than_others_has_its_own_line() -> None:
    lines = _lines(_unasked("k8s1", "ss"), _unasked("k8s2", "ss"), _unasked("k8s3", "nstat"))
    assert lines == ["k8s1, k8s2 at t1: not asked ss", "k8s3 at t1: not asked nstat"]


def test_a_node_that_was_not_asked_at_all_is_named_alone() -> None:
    spot = BlindSpot("k8s3", "", "", "", frozenset({"route"}), "not asked")
    assert _lines(Blind(spot, "t2")) == ["k8s3 at t2: not asked"]


def test_what_nobody_could_ask_at_either_time_hides_nothing() -> None:
    spot = BlindSpot("k8s3", "host", "wg", "", frozenset({"x"}), "no wg on the node", lacking=True)
    assert _lines(Blind(spot, "both")) == []
    assert _lines(Blind(spot, "t2")) == ["k8s3 wg at t2: no wg on the node"]
