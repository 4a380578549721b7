"""A routing rule and the routes of its table are one deed."""

from collector.capture import HOST
from parsers.records import Route, Rule
from tests.explain.test_explain import told
from tests.model.cluster import World, address_of, cluster

HOST2 = ("k8s2", HOST)
THERE = f"{address_of('k8s3', 1)}/32"


def _ruled(*, table: str = "100") -> World:
    world = cluster()
    world[HOST2] += [
        Rule(4, 100, "from all", "lookup 100"),
        Route(4, table, THERE, type="blackhole"),
    ]
    return world


def test_a_new_rule_is_the_cause_and_the_routes_of_its_table_follow() -> None:
    (cause,) = told(cluster(), _ruled()).causes
    assert cause.what == "rule"
    assert [each.what for each in cause.consequences] == ["route"]


def test_where_both_went_they_are_one_cause() -> None:
    """The table led around a blackhole of the main one, so that only both together work."""
    before, after = cluster(), cluster()
    via = next(
        each for each in before[HOST2] if isinstance(each, Route) and "172.16.0.47" in str(each)
    )
    before[HOST2] += [
        Rule(4, 100, "from all", "lookup 100"),
        Route(4, "100", THERE, next_hops=via.next_hops),
    ]
    for world in (before, after):
        world[HOST2].append(Route(4, "main", THERE, type="blackhole"))
    (cause,) = told(before, after).causes
    assert cause.what == "rule"
    assert "only if" not in cause.sentence


def test_a_route_of_the_main_table_is_its_own_cause() -> None:
    (cause,) = told(cluster(), _ruled(table="main")).causes
    assert cause.what == "route"
