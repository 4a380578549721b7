"""Two records of one key, field by field, as their roles say. No kind is named here."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any

from netsnap.diff.changes import Alteration, FieldChange
from parsers.facts import Fact
from parsers.roles import Record, Role, fields_of

UNSAID: tuple[Any, ...] = ("", None, ())
"""The values that stand for "the text does not say"."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison of two facts found; ``alteration`` None means no more than drift."""

    alteration: Alteration | None
    fields: tuple[FieldChange, ...] = ()


SAME = Verdict(None)


@cache
def _told(record: type) -> tuple[tuple[str, Role], ...]:
    return tuple(
        (name, role) for role in (Role.STATE, Role.INCARNATION) for name in fields_of(record, role)
    )


@cache
def _values(record: type) -> Callable[[Record], Any]:
    names = [name for name, _ in _told(record)]
    return attrgetter(*names) if names else attrgetter("identity")


def told_values(fact: Fact) -> Any:
    """Return all of a record that a comparison tells, in a hashable form."""
    kind: type = type(fact.record)
    return _values(kind)(fact.record)


def judge(before: Fact, after: Fact, *, unread: bool) -> Verdict:
    """Compare two facts of one key.

    ``unread`` says that either text holds lines which could not be read and which the other text
    does not have: then a field that one text does not say is no evidence, since an unread line
    may say it.
    """
    if told_values(before) == told_values(after):
        return SAME
    return _verdict(_differing(before.record, after.record, unread=unread))


def _differing(before: Record, after: Record, *, unread: bool) -> tuple[FieldChange, ...]:
    found = []
    kind: type = type(before)
    for name, role in _told(kind):
        was, now = getattr(before, name), getattr(after, name)
        if was != now and not (unread and (was in UNSAID or now in UNSAID)):
            found.append(FieldChange(name, role, was, now))
    return tuple(found)


def _verdict(fields: tuple[FieldChange, ...]) -> Verdict:
    if not fields:
        return SAME
    if any(field.role is Role.STATE for field in fields):
        return Verdict(Alteration.CHANGED, fields)
    return Verdict(Alteration.RENEWED, fields)
