"""What a record's field means to a comparison. Declared on the record, once.

``Identity`` says which thing the record is about, ``State`` how that thing is, ``Drift`` what
moves by itself (counters, timers, rotating states: kept, never "changed"), ``Incarnation`` which
copy of the thing it is (pid, ifindex, container id: same name, new object).
"""

import dataclasses
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar, get_type_hints

T = TypeVar("T")


class Role(StrEnum):
    """The four meanings a field can have."""

    IDENTITY = "identity"
    STATE = "state"
    DRIFT = "drift"
    INCARNATION = "incarnation"


Identity = Annotated[T, Role.IDENTITY]
State = Annotated[T, Role.STATE]
Drift = Annotated[T, Role.DRIFT]
Incarnation = Annotated[T, Role.INCARNATION]


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """A typed fact read from a capture. Every field of a subclass carries one Role."""

    kind: ClassVar[str]

    @property
    def identity(self) -> tuple[Any, ...]:
        """The identity fields' values, in declared order."""
        own_type: type = type(self)
        return tuple(getattr(self, name) for name in fields_of(own_type, Role.IDENTITY))


@cache
def roles(record: type) -> dict[str, Role]:
    """Map each field of a record type to its role, in declared order.

    Raises TypeError for a field without a role: such a field would be compared by accident.
    """
    hints = get_type_hints(record, include_extras=True)
    found: dict[str, Role] = {}
    for field in dataclasses.fields(record):
        role = next((m for m in getattr(hints[field.name], "__metadata__", ()) if m in Role), None)
        if role is None:
            raise TypeError(f"{record.__name__}.{field.name} has no role")
        found[field.name] = Role(role)
    return found


@cache
def fields_of(record: type, role: Role) -> tuple[str, ...]:
    """Return the names of a record type's fields that have the given role."""
    return tuple(name for name, is_role in roles(record).items() if is_role is role)
