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
    lived, lives = _holders(before), _holders(after)
    differing = _differing(before, after, lived, lives)
    was, now = _scopes(before, differing), _scopes(after, differing)
    for place in was.keys() & now.keys():
        scopes = was[place] | now[place]
        another = was[place].isdisjoint(now[place])
        if another or _replaced(scopes, place, lived, lives):
            yield NetnsChange(*place, Alteration.RENEWED)


Holders = dict[tuple[str, str], NetworkNamespace]
"""(node, scope) → the namespace as its node listed it."""


def _differing(
    before: Facts, after: Facts, lived: Holders, lives: Holders
) -> frozenset[tuple[str, str]]:
    """Return (node, netns) of those that have another inode or other processes or mounts."""
    scopes = {
        scope for scope, now in lives.items() if (was := lived.get(scope)) is not now and was != now
    }
    renamed = before.netns.items() ^ after.netns.items()
    kept = {(scope[0], after.netns[scope]) for scope in scopes if scope in after.netns}
    return frozenset(kept | {(node, name) for (node, _), name in renamed})


def _scopes(facts: Facts, wanted: frozenset[tuple[str, str]]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for (node, scope), name in facts.netns.items() if wanted else ():
        if (node, name) in wanted:
            found.setdefault((node, name), set()).add(scope)
    return found


def _holders(facts: Facts) -> Holders:
    return {
        (fact.key.node, f"net:[{fact.record.inode}]"): fact.record
        for fact in facts.of_kind(NetworkNamespace.kind)
        if fact.key.netns == HOST and isinstance(fact.record, NetworkNamespace)
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
    if not old or not new or not old.pids or not new.pids:
        return False
    return set(old.pids).isdisjoint(new.pids) and set(old.mounts).isdisjoint(new.mounts)
