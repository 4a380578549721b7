"""What a link may look at: all events of this comparison, and both snapshots."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain.events import (
    CONFIG,
    INTENT,
    INTERFACE,
    ROUTE,
    Event,
    EventId,
    World,
    removed_or_down,
)
from netsnap.explain.moments import Span
from parsers.records import BirdProtocol, BirdRoute, Route
from parsers.roles import Record

APART = " (container "
"""How the name goes on of a namespace in which a container is apart from its workload."""


@dataclass(frozen=True)
class Happened:
    """The events by name, and the world they happened in."""

    events: Mapping[EventId, Event]
    world: World
    _when: dict[EventId, Span | None] = field(default_factory=dict)
    _heard: dict[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)

    def when(self, event: Event) -> Span | None:
        """Return when an event happened, None where nothing bounds it."""
        if event.id not in self._when:
            self._when[event.id] = self.world.when(event)
        return self._when[event.id]

    def lost_interface(self, node: str, netns: str, name: str) -> Iterator[EventId]:
        """Yield the interface's event if it took the interface away or out of service."""
        id_ = (INTERFACE, node, netns, name)
        event = self.events.get(id_)
        if event is not None and any(map(removed_or_down, event.changes)):
            yield id_

    def new_interface(self, node: str, netns: str, name: str) -> Iterator[EventId]:
        """Yield the interface's event if the interface is new."""
        id_ = (INTERFACE, node, netns, name)
        event = self.events.get(id_)
        if event is not None and any(c.alteration is Alteration.ADDED for c in event.changes):
            yield id_

    def remade_interface(self, node: str, netns: str, name: str) -> Iterator[EventId]:
        """Yield the interface's event if it is another one under the old name."""
        yield from self._interface_with(node, netns, name, "index")

    def readdressed_interface(self, node: str, netns: str, name: str) -> Iterator[EventId]:
        """Yield the interface's event if its hardware address is another one."""
        yield from self._interface_with(node, netns, name, "mac")

    def _interface_with(self, node: str, netns: str, name: str, field: str) -> Iterator[EventId]:
        event = self.events.get((INTERFACE, node, netns, name))
        changes = event.changes if event is not None else ()
        if event is not None and any(f.name == field for each in changes for f in each.fields):
            yield event.id

    @cached_property
    def configured(self) -> bool:
        """Say whether any node's BIRD is configured otherwise."""
        return any(id_[0] == CONFIG for id_ in self.events)

    def heard(self, node: str, prefix: str) -> frozenset[str]:
        """Return the BGP neighbours that told a node of a prefix, by either snapshot."""
        if node not in self._heard:
            self._heard[node] = self._told_by(node)
        return self._heard[node].get(prefix, frozenset())

    def _told_by(self, node: str) -> Mapping[str, frozenset[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for facts in (self.world.before, self.world.after):
            held = facts.places.get((node, HOST), {})
            sessions = {
                (fact.record.daemon, fact.record.name): fact.record.neighbour
                for fact in held.get(BirdProtocol.kind, ())
                if isinstance(fact.record, BirdProtocol)
            }
            for fact in held.get(BirdRoute.kind, ()):
                if isinstance(record := fact.record, BirdRoute):
                    neighbour = sessions.get((record.daemon, record.protocol), "")
                    found[record.prefix] |= {neighbour} - {""}
        return {prefix: frozenset(neighbours) for prefix, neighbours in found.items()}

    @cached_property
    def told(self) -> tuple[tuple[EventId, tuple[Change, ...]], ...]:
        """What Calico was told: its objects and settings that changed.

        Every node tells the same of an object; each different telling stands here once.
        """
        return tuple(
            (id_, tuple({_sides(change): change for change in event.changes}.values()))
            for id_, event in self.events.items()
            if id_[0] == INTENT
        )

    def at(self, what: str, node: str, netns: str) -> Sequence[tuple[EventId, Event]]:
        """Return the events of one sort in one network namespace."""
        return self._by_place.get((what, node, netns), ())

    def on_hosts(self, what: str) -> Sequence[tuple[EventId, Event]]:
        """Return the events of one sort in all the nodes' own namespaces."""
        return self._on_hosts.get(what, ())

    def routes_to(self, prefix: str) -> Sequence[tuple[EventId, Event]]:
        """Return the events of routes in the nodes' own namespaces that lead, or led, there."""
        return self._by_prefix.get(prefix, ())

    @cached_property
    def _by_place(self) -> Mapping[tuple[str, str, str], list[tuple[EventId, Event]]]:
        found: dict[tuple[str, str, str], list[tuple[EventId, Event]]] = defaultdict(list)
        for id_, event in self.events.items():
            found[id_[:3]].append((id_, event))
        return found

    @cached_property
    def _on_hosts(self) -> Mapping[str, list[tuple[EventId, Event]]]:
        found: dict[str, list[tuple[EventId, Event]]] = defaultdict(list)
        for id_, event in self.events.items():
            if id_[2] == HOST:
                found[id_[0]].append((id_, event))
        return found

    @cached_property
    def _by_prefix(self) -> Mapping[str, list[tuple[EventId, Event]]]:
        found: dict[str, list[tuple[EventId, Event]]] = defaultdict(list)
        for id_, event in self.on_hosts(ROUTE):
            for prefix in dict.fromkeys(r.prefix for r in both(event) if isinstance(r, Route)):
                found[prefix].append((id_, event))
        return found

    @cached_property
    def veths(self) -> Mapping[tuple[str, str], list[str]]:
        """Map each pod's (node, netns) to the host's ends of its veth pairs, by name."""
        found: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (node, device), netns in self.world.pod_of.items():
            found[node, netns].append(device)
        return found

    @cached_property
    def remade(self) -> frozenset[tuple[str, str]]:
        """The (node, workload) whose namespace, or one that it has apart, came, went or is new."""
        renewed = self.world.renewed
        return frozenset(renewed) | {(at, netns.partition(APART)[0]) for at, netns in renewed}


def _sides(change: Change) -> tuple[Record | None, Record | None]:
    before, after = (side.record if side else None for side in (change.before, change.after))
    return before, after


def both(event: Event) -> Iterable[Record]:
    """Yield every record of an event, as it was and as it is."""
    for change in event.changes:
        for fact in (change.before, change.after):
            if fact is not None:
                yield fact.record
