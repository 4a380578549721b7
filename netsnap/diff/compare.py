"""Compare two snapshots: what differs, keyed by identity, and what cannot be told."""

from dataclasses import dataclass
from typing import Any

from netsnap.diff.changes import Alteration, Change, Difference
from netsnap.diff.common import in_common
from netsnap.diff.couples import couples
from netsnap.diff.fields import SAME, Verdict, judge
from netsnap.diff.namespaces import namespace_changes
from netsnap.diff.retold import told_once
from netsnap.diff.sight import Sight
from netsnap.diff.unlike import unlike
from parsers.facts import Fact, Facts, Key
from parsers.records import Container, ContainerSummary, NetworkNamespace, Ping
from parsers.roles import roles

TOLD_OTHERWISE = frozenset({NetworkNamespace.kind, Ping.kind})
"""Kinds that are no Change: a namespace is told as a NetnsChange, under its stable name. A ping is
an observation, held against the model; one that was not sent has not gone."""

COVERED = {ContainerSummary.kind: Container}
"""Kinds that repeat what a fuller kind says of the same thing, and that kind. Where both
snapshots see the fuller one, only fields that it lacks are told."""


def compare(before: Facts, after: Facts) -> Difference:
    """Compare two snapshots.

    A fact that only one of them has is told as ADDED or REMOVED only if its absence from the
    other is a fact: that snapshot looked there and read all, or the namespace is surely gone.
    Every absence that is not told lies in one of the returned blind spots. Namespaces that are
    equal are not walked, so that the cost follows what differs.
    """
    sight = Sight(before, after)
    same = in_common(before, after)
    keys, equal = unlike(before, after, same, TOLD_OTHERWISE)
    tally = _Tally(compared=equal)
    changes = [
        change
        for key, several in keys.items()
        for was, now in couples(key, before, after, several=several)
        if (change := _change(was, now, sight, tally)) is not None
    ]
    changes = list(told_once(changes, sight))
    changes.sort(key=lambda change: key_order(change.key))
    namespaces = namespace_changes(sight)
    counts = tally.compared, tally.drifted
    return Difference(tuple(changes), namespaces, sight.blind(), *counts, same)


def key_order(key: Key) -> tuple[Any, ...]:
    """Return what keys are sorted by: Python does not order None, which an identity may hold."""
    identity = tuple((part is not None, 0 if part is None else part) for part in key.identity)
    return (key.node, key.netns, key.kind, identity, key.nth)


@dataclass(slots=True)
class _Tally:
    compared: int = 0
    drifted: int = 0


def _change(before: Fact | None, after: Fact | None, sight: Sight, tally: _Tally) -> Change | None:
    fact = after or before
    if fact is None or fact.key.kind in TOLD_OTHERWISE:
        return None
    if before is not None and after is not None:
        tally.compared += 1
        return _altered(before, after, sight, tally)
    other = sight.before if before is None else sight.after
    if not sight.absent(fact, other) or _covered(fact.key, sight):
        return None
    alteration = Alteration.ADDED if before is None else Alteration.REMOVED
    return Change(fact.key, alteration, before, after)


def _altered(before: Fact, after: Fact, sight: Sight, tally: _Tally) -> Change | None:
    if before.record == after.record:
        return None
    key = after.key
    if _torn(before) or _torn(after):
        return None
    unread = sight.unread(key.node, key.netns, key.kind) or _asked_otherwise(before, after)
    verdict = judge(before, after, unread=unread)
    if verdict.alteration is None:
        tally.drifted += 1
        return None
    verdict = _uncovered(verdict, key, sight)
    if verdict.alteration is None:
        return None
    return Change(key, verdict.alteration, before, after, verdict.fields)


def _asked_otherwise(before: Fact, after: Fact) -> bool:
    """Say whether the same question was asked by other commands: one may ask for more."""
    one, other = before.answer, after.answer
    return one.question.probe == other.question.probe and one.command != other.command


def _torn(fact: Fact) -> bool:
    """Say whether the record may be half read: the last one of an answer that was cut."""
    reading = fact.answer.reading
    return bool(reading.blind) and bool(reading.records) and reading.records[-1] is fact.record


def _covered(key: Key, sight: Sight) -> bool:
    """Say whether a fuller kind, which both snapshots see, tells the same."""
    fuller = COVERED.get(key.kind)
    return fuller is not None and all(
        view.facts.sees(key.node, key.netns, fuller.kind) for view in (sight.before, sight.after)
    )


def _uncovered(verdict: Verdict, key: Key, sight: Sight) -> Verdict:
    if not _covered(key, sight):
        return verdict
    fuller = roles(COVERED[key.kind])
    fields = tuple(field for field in verdict.fields if field.name not in fuller)
    return Verdict(verdict.alteration, fields) if fields else SAME
