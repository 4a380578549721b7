"""The namespaces in which every question got the same answer in two snapshots."""

from collections.abc import Sequence

from parsers.answer import Answer
from parsers.facts import Facts

Place = tuple[str, str]
"""(node, netns)."""


def in_common(before: Facts, after: Facts) -> frozenset[Place]:
    """Find the namespaces that were asked the same and said the same, all of it.

    The history hands out equal readings as one object, so that most of them are told at a glance.
    """
    first, second = _answers(before), _answers(after)
    altered = before.altered | after.altered
    return frozenset(
        place
        for place, answers in second.items()
        if place not in altered and _same(first.get(place, ()), answers)
    )


def _same(one: Sequence[Answer], other: Sequence[Answer]) -> bool:
    return len(one) == len(other) and all(map(_equal, one, other))


def _equal(one: Answer, other: Answer) -> bool:
    if one.question is not other.question and (
        one.question.probe != other.question.probe or one.question.subject != other.question.subject
    ):
        return False
    return one.reading is other.reading or (
        one.digest == other.digest and one.reading == other.reading
    )


def _answers(facts: Facts) -> dict[Place, list[Answer]]:
    found: dict[Place, list[Answer]] = {}
    for view in facts.snapshot.nodes:
        last: str | None = None
        group: list[Answer] = []
        for answer in view.answers:
            scope = answer.question.scope
            if scope != last:
                last = scope
                name = facts.netns.get((view.node, scope))
                group = [] if name is None else found.setdefault((view.node, name), [])
            group.append(answer)
    return found
