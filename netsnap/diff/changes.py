"""What differs between two snapshots, as data."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from parsers.facts import BlindSpot, Fact, Key
from parsers.roles import Role


class Alteration(StrEnum):
    """What happened to a fact between t1 and t2."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"  # a state field differs
    RENEWED = "renewed"  # only incarnation fields differ: same name, new object


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs; ``role`` is STATE or INCARNATION, drift never gets here."""

    name: str
    role: Role
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One fact that differs. ``before`` is None for ADDED, ``after`` is None for REMOVED."""

    key: Key
    alteration: Alteration
    before: Fact | None
    after: Fact | None
    fields: tuple[FieldChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Blind:
    """A blind spot, and in which of the two snapshots ("t1", "t2" or "both") it lies."""

    spot: BlindSpot
    when: str

    @property
    def hides(self) -> bool:
        """Whether a difference could lie here.

        Not where the node had nobody to ask at t1 and at t2: nothing was withheld either time.
        """
        return not (self.spot.lacking and self.when == "both")


@dataclass(frozen=True, slots=True)
class NetnsChange:
    """A network namespace that came, went, or is a new object under its old name."""

    node: str
    netns: str
    alteration: Alteration  # ADDED, REMOVED or RENEWED


@dataclass(frozen=True, slots=True)
class Difference:
    """All that differs between two snapshots, and all that cannot be told.

    ``changes`` are in key order. ``drifted`` counts facts in which only drift moved.
    ``compared`` counts the facts that both snapshots hold. In the namespaces that are the ``same``
    every question got the same answer.
    """

    changes: tuple[Change, ...]
    netns: tuple[NetnsChange, ...]
    blind: tuple[Blind, ...]
    compared: int
    drifted: int
    same: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False, compare=False)
