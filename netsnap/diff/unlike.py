"""Which facts may differ between two snapshots: those that are equal are seen at a glance.

What the namespaces say that differ is laid side by side, kind by kind. A text in which a line came,
went or changed is the same before it and after it; what lies between is looked up by its key.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from netsnap.diff.common import Place
from parsers.facts import Fact, Facts, Key

Group = Sequence[Fact]
"""A namespace's facts of one kind, in the order of the text."""

Several = frozenset[tuple[Any, ...]]
"""Identities that more than one fact has."""


def unlike(
    before: Facts, after: Facts, same: frozenset[Place], apart: frozenset[str]
) -> tuple[dict[Key, bool], int]:
    """Return the identities whose facts may differ, and the number of facts that surely do not.

    An identity is a key with nth 0; True says that several facts have it in either snapshot. Of
    the ``same`` namespaces none differs. Kinds that are told ``apart`` are not compared elsewhere.
    """
    whole = (before.places.get(place, {}) for place in same)
    equal = sum(len(facts) for held in whole for facts in held.values())
    keys: dict[Key, bool] = {}
    for first, second in _groups(before, after, same, apart):
        several = frozenset(fact.key.identity for fact in (*first, *second) if fact.key.nth)
        begins, ends = _ends_alike(first, second, several)
        equal += begins + ends
        for facts in (first, second):
            for fact in facts[begins : len(facts) - ends]:
                key = fact.key
                if key.nth:
                    keys[key._replace(nth=0)] = True
                else:
                    keys.setdefault(key, False)
    return keys, equal


def _groups(
    before: Facts, after: Facts, same: frozenset[Place], apart: frozenset[str]
) -> Iterator[tuple[Group, Group]]:
    for place in dict.fromkeys((*before.places, *after.places)):
        if place not in same:
            was, now = (facts.places.get(place, {}) for facts in (before, after))
            for kind in dict.fromkeys((*was, *now)):
                if kind not in apart:
                    yield was.get(kind, ()), now.get(kind, ())


def _ends_alike(first: Group, second: Group, several: Several) -> tuple[int, int]:
    """Return how many facts are equal at the beginning of both, and how many after that at the end.

    None of ``several``: which of these belong together is not told by where they stand.
    """
    begins = _alike(first, second, several)
    left = min(len(first), len(second)) - begins
    return begins, _alike(first[: -left - 1 : -1], second[: -left - 1 : -1], several) if left else 0


def _alike(first: Group, second: Group, several: Several) -> int:
    number = 0
    for one, other in zip(first, second, strict=False):
        if one.record is not other.record and one.record != other.record:
            break
        if several and one.key.identity in several:
            break
        number += 1
    return number
