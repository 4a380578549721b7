"""Of a field that holds many values, only those that differ are told."""

from typing import Any

import pytest

from collector.capture import HOST, Outcome, Question
from netsnap.diff.changes import Alteration, Change, FieldChange
from netsnap.explain.altered import MOST, altered, sides
from netsnap.explain.tell import clause
from netsnap.report import as_json
from parsers.answer import Answer
from parsers.facts import Fact, Key
from parsers.reading import Reading
from parsers.records import CalicoResource, Container
from parsers.roles import Record, Role

POOL = (("blockSize", "26"), ("cidr", "10.0.0.0/16"), ("ipipMode", "Always"))
MOVED = (("blockSize", "26"), ("cidr", "10.0.0.0/16"), ("ipipMode", "Never"))


def change(before: Record, after: Record, *fields: tuple[str, Any, Any]) -> Change:
    answer = Answer(
        "k8s2", Question("p"), "p", Outcome.ANSWERED, 0, None, None, "", "", "", Reading()
    )
    key = Key("k8s2", HOST, before.kind, before.identity)
    told = tuple(FieldChange(name, Role.STATE, was, now) for name, was, now in fields)
    was, now = (Fact(key, record, answer, 1) for record in (before, after))
    return Change(key, Alteration.CHANGED, was, now, told)


def pool(*fields: tuple[str, Any, Any]) -> Change:
    record = CalicoResource("IPPool", "", "pool")
    return change(record, record, *fields)


@pytest.mark.parametrize(
    ("field", "told"),
    [
        (("spec", POOL, MOVED), "spec ipipMode: Always → Never"),
        (("spec", POOL, POOL[:2]), "spec ipipMode: Always → none"),
        (("spec", (), POOL[:1]), "spec blockSize: none → 26"),
        (("env", ("A=1", "B=2", "C=3=4"), ("A=1", "B=5", "C=3=4")), "env B: 2 → 5"),
        (("flags", ("UP", "X", "Y"), ("UP", "Z")), "flags: X Y → Z"),
        (("flags", ("UP",), ("UP", "Z")), "flags: none → Z"),
        (("order", ("a", "b"), ("b", "a")), "order: a b → b a"),
        (("order", ("a=1", "b=2"), ("b=2", "a=1")), "order: a=1 b=2 → b=2 a=1"),
        (("twice", ("a=1", "a=2"), ("a=1", "a=3")), "twice: a=2 → a=3"),
        (("mtu", 1500, None), "mtu: 1500 → none"),
        (("kind_detail", "id 1 dev a ttl b", "id 2 dev a ttl b"), "options: id 1 → id 2"),
        (("kind_detail", "id 1 dev a", "id 1 dev a ttl b"), "options: a → a ttl b"),
        (("kind_detail", "id 1 a a b", "id 1 a b"), "options: a a → a"),
        (
            ("mac", "66:b2:00:00:00:2f", "66:aa:00:00:00:2f"),
            "mac: 66:b2:00:00:00:2f → 66:aa:00:00:00:2f",
        ),
    ],
)
def test_only_what_differs_is_told(field: tuple[str, Any, Any], told: str) -> None:
    assert altered(pool(field)) == told


def test_the_two_sides_hold_the_same_differences() -> None:
    fields = (("spec", POOL, MOVED), ("api", "v1", "v3"))
    assert sides(pool(*fields)) == ("spec ipipMode=Always, api=v1", "spec ipipMode=Never, api=v3")


def test_many_differences_are_counted() -> None:
    was, now = (tuple((f"f{n:02}", str(n + plus)) for n in range(20)) for plus in (0, 1))
    told = altered(pool(("spec", was, now)))
    assert told.count("→") == MOST - 1
    assert told.endswith(", and 15 more")


def test_a_clause_tells_the_element_and_json_keeps_the_whole() -> None:
    each = pool(("spec", POOL, MOVED))
    assert clause(each) == "k8s2: Calico's IPPool pool: spec ipipMode: Always → Never"
    (field,) = as_json.change(each)["fields"]
    assert (field["before"], field["after"]) == ([*map(list, POOL)], [*map(list, MOVED)])


def test_a_containers_environment_is_told_by_the_variable_that_changed() -> None:
    was = Container("web", workload="web", status="running", env=("A=1", "B=2"))
    each = change(was, was, ("env", ("A=1", "B=2"), ("A=1", "B=3")))
    assert clause(each) == "k8s2: the container web: env B: 2 → 3"
