"""Worlds that never were: one snapshot with some facts as they are in the other."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from netsnap.diff.changes import Alteration, Change
from netsnap.model.network import Network
from netsnap.model.numbers import IPV4
from netsnap.model.ruleorder import among, is_ordered
from parsers.facts import Fact, Facts, Key
from parsers.records import Address, Interface, Route, Sysctl
from parsers.roles import Role, fields_of

WRITES_THROUGH = {
    "net.ipv4.ip_forward": ("net.ipv4.conf.", ".forwarding"),
    "net.ipv6.conf.all.forwarding": ("net.ipv6.conf.", ".forwarding"),
}
"""Switches whose write the kernel repeats into each interface's own switch."""


class Overlay(Mapping[Key, Fact]):
    """Facts with some entries in another way; None is a fact that is taken away."""

    def __init__(self, below: Mapping[Key, Fact], entries: "Entries") -> None:
        self._below, self._entries = below, entries

    def __getitem__(self, key: Key) -> Fact:
        """Return a fact; KeyError where there is none."""
        if key not in self._entries:
            return self._below[key]
        fact = self._entries[key]
        if fact is None:
            raise KeyError(key)
        return fact

    def __iter__(self) -> Iterator[Key]:
        """Yield the keys, those that were there before the added ones."""
        yield from (key for key in self._below if self._entries.get(key, key) is not None)
        yield from (
            key
            for key, fact in self._entries.items()
            if fact is not None and key not in self._below
        )

    def __len__(self) -> int:
        """Count the facts."""
        gone = sum(fact is None and key in self._below for key, fact in self._entries.items())
        new = sum(
            fact is not None and key not in self._below for key, fact in self._entries.items()
        )
        return len(self._below) - gone + new


Entries = Mapping[Key, Fact | None]


def revert(after: Facts, changes: Iterable[Change]) -> Facts:
    """Return ``after``'s world in which these changes did not happen."""
    return _overlaid(after, _undone(after, changes))


def apply(before: Facts, changes: Iterable[Change]) -> Facts:
    """Return ``before``'s world in which only these changes happened."""
    return revert(before, (mirrored(change) for change in changes))


def reverted(network: Network, changes: Iterable[Change]) -> Network:
    """Return the network without these changes, sharing the namespaces that they do not touch.

    It is the same as building the network of ``revert(network.facts, changes)``, and cheaper.
    """
    entries = _undone(network.facts, changes)
    return network.overlay(_overlaid(network.facts, entries), entries)


TURNED = {Alteration.ADDED: Alteration.REMOVED, Alteration.REMOVED: Alteration.ADDED}


def mirrored(change: Change) -> Change:
    """Return the change as it would be told from the later snapshot to the earlier."""
    return replace(
        change,
        key=change.before.key if change.before is not None else change.key,
        alteration=TURNED.get(change.alteration, change.alteration),
        before=change.after,
        after=change.before,
        fields=tuple(replace(each, before=each.after, after=each.before) for each in change.fields),
    )


def _undone(world: Facts, undone: Iterable[Change]) -> Entries:
    changes = tuple(undone)
    entries: dict[Key, Fact | None] = {}
    for change in changes:
        if change.alteration is Alteration.REMOVED and change.before is not None:
            key = _free(change.key, world, entries)
            entries[key] = replace(change.before, key=key)
        elif change.alteration is not Alteration.RENEWED:
            entries[change.key] = _former(world, change)
    _take_routes(world, entries)
    _put_in_order(world, entries)
    _rejoin(entries, changes)
    for key, fact in tuple(entries.items()):
        if fact is not None and isinstance(fact.record, Sysctl):
            for other in _written_through(world, key, fact.record):
                entries.setdefault(other.key, other)
    return entries


def _take_routes(world: Facts, entries: dict[Key, Fact | None]) -> None:
    """Take away, with an address, the routes that speak with it, as the kernel does.

    This is so of IPv4 (fib_sync_down_addr in net/ipv4/fib_semantics.c); of IPv6 the routes stay.
    """
    for key in [key for key in entries if key.kind == Address.kind]:
        was = _spoken(world.by_key.get(key))
        held = world.places.get(key[:2], {}) if was else {}
        others = (entries.get(fact.key, fact) for fact in held.get(Address.kind, ()))
        new = (entries[each] for each in entries if each[:2] == key[:2])
        if not was or was in {_spoken(fact) for fact in (*others, *new)}:
            continue
        for fact in held.get(Route.kind, ()):
            if isinstance(fact.record, Route) and fact.record.source == was:
                entries.setdefault(fact.key, None)


def _spoken(fact: Fact | None) -> str:
    """Return the IPv4 address that a fact gives its namespace, "" for none."""
    if fact is None or not isinstance(fact.record, Address) or fact.record.family != IPV4:
        return ""
    return fact.record.address.partition("/")[0]


def _rejoin(entries: dict[Key, Fact | None], changes: Iterable[Change]) -> None:
    """Join an end of a veth pair that comes back to the other end as the object it is now."""
    for change in changes:
        if change.before is None or change.after is None:
            continue
        was, now = change.before.record, change.after.record
        if not isinstance(was, Interface) or not isinstance(now, Interface):
            continue
        for key, fact in tuple(entries.items()):
            end = fact.record if fact is not None else None
            other_place = key[:2] != change.key[:2] and key.node == change.key.node
            if fact is None or not isinstance(end, Interface) or not other_place:
                continue
            if (end.peer_index, end.index) == (was.index, was.peer_index):
                entries[key] = replace(fact, record=replace(end, peer_index=now.index))


def _put_in_order(world: Facts, entries: dict[Key, Fact | None]) -> None:
    """Give rules that come back their place among those of their chain, the first one first."""
    rules = [
        (key, fact)
        for key, fact in entries.items()
        if fact is not None and key not in world.by_key and is_ordered(fact)
    ]
    for key, fact in sorted(rules, key=lambda each: each[1].line):
        del entries[key]
        entries[key] = among(world, fact)


def _free(key: Key, world: Facts, entries: Entries) -> Key:
    """Return the key, or the next of its identity that no fact has: the order may have moved."""
    while key in world.by_key or entries.get(key) is not None:
        key = key._replace(nth=key.nth + 1)
    return key


def _former(world: Facts, change: Change) -> Fact | None:
    """Return the fact as it was, but as the object it is now: a veth keeps its new index."""
    present = world.by_key.get(change.key)
    if change.before is None:
        return None
    if present is None:
        return replace(change.before, key=change.key)
    kind: type = type(present.record)
    now = {name: getattr(present.record, name) for name in fields_of(kind, Role.INCARNATION)}
    record = replace(change.before.record, **now)
    return replace(change.before, key=change.key, record=record)


def _written_through(world: Facts, key: Key, switch: Sysctl) -> Iterator[Fact]:
    if switch.name not in WRITES_THROUGH:
        return
    start, end = WRITES_THROUGH[switch.name]
    held = world.places.get((key.node, key.netns), {})
    for fact in held.get(Sysctl.kind, ()):
        if isinstance(fact.record, Sysctl):
            name = fact.record.name
            if name.startswith(start) and name.endswith(end) and name != switch.name:
                yield replace(fact, record=replace(fact.record, value=switch.value))


def _overlaid(facts: Facts, entries: Entries) -> Facts:
    added: dict[tuple[str, str], str] = {}
    for key, fact in entries.items():
        if fact is not None and key.node in facts.reached and not facts.lists(key.node, key.netns):
            added[key.node, fact.answer.question.scope] = key.netns
    return replace(
        facts,
        by_key=Overlay(facts.by_key, entries),
        netns={**facts.netns, **added} if added else facts.netns,
        altered=facts.altered | {(key.node, key.netns) for key in entries},
    )
