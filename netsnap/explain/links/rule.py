"""Routes of a table of somebody's own ← the routing rule that has it looked up."""

from collections.abc import Iterator

from netsnap.diff.changes import Alteration
from netsnap.explain.events import ROUTE, Event, EventId
from netsnap.explain.links.happened import Happened
from parsers.records import Route, Rule

STANDARD = frozenset({"local", "main", "default"})
TOGETHER = (Alteration.ADDED, Alteration.REMOVED)


def with_its_rule(event: Event, happened: Happened) -> Iterator[EventId]:
    """A table's route that came, or went, with a rule that looks the table up.

    Without the rule nobody asks the table, and without a route the rule decides nothing: they are
    one deed, and the rule is what is seen first.
    """
    if event.what != ROUTE:
        return
    tables = {
        (change.alteration, fact.record.table)
        for change in event.changes
        for fact in (change.before, change.after)
        if fact is not None and isinstance(fact.record, Route)
    }
    for id_, other in happened.at(Rule.kind, event.node, event.netns):
        for change in other.changes:
            fact = change.after or change.before
            looked = fact.record.action.split() if fact and isinstance(fact.record, Rule) else []
            table = looked[1] if looked[:1] == ["lookup"] and len(looked) > 1 else ""
            if change.alteration in TOGETHER and (change.alteration, table) in tables - _STANDARD:
                yield id_


_STANDARD = {(alteration, table) for alteration in Alteration for table in STANDARD}
