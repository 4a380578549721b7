"""A fault that is there at t1 already: diff must call it older, count its pairs, and name it.

Nobody is told which of these faults was made: a third snapshot, while the fault is in place, is
held against the second.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.lab.faults import Fault
from tests.lab.faults.fault import Pair

BEFORE, CANNOT_TELL, WRONG, NOT_ASKED = "before", "cannot", "WRONG", "-"


@dataclass(frozen=True)
class Older:
    """What diff says of two snapshots with the fault in both.

    ``truth`` are the pairs that ping lost at both, ``moved`` those that it lost at one of them;
    ``asked`` are all that it asked for. ``first`` are check's first sentences of the later one.
    """

    told: dict[str, Any]
    truth: frozenset[Pair]
    moved: frozenset[Pair]
    asked: frozenset[Pair]
    first: tuple[str, ...]


def is_asked(fault: Fault) -> bool:
    """Say whether a fault is there to be seen by who has no snapshot from before it."""
    return bool(fault.blame and fault.lost and fault.shown)


def outcome(fault: Fault, older: Older | None) -> str:
    """Return the word of the table's column."""
    if older is None or _fell_since(fault, older):
        return NOT_ASKED
    if not any(_wrong(fault, older)):
        return BEFORE
    reason = older.told["blind"] or older.told["pairs"]["unknown"]
    is_honest = older.told["verdict"] == "cannot tell" and bool(reason)
    return CANNOT_TELL if is_honest and not _made_up(older) else WRONG


def wrong(fault: Fault, older: Older | None) -> Iterator[str]:
    """Say what of it is not as it must be."""
    if older is not None and outcome(fault, older) == WRONG:
        yield from _wrong(fault, older)


def _wrong(fault: Fault, older: Older) -> Iterator[str]:
    verdict, sentence = older.told["verdict"], older.told["sentence"]
    if verdict != "broken before":
        yield f"with the fault at t1 already the verdict is {verdict}: {sentence}"
        return
    failed = _failed(older) & older.asked - older.moved
    if failed ^ older.truth and not failed <= older.truth <= failed | _untold(older):
        yield f"{len(failed)} pairs are called older, and {len(older.truth)} are"
    if f" {len(_failed(older))} of " not in sentence:
        yield f"the sentence does not count the {len(_failed(older))} older pairs: {sentence}"
    if not any(all(word in each for word in fault.says) for each in (sentence, *older.first)):
        yield f"what is older is not named: {sentence}"


def _failed(older: Older) -> frozenset[Pair]:
    return _named(older, "never_worked")


def _untold(older: Older) -> frozenset[Pair]:
    """Return the pairs that a node hides which was read at neither time."""
    return _named(older, "unknown")


def _named(older: Older, kind: str) -> frozenset[Pair]:
    listed = older.told["pairs"][kind]
    return frozenset((pair["source"], pair["target"]) for pair in listed)


def _fell_since(fault: Fault, older: Older) -> bool:
    """Say whether a timer lost more between the two: then they are no question."""
    lost = {(pair["source"], pair["target"]) for pair in older.told["pairs"]["lost"]}
    return bool(lost) and lost <= fault.may_lose


def _made_up(older: Older) -> bool:
    surely = _failed(older) & older.asked - older.moved
    return bool(older.told["causes"] or surely - older.truth)
