"""Which fact of one snapshot is which of the other, where several have one identity.

Every interface has its own fe80::/64 in the routing table, told apart by nothing but their order.
Those that are equal belong together, wherever they stand; what is left is paired in order.
"""

from collections import defaultdict, deque
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from netsnap.diff.fields import told_values
from parsers.facts import Fact, Facts, Key

Couple = tuple[Fact | None, Fact | None]


def couples(key: Key, before: Facts, after: Facts, *, several: bool) -> Iterator[Couple]:
    """Yield the facts of one identity, two by two. ``key`` is that of the first (nth 0).

    ``several`` says that either snapshot has more than one.
    """
    if not several:
        yield before.by_key.get(key), after.by_key.get(key)
    else:
        yield from _matched(list(_all(key, before)), list(_all(key, after)))


def _all(key: Key, facts: Facts) -> Iterator[Fact]:
    while (fact := facts.by_key.get(key)) is not None:
        yield fact
        key = key._replace(nth=key.nth + 1)


def _matched(was: list[Fact], now: list[Fact]) -> Iterator[Couple]:
    waiting: dict[Any, deque[Fact]] = defaultdict(deque)
    for fact in now:
        waiting[told_values(fact)].append(fact)
    left = []
    for fact in was:
        equal = waiting[told_values(fact)]
        if equal:
            yield fact, equal.popleft()
        else:
            left.append(fact)
    remaining = {fact.key for facts in waiting.values() for fact in facts}
    yield from zip_longest(left, (fact for fact in now if fact.key in remaining))
