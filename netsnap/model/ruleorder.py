"""Where a packet filter's rule that was taken away stood among those of its chain that are left.

The order of rules is that of their lines, and lines are numbered in each text anew.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import replace

from parsers.facts import Fact, Facts, Key
from parsers.records import FilterRule, IptablesRule
from parsers.roles import Record

IN_CHAIN = {FilterRule: 2, IptablesRule: 4}
"""How many of a rule's identity fields name its chain."""


def is_ordered(fact: Fact) -> bool:
    """Say whether a fact's line decides what it does."""
    return type(fact.record) in IN_CHAIN


def among(world: Facts, fact: Fact) -> Fact:
    """Return a rule of another snapshot with the line that it would have in ``world``.

    That is right before the next rule of its chain that is there, or else right after the one
    before it. Rules that come to one line stand in the order in which they are put there.
    """
    reading = fact.answer.reading
    at = bisect_left(reading.line_numbers, fact.line)
    for other in _present(world, fact, reading.records[at + 1 :]):
        return replace(fact, line=other.line - 1)
    for other in _present(world, fact, reading.records[:at][::-1]):
        return replace(fact, line=other.line)
    return fact


def _present(world: Facts, fact: Fact, records: tuple[Record, ...]) -> Iterator[Fact]:
    length = IN_CHAIN[type(fact.record)]
    for record in records:
        same = type(record) is type(fact.record)
        if same and record.identity[:length] == fact.record.identity[:length]:
            found = world.by_key.get(Key(*fact.key[:3], record.identity))
            if found is not None:
                yield found
