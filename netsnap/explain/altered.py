"""What changed in a fact, in words: of a field that holds many values, only those that differ."""

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import Any

from netsnap.diff.changes import Change, FieldChange
from parsers.roles import Role

MOST = 6
"""Differences of one fact that are told in a sentence; the rest is counted."""

_NOTHING = "none"
_NAMES = {"kind_detail": "options", "slave_detail": "options as a port"}
"""Fields whose own name says nothing to a person."""


def altered(change: Change) -> str:
    """Tell the changed state: "mtu: 1500 → 1450", "spec ipipMode: Always → Never"."""
    told = [f"{name}: {was} → {now}" for name, was, now in _differences(change)]
    return ", ".join(_bounded(told))


def sides(change: Change) -> tuple[str, str]:
    """Return what changed as it was and as it is: "ipipMode=Always" and "ipipMode=Never"."""
    found = list(_differences(change))
    was, now = ([f"{each[0]}={each[side]}" for each in found] for side in (1, 2))
    return ", ".join(_bounded(was)), ", ".join(_bounded(now))


def _bounded(told: list[str]) -> list[str]:
    if len(told) <= MOST:
        return told
    return [*told[: MOST - 1], f"and {len(told) - MOST + 1} more"]


def _differences(change: Change) -> Iterator[tuple[str, str, str]]:
    """Yield the name of each difference, what was there and what is."""
    for field in change.fields:
        if field.role is Role.STATE:
            yield from _of_field(field)


def _of_field(field: FieldChange) -> Iterator[tuple[str, str, str]]:
    if not isinstance(field.before, tuple) or not isinstance(field.after, tuple):
        yield _NAMES.get(field.name, field.name), *_texts(_word(field.before), _word(field.after))
        return
    before, after = _named(field.before), _named(field.after)
    if before is None or after is None or before == after:
        yield field.name, *_elements(field.before, field.after)
        return
    for key in {**before, **after}:
        was, now = before.get(key, _NOTHING), after.get(key, _NOTHING)
        if was != now:
            yield f"{field.name} {key}", was, now


def _texts(before: str, after: str) -> tuple[str, str]:
    """Return what differs of two texts, with the word before it, which says what it is."""
    was, now = before.split(), after.split()
    same = _alike(was, now)
    start = max(same - 1, 0)
    rest = min(len(was), len(now)) - same
    end = min(_alike(was[::-1], now[::-1]), rest)
    return " ".join(was[start : len(was) - end]), " ".join(now[start : len(now) - end])


def _alike(one: list[str], other: list[str]) -> int:
    """Count the words that both begin with."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in pairs)


def _elements(before: tuple[Any, ...], after: tuple[Any, ...]) -> tuple[str, str]:
    """Return the elements that only one side has; all, where they differ in order alone."""
    was, now = [str(each) for each in before], [str(each) for each in after]
    gone, new = ([e for e in one if e not in other] for one, other in ((was, now), (now, was)))
    if not gone and not new:
        gone, new = was, now
    return _word(" ".join(gone)), _word(" ".join(new))


def pairs_of(value: Any) -> Mapping[str, str] | None:
    """Return a field's many values by name; None where it has one value, or they have no names."""
    return _named(value) if isinstance(value, tuple) else None


def _named(values: tuple[Any, ...]) -> Mapping[str, str] | None:
    """Return pairs, or "NAME=value" texts, by name; None for values that have no name."""
    found: dict[str, str] = {}
    for each in values:
        if isinstance(each, tuple) and len(each) == 2:  # noqa: PLR2004 -- a pair
            name, value = str(each[0]), _word(each[1])
        elif isinstance(each, str) and "=" in each:
            name, _, value = each.partition("=")
        else:
            return None
        if name in found:
            return None
        found[name] = value or _NOTHING
    return found


def _word(value: Any) -> str:
    return _NOTHING if value in ("", None) else str(value)
