"""Records made cheaply: a large answer gives a hundred thousand of them."""

import dataclasses
from collections.abc import Callable
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

KEPT = 16384
"""Texts of one kind that are remembered."""

LONGEST = 400
"""Characters of a text that is remembered: what is longer is nonsense, and memory is finite."""


def swift(record: type[T]) -> type[T]:
    """Return what to call in a record type's place to make one, in a third of the time.

    A frozen dataclass sets each field by a call of ``object.__setattr__``, which is most of what a
    record costs. Here the fields are set in a thing with the same slots that is not frozen, and as
    its last act it becomes the record: of that class, as frozen and as equal as any other. Raises
    TypeError for a type that has a default factory.
    """
    fields = dataclasses.fields(cast("Any", record))
    if any(each.default_factory is not dataclasses.MISSING for each in fields):
        raise TypeError(f"{record.__name__} has a default factory")

    def become(self: Any) -> None:
        self.__class__ = record

    named = [(each.name, each.type, dataclasses.field(default=each.default)) for each in fields]
    ends = {"__post_init__": become}
    plain: Any = dataclasses.make_dataclass(record.__name__, named, namespace=ends)
    members = {
        "__slots__": tuple(each.name for each in fields),
        "__init__": plain.__init__,
        # both, else each field that is set goes by way of Python
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,
    }
    return cast("type[T]", type(record.__name__, record.__bases__, members | ends))


def remembered(read: Callable[P, T]) -> Callable[P, T]:
    """Remember what is read of a text: the nodes of one cluster have most lines in common.

    For a reader of texts that looks at nothing but its arguments and gives what is frozen.
    """
    careful: Any = read
    known: Any = lru_cache(maxsize=KEPT)(read)

    def read_or_know(*said: str) -> T:
        made: T = (known if len("".join(said)) <= LONGEST else careful)(*said)
        return made

    return cast("Callable[P, T]", read_or_know)
