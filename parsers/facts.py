"""A snapshot's records under stable names: the form in which two snapshots are compared.

A record says "eth0 has 192.168.167.84/32"; a Fact says whose eth0: of which node, in which
network namespace. The namespace's name is the workload's ("default/web-1"), never an inode, so
that a restarted pod meets its former self. A namespace without a container is called by its
mount ("mount:NAME") or, failing that, by its inode ("net:[4026532281]").
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from parsers.answer import Answer, Snapshot
from parsers.roles import Record

Hidden = Mapping[tuple[str, str], frozenset[str]]
"""(node, netns) → the kinds of record that were asked for and not (wholly) read there."""

Held = Mapping[str, Sequence["Fact"]]
"""Kind of record → a namespace's facts of it, in the order of the text."""


class Key(NamedTuple):
    """Which fact. ``nth`` tells apart records of one netns with equal identity, in text order."""

    node: str
    netns: str  # HOST, or the workload's name
    kind: str  # Record.kind
    identity: tuple[Any, ...]
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """One record with its place, and the answer and line (from 1) where it was read."""

    key: Key
    record: Record
    answer: Answer
    line: int


@dataclass(frozen=True, slots=True)
class BlindSpot:
    """What a snapshot could not see or read.

    ``netns`` and ``probe`` are "" where the spot is a whole node or a whole netns. ``kinds`` are
    the record kinds it hides. ``unknown`` are the texts of lines that no template knows, where
    these are the reason. ``lacking``: the node has no such program, or the program knows no such
    question, so that nothing is hidden that this node could have said to it; a fact of the kernel,
    which is there without a program to tell it, is hidden all the same.
    """

    node: str
    netns: str
    probe: str
    subject: str
    kinds: frozenset[str]
    reason: str
    unknown: tuple[str, ...] = ()
    lacking: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one snapshot by key, its workloads, and what it is blind to.

    ``netns`` maps (node, scope) to the namespace's stable name, HOST included, for every
    namespace that the node listed. A node that was not reached has every netns and kind
    ``hidden``, which ``sees`` knows. ``half_hidden`` has those (node, netns, kind) where one
    family of addresses alone was not read, and which (4 or 6). ``altered`` are the (node, netns)
    in which the facts are not those of the answers: a world that never was.
    """

    snapshot: Snapshot
    by_key: Mapping[Key, Fact]
    netns: Mapping[tuple[str, str], str] = field(default_factory=dict)
    blind: tuple[BlindSpot, ...] = ()
    hidden: Hidden = field(default_factory=dict)
    reached: frozenset[str] = frozenset()
    half_hidden: Mapping[tuple[str, str, str], int] = field(default_factory=dict)
    altered: frozenset[tuple[str, str]] = frozenset()

    _listed: frozenset[tuple[str, str]] = field(init=False, repr=False, compare=False)
    _places: list[Mapping[tuple[str, str], Held]] = field(
        init=False, repr=False, compare=False, default_factory=list
    )

    def __post_init__(self) -> None:
        listed = frozenset((node, name) for (node, _), name in self.netns.items())
        object.__setattr__(self, "_listed", listed)

    def lists(self, node: str, netns: str) -> bool:
        """Say whether a node listed a namespace of this name."""
        return (node, netns) in self._listed

    @property
    def places(self) -> Mapping[tuple[str, str], Held]:
        """The facts by (node, netns) and kind; sorted when it is asked for first."""
        if not self._places:
            self._places.append(_placed(self.by_key))
        return self._places[0]

    def of_kind(self, kind: str, netns: str = "") -> Iterator[Fact]:
        """Yield all facts of a kind, without a look at the others; those of one ``netns`` alone."""
        for place, held in self.places.items():
            if netns in ("", place[1]):
                yield from held.get(kind, ())

    def sees(self, node: str, netns: str, kind: str, family: int = 0) -> bool:
        """Say whether the absence of a record of this kind there would be a fact.

        With a ``family`` (4 or 6): of a record of that family.
        """
        place = (node, netns, kind)
        if node not in self.reached or (node, netns) not in self._listed:
            return False
        is_other = bool(family) and self.half_hidden.get(place, family) != family
        return is_other or kind not in self.hidden.get((node, netns), ())

    def sight(self, node: str, netns: str) -> Callable[[str], bool]:
        """Return what says of a kind what ``sees`` says of it in one namespace."""
        if node not in self.reached or (node, netns) not in self._listed:
            return _sees_nothing
        hidden = self.hidden.get((node, netns))
        return (lambda kind: kind not in hidden) if hidden else _sees_all


def _sees_nothing(_: str) -> bool:
    return False


def _sees_all(_: str) -> bool:
    return True


def hidden_at(places: Iterable[tuple[str, str, str]]) -> Hidden:
    """Gather (node, netns, kind); namespaces that hide the same kinds hold one set of them."""
    found: dict[tuple[str, str], set[str]] = {}
    for node, netns, kind in places:
        found.setdefault((node, netns), set()).add(kind)
    sets: dict[frozenset[str], frozenset[str]] = {}
    return {
        place: sets.setdefault(kinds, kinds)
        for place, some in found.items()
        for kinds in (frozenset(some),)
    }


def _placed(by_key: Mapping[Key, Fact]) -> dict[tuple[str, str], dict[str, list[Fact]]]:
    found: dict[tuple[str, str], dict[str, list[Fact]]] = {}
    last_node = last_netns = last_kind = None
    group: list[Fact] = []
    for fact in by_key.values():
        node, netns, kind, _, _ = fact.key
        # facts of one kind stand together, as they were read
        if kind != last_kind or netns != last_netns or node != last_node:
            last_node, last_netns, last_kind = node, netns, kind
            group = found.setdefault((node, netns), {}).setdefault(kind, [])
        group.append(fact)
    return found
