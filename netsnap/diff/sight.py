"""What a pair of snapshots can and cannot tell: which absences are facts, and the blind spots."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from collector.capture import HOST
from netsnap.diff.changes import Blind
from parsers.answer import Answer
from parsers.facts import BlindSpot, Fact, Facts, Key
from parsers.records import (
    RECORDS,
    BirdConfig,
    Container,
    ContainerSummary,
    NetworkNamespace,
)
from parsers.workloads import NAMING, lacks

ALL_KINDS = frozenset(record.kind for record in RECORDS)
Place = tuple[str, str, str]
"""(node, netns, kind)."""


class View:
    """One of the two snapshots, with what is looked up in it often."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self._asked_by: dict[str, dict[str, set[str]]] = {}

    @cached_property
    def nodes(self) -> frozenset[str]:
        """All nodes that the snapshot asked, whether they answered or not."""
        return self.facts.reached | {view.node for view in self.facts.snapshot.nodes}

    @cached_property
    def names(self) -> frozenset[tuple[str, str]]:
        """Return (node, netns) for every namespace that a node listed."""
        return frozenset((node, name) for (node, _), name in self.facts.netns.items())

    @cached_property
    def probes(self) -> dict[str, frozenset[str]]:
        """Return the names of all questions that each node was asked."""
        return {
            view.node: frozenset(answer.question.probe for answer in view.answers)
            for view in self.facts.snapshot.nodes
        }

    @cached_property
    def _givers(self) -> Mapping[tuple[str, str], frozenset[str]]:
        """Map (node, kind) to the questions whose answers had such records."""
        found: dict[tuple[str, str], set[str]] = {}
        for key, fact in self.facts.by_key.items():
            found.setdefault((key.node, key.kind), set()).add(fact.answer.question.probe)
        return {place: frozenset(probes) for place, probes in found.items()}

    def asked(self, fact: Fact, other: "View") -> bool:
        """Say whether the node was asked what gave ``other`` this fact, or something in its place.

        Two snapshots of different versions do not ask the same questions, and a local snapshot
        asks netlink what a remote one asks ``ip``. A question that both asked stands in for no
        other one: it did not give the fact where it was asked beside.
        """
        node, probe = fact.key.node, fact.answer.question.probe
        probes = self.probes.get(node)
        if not probes or probe in probes:
            return True
        in_its_place = self._givers.get((node, fact.key.kind), frozenset())
        return bool(in_its_place - other.probes.get(node, frozenset()))

    def _commands(self, node: str) -> Mapping[str, set[str]]:
        """Map a node's questions to the commands by which they were asked."""
        if node not in self._asked_by:
            found = self._asked_by[node] = {}
            for answer in self._answers.get(node, ()):
                found.setdefault(answer.question.probe, set()).add(answer.command)
        return self._asked_by[node]

    @cached_property
    def _answers(self) -> Mapping[str, tuple[Answer, ...]]:
        return {view.node: view.answers for view in self.facts.snapshot.nodes}

    def asked_alike(self, fact: Fact) -> bool:
        """Say whether the question that gave the other snapshot a fact was asked in those words.

        Another version of netsnap asks more, or less, under the same name.
        """
        question = fact.answer.question
        commands = self._commands(fact.key.node).get(question.probe)
        return bool(question.subject) or not commands or fact.answer.command in commands

    def lists_namespaces(self, node: str) -> bool:
        """Say whether a namespace that is not in the list is surely not there."""
        return self.facts.sees(node, HOST, NetworkNamespace.kind)

    @cached_property
    def _lacking(self) -> frozenset[tuple[str, str]]:
        return frozenset(
            (answer.node, answer.question.probe)
            for view in self.facts.snapshot.nodes
            for answer in view.answers
            if lacks(answer)
        )

    @cached_property
    def _tellers(self) -> Mapping[tuple[str, str, str], str]:
        """Map (node, kind, id) of every container to the question that told of it."""
        return {
            (fact.key.node, fact.key.kind, fact.record.id): fact.answer.question.probe
            for kind in (Container.kind, ContainerSummary.kind)
            for fact in self.facts.of_kind(kind)
            if isinstance(fact.record, Container | ContainerSummary) and fact.record.id
        }

    def lacks(self, fact: Fact) -> bool:
        """Say whether the node had nobody to ask what gave the other snapshot this fact.

        What another runtime says of its containers does not tell that those of one are gone that
        is no longer there to be asked. And one container is no other for being told of by another.
        """
        node, probe, record = fact.key.node, fact.answer.question.probe, fact.record
        if isinstance(record, Container | ContainerSummary):
            teller = self._tellers.get((node, fact.key.kind, record.id), probe)
            if teller != probe:
                return True
        return (node, probe) in self._lacking

    @cached_property
    def configured(self) -> Mapping[tuple[str, object], str]:
        """Map each node's daemon to the file of its configuration that was shown first."""
        configs = sorted(self.facts.of_kind(BirdConfig.kind), key=lambda fact: -fact.line)
        return {
            (fact.key.node, fact.record.daemon): fact.record.file
            for fact in configs
            if isinstance(fact.record, BirdConfig)
        }

    def has_file_of(self, fact: Fact, other: "View") -> bool:
        """Say whether a statement of BIRD's configuration, of ``other``, would be shown here.

        A BIRD itself tells where its configuration lies. Of one that does not run what is shown
        lies in the usual place, if anything does, and need not be what it would read.
        """
        if fact.key.kind != BirdConfig.kind:
            return True  # it may have no identity but its place
        place = fact.key.node, fact.key.identity[0]
        return self.configured.get(place) == other.configured.get(place)

    def knows_names(self, node: str) -> tuple[bool, frozenset[str]]:
        """Say whether namespaces could be called by their workloads, and by which questions."""
        asked = self.probes.get(node, frozenset()) & NAMING.keys()
        able = frozenset(each for each in asked if (node, each) not in self._lacking)
        return self.facts.sees(node, HOST, Container.kind), able


class Sight:
    """The two snapshots beside each other. ``before`` is t1 and ``after`` t2."""

    def __init__(self, before: Facts, after: Facts) -> None:
        self.before = View(before)
        self.after = View(after)
        self._more: dict[BlindSpot, str] = {}

    def absent(self, fact: Fact, view: View) -> bool:
        """Say whether it is sure that ``view`` does not have this fact of the other snapshot.

        If it is not, the reason is among the blind spots.
        """
        key = fact.key
        if key.node not in view.facts.reached:
            return False
        other = self.after if view is self.before else self.before
        if not view.asked(fact, other):
            return self._unsure(fact, view, "not asked")
        if self.vanished(key.node, key.netns, view):
            return True
        if not view.asked_alike(fact):
            return self._unsure(fact, view, "asked in other words")
        if self._sees(key, view):
            return self._told(fact, view, other)
        self._cover(key, view)
        return False

    def _told(self, fact: Fact, view: View, other: View) -> bool:
        """Say whether it was the same that told, where all was read."""
        if not view.has_file_of(fact, other):
            return self._unsure(fact, view, "of BIRD's configuration another file was shown")
        return not view.lacks(fact) or self._unsure(fact, view, "nobody to ask", fact.key.netns)

    def _unsure(self, fact: Fact, view: View, reason: str, netns: str = "") -> bool:
        """Note why an absence proves nothing; return that it does not."""
        kinds, probe = frozenset({fact.key.kind}), fact.answer.question.probe
        self._add(BlindSpot(fact.key.node, netns, probe, "", kinds, reason), view)
        return False

    def vanished(self, node: str, netns: str, view: View) -> bool:
        """Say whether a namespace of the other snapshot surely does not exist in ``view``."""
        return (
            netns != HOST
            and (node, netns) not in view.names
            and view.lists_namespaces(node)
            and self.before.knows_names(node) == self.after.knows_names(node)
        )

    def unread(self, node: str, netns: str, kind: str) -> bool:
        """Say whether lines that no template knows stand in one snapshot and not in the other."""
        return (node, netns, kind) in self._unread

    def blind(self) -> tuple[Blind, ...]:
        """Return every blind spot that could hide a difference, in order of node and netns."""
        first, second = dict.fromkeys(self._spots("t1")), dict.fromkeys(self._spots("t2"))
        told = [Blind(spot, "both" if spot in second else "t1") for spot in first]
        told += [Blind(spot, "t2") for spot in second if spot not in first]
        return tuple(sorted(told, key=_blind_order))

    def _sees(self, key: Key, view: View) -> bool:
        place = (key.node, key.netns, key.kind)
        return view.facts.sees(*place) or (
            place in self._forgiven and place[:2] in view.names and key.node in view.facts.reached
        )

    def _add(self, spot: BlindSpot, view: View) -> None:
        when = "t1" if view is self.before else "t2"
        self._more[spot] = when if self._more.get(spot, when) == when else "both"

    def _cover(self, key: Key, view: View) -> None:
        """Make sure that a blind spot stands for an absence that is not told."""
        if not any(_covers(spot, key) for spot in view.facts.blind):
            kinds = frozenset({key.kind})
            self._add(BlindSpot(key.node, key.netns, "", "", kinds, "not seen"), view)

    def _spots(self, when: str) -> Iterator[BlindSpot]:
        view, other = (self.before, self.after) if when == "t1" else (self.after, self.before)
        for spot in view.facts.blind:
            is_same = spot.unknown and _unknown(spot) in self._same_unknown
            if not (is_same or _is_moot(spot, other)):
                yield spot
        for spot in other.facts.blind:
            if _is_moot(spot, view):
                yield BlindSpot(spot.node, "", spot.probe, "", spot.kinds, "not asked")
        for node in sorted(other.nodes - view.nodes):
            yield BlindSpot(node, "", "", "", ALL_KINDS, "not asked")
        for spot, where in self._more.items():
            if where in (when, "both"):
                yield spot

    @cached_property
    def _same_unknown(self) -> frozenset[tuple[object, ...]]:
        """Unknown lines that both snapshots have alike: they hide nothing that differs."""
        sides = (
            Counter(_unknown(spot) for spot in view.facts.blind if spot.unknown)
            for view in (self.before, self.after)
        )
        first, second = sides
        return frozenset(spot for spot, count in first.items() if second[spot] == count)

    @cached_property
    def _unread(self) -> frozenset[Place]:
        return frozenset(
            place
            for view in (self.before, self.after)
            for spot in view.facts.blind
            if spot.unknown and _unknown(spot) not in self._same_unknown
            for place in _places(spot)
        )

    @cached_property
    def _forgiven(self) -> frozenset[Place]:
        """Return the places hidden by nothing but unknown lines that both snapshots have alike."""
        same: set[Place] = set()
        hidden: list[BlindSpot] = []
        for spot in (*self.before.facts.blind, *self.after.facts.blind):
            if spot.unknown and _unknown(spot) in self._same_unknown:
                same.update(_places(spot))
            else:
                hidden.append(spot)
        by_node: dict[str, list[BlindSpot]] = {}
        for spot in hidden:
            by_node.setdefault(spot.node, []).append(spot)
        return frozenset(
            place
            for place in same
            if not any(_hides(spot, *place) for spot in by_node.get(place[0], ()))
        )


def _is_moot(spot: BlindSpot, other: View) -> bool:
    """Say whether one snapshot had nobody to ask what the other did not ask for at all."""
    asked = other.probes.get(spot.node, frozenset())
    return spot.lacking and bool(asked) and bool(spot.probe) and spot.probe not in asked


def _places(spot: BlindSpot) -> Iterable[Place]:
    return ((spot.node, spot.netns, kind) for kind in spot.kinds)


def _unknown(spot: BlindSpot) -> tuple[object, ...]:
    lines = tuple(sorted(spot.unknown))
    return (spot.node, spot.netns, spot.probe, spot.subject, spot.kinds, lines)


def _hides(spot: BlindSpot, node: str, netns: str, kind: str) -> bool:
    return (
        spot.node == node and spot.netns in ("", netns) and (not spot.kinds or kind in spot.kinds)
    )


def _covers(spot: BlindSpot, key: Key) -> bool:
    return _hides(spot, key.node, key.netns, key.kind)


def _blind_order(blind: Blind) -> tuple[str, ...]:
    spot = blind.spot
    return (spot.node, spot.netns, spot.probe, spot.subject, blind.when, spot.reason)
