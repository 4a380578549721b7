"""Network namespaces that came, went, or are new objects under their old names."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.diff.changes import Alteration, NetnsChange
from netsnap.diff.sight import Sight, View
from parsers.facts import Facts
from parsers.records import NetworkNamespace


def namespace_changes(sight: Sight) -> tuple[NetnsChange, ...]:
    """Tell the namespaces that differ, on nodes that listed theirs in both snapshots."""
    before, after = sight.before, sight.after
    found = [
        *_only(before, after, sight, Alteration.REMOVED),
        *_only(after, before, sight, Alteration.ADDED),
        *_renewed(before.facts, after.facts),
    ]
    return tuple(sorted(found, key=lambda change: (change.node, change.netns, change.alteration)))


def _only(here: View, there: View, sight: Sight, alteration: Alteration) -> Iterator[NetnsChange]:
    for node, netns in here.names - there.names:
        seen = node in there.facts.reached and here.lists_namespaces(node)
        if seen and sight.vanished(node, netns, there):
            yield NetnsChange(node, netns, alteration)


def _renewed(before: Facts, after: Facts) -> Iterator[NetnsChange]:
    was, now = _scopes(before), _scopes(after)
    lived, lives = _holders(before), _holders(after)
    for place in was.keys() & now.keys():
        scopes = was[place] | now[place]
        another = was[place].isdisjoint(now[place])
        if another or _replaced(scopes, place, lived, lives):
            yield NetnsChange(*place, Alteration.RENEWED)


def _scopes(facts: Facts) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for (node, scope), name in facts.netns.items():
        found.setdefault((node, name), set()).add(scope)
    return found


Holders = dict[tuple[str, str], tuple[frozenset[int], frozenset[str]]]
"""(node, scope) → the pids in the namespace and its mounts."""


def _holders(facts: Facts) -> Holders:
    return {
        (answer.node, f"net:[{record.inode}]"): (frozenset(record.pids), frozenset(record.mounts))
        for view in facts.snapshot.nodes
        for answer in view.answers
        if answer.question.scope == HOST
        for record in answer.reading.records
        if isinstance(record, NetworkNamespace)
    }


def _replaced(scopes: set[str], place: tuple[str, str], lived: Holders, lives: Holders) -> bool:
    """Say whether an inode number that did not change belongs to another namespace by now.

    The kernel gives the number of a namespace that went to the next one that comes; no process
    in common, where both have some, and no mount in common tells.
    """
    node, netns = place
    if netns == HOST or len(scopes) != 1:
        return False
    (scope,) = scopes
    old, new = lived.get((node, scope)), lives.get((node, scope))
    if not old or not new or not old[0] or not new[0]:
        return False
    return old[0].isdisjoint(new[0]) and old[1].isdisjoint(new[1])
