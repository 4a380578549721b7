"""Where between two snapshots a pair broke, by asking as few of them as can be."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

Works = Callable[[int], bool | None]
"""Whether the pair works in a snapshot, by its number; None if that snapshot cannot tell."""


@dataclass(frozen=True, slots=True)
class Break:
    """The pair works in ``last`` and not in ``first``; ``untold`` between them cannot tell."""

    last: int
    first: int
    untold: tuple[int, ...] = ()
    asked: int = 0


def bisect(count: int, works: Works) -> Break | None:
    """Find a break between snapshot 0 and snapshot ``count - 1``, in about log2 questions.

    None if the pair does not work in the first, or does in the last. Where it broke more than
    once, one of the breaks is found. A snapshot that cannot tell is passed over for the nearest
    that can.
    """
    known: dict[int, bool | None] = {}

    def ask(number: int) -> bool | None:
        if number not in known:
            known[number] = works(number)
        return known[number]

    low, high = 0, count - 1
    if count < 2 or ask(low) is not True or ask(high) is not False:  # noqa: PLR2004 -- a pair
        return None
    while (middle := _telling(low, high, ask)) is not None:
        if ask(middle):
            low = middle
        else:
            high = middle
    untold = tuple(number for number in range(low + 1, high) if known.get(number, True) is None)
    return Break(low, high, untold, len(known))


def _telling(low: int, high: int, ask: Works) -> int | None:
    """Return the snapshot nearest to the middle that can tell, None if none between can."""
    return next((number for number in _from_middle(low, high) if ask(number) is not None), None)


def _from_middle(low: int, high: int) -> Iterator[int]:
    return iter(sorted(range(low + 1, high), key=lambda number: abs(2 * number - low - high)))
