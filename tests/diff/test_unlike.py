"""What is equal is not looked up fact by fact, wherever in a text something came or went."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.changes import Alteration
from netsnap.diff.compare import TOLD_OTHERWISE, compare
from netsnap.diff.unlike import unlike
from parsers.facts import Key
from parsers.records import NextHop, Route
from tests.model.cluster import World, cluster, facts, route

PLACE = ("k8s1", HOST)


def _with(routes: list[Route]) -> World:
    world = cluster()
    world[PLACE] = [each for each in world[PLACE] if not isinstance(each, Route)] + list(routes)
    return world


def _unlike(before: list[Route], after: list[Route]) -> Mapping[Key, bool]:
    same: frozenset[tuple[str, str]] = frozenset()
    return unlike(facts(_with(before)), facts(_with(after)), same, TOLD_OTHERWISE)[0]


MANY = [route(f"10.1.{number}.0/24", "eth0") for number in range(50)]
OTHER = route("10.9.9.0/24", "eth0")


@pytest.mark.parametrize("at", [0, 1, 25, 49, 50])
def test_one_line_more_is_all_that_is_looked_up(at: int) -> None:
    more = [*MANY[:at], OTHER, *MANY[at:]]
    assert [key.identity for key in _unlike(MANY, more)] == [OTHER.identity]
    assert [key.identity for key in _unlike(more, MANY)] == [OTHER.identity]


@pytest.mark.parametrize("at", [0, 1, 25, 49])
def test_a_line_that_differs_is_found(at: int) -> None:
    otherwise = [*MANY[:at], replace(MANY[at], protocol="bird"), *MANY[at + 1 :]]
    difference = compare(facts(_with(MANY)), facts(_with(otherwise)))
    assert [(c.key.identity, c.alteration) for c in difference.changes] == [
        (MANY[at].identity, Alteration.CHANGED)
    ]
    assert difference.compared == len(facts(_with(MANY)).by_key)


def test_facts_of_one_identity_are_all_looked_up_where_one_went() -> None:
    alike = [Route(6, "main", "fe80::/64", next_hops=(NextHop("", d),)) for d in ("a", "b", "c")]
    found = _unlike([*alike, *MANY], [*alike[:1], *alike[2:], *MANY])
    assert [(key.identity, several) for key, several in found.items()] == [
        (alike[0].identity, True)
    ]
    difference = compare(facts(_with([*alike, *MANY])), facts(_with([alike[0], alike[2], *MANY])))
    (change,) = difference.changes
    assert change.before is not None
    assert change.before.record == alike[1]
    assert difference.compared == len(facts(_with([alike[0], alike[2], *MANY])).by_key)
