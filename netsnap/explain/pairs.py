"""Who could reach whom at t1 and at t2, pair by pair and in groups."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations

from netsnap.explain.cells import Cell, Changes, Pair, Tell
from netsnap.explain.explanation import OUTSIDE, PairChange, Pairs
from netsnap.explain.grouping import groups
from netsnap.explain.matrix import Matrix, failing
from netsnap.model.disposition import Disposition
from netsnap.model.sure import unsure
from netsnap.model.sweep import Set, places, set_of

KEPT = "kept"

Names = tuple[str, ...]


@dataclass(frozen=True)
class EveryPair:
    """What became of each pair of either snapshot, in order, walked one by one."""

    before: Matrix
    after: Matrix

    def __iter__(self) -> Iterator[PairChange]:
        names = sorted(self.before.endpoints.keys() | self.after.endpoints.keys())
        for pair in permutations(names, 2):
            if self.before.holds(pair) or self.after.holds(pair):
                yield _pair_change(pair, self.before, self.after)


def compare_pairs(before: Matrix, after: Matrix) -> Pairs:
    """Hold every pair of either snapshot against itself in the other.

    One pair is walked for all whose ends are alike in both; another is when somebody asks for it.
    """
    found: dict[str, list[Cell]] = defaultdict(list)
    members = [tuple(names) for names in _alike(before, after)]
    asked = _asked(members, before, after)
    total = working = 0 if asked is None else _unasked(members, asked, before, after)
    for cell, works in _cells(members, asked, before, after):
        pair = cell.first
        total += cell.size
        if works:
            working += cell.size
            continue
        working += cell.size * (_pair_change(pair, before, after).after is Disposition.DELIVERED)
        kind = _class_of(pair, before, after)
        if kind != KEPT:
            found[kind].append(cell)
    told = {
        kind: _told(found[kind], lambda pair: _pair_change(pair, before, after))
        for kind in ("lost", "restored", "never_worked", "new", "gone", "unknown")
    }
    return Pairs(
        total=total,
        working=working,
        **told,
        lost_groups=groups(told["lost"]),
        **_outside(before, after),
        all=EveryPair(before, after),
    )


def _told(cells: list[Cell], tell: Tell) -> Sequence[PairChange]:
    return Changes(tuple(cells), tell) if cells else ()


def _alike(before: Matrix, after: Matrix) -> list[list[str]]:
    """Group the workloads that are alike in both snapshots."""
    members: dict[tuple[int | None, int | None], list[str]] = defaultdict(list)
    for name in sorted(before.endpoints.keys() | after.endpoints.keys()):
        members[before.classes.get(name), after.classes.get(name)].append(name)
    return list(members.values())


def _asked(members: Sequence[Names], before: Matrix, after: Matrix) -> list[Set] | None:
    """Return which two classes do not surely work as they did; None if each has to be asked."""
    first = [names[0] for names in members]
    was, is_ = ([each.endpoints.get(name) for name in first] for each in (before, after))
    return unsure(before.sure, was, after.sure, is_)


def _unasked(members: Sequence[Names], asked: list[Set], before: Matrix, after: Matrix) -> int:
    """Count the pairs of two classes that are in both snapshots and need not be asked."""
    sizes = {
        at: len(names)
        for at, names in enumerate(members)
        if names[0] in before.endpoints and names[0] in after.endpoints
    }
    whole, here = sum(sizes.values()), set_of(sizes)
    return sum(
        size * (whole - size - sum(map(sizes.__getitem__, places(asked[at] & here))))
        for at, size in sizes.items()
    )


def _cells(
    members: Sequence[Names], asked: list[Set] | None, before: Matrix, after: Matrix
) -> Iterator[tuple[Cell, bool]]:
    """Yield the pairs that are asked about, and whether they surely work as they did after all."""
    for one in members:
        if len(one) > 1:
            yield Cell(one, one), all(_just_work(one[:2], before, after))
    for at, one in enumerate(members):
        others = range(at + 1, len(members)) if asked is None else places(asked[at] >> at << at)
        for two in map(members.__getitem__, others):
            ways = (False, False)
            if asked is None:
                ways = _just_work((one[0], two[0]), before, after)
            for cell, works in zip((Cell(one, two), Cell(two, one)), ways, strict=True):
                if works or before.holds(cell.first) or after.holds(cell.first):
                    yield cell, works


def _just_work(pair: Sequence[str], before: Matrix, after: Matrix) -> tuple[bool, bool]:
    """Say of a pair, and of the pair turned round, whether it surely works as it did."""
    if not all(name in each.endpoints for each in (before, after) for name in pair):
        return False, False
    told = [each.sure.doubts(*(each.endpoints[name] for name in pair)) for each in (before, after)]
    was, is_ = told
    if was is None or is_ is None:
        return False, False
    return was[0] == is_[0] or not is_[0], was[1] == is_[1] or not is_[1]


def _pair_change(pair: Pair, before: Matrix, after: Matrix) -> PairChange:
    was = before.state(pair) if before.holds(pair) else None
    is_ = after.state(pair) if after.holds(pair) else None
    told = is_ if is_ is not None and is_.works is not True else was
    reason = failing(told).reason if told else ""
    for here, other in ((before, after), (after, before)):
        if not here.holds(pair) and here.lacks(pair, other) is None:
            names = " and ".join(name for name in pair if name not in here.endpoints)
            reason = f"which network namespace is that of {names} was not read"
    end = is_.disposition if is_ else None
    if was and is_ and (doubt := doubtful(pair, before, after)):
        reason, end = f"whether it still gets through is not told: {doubt}", Disposition.UNKNOWN
    return PairChange(pair[0], pair[1], was.disposition if was else None, end, reason)


def doubtful(pair: Pair, before: Matrix, after: Matrix) -> str:
    """Return a doubt that makes it untold whether a pair still works, "" if none does.

    Lines of a packet filter that are not understood do no harm while they stay as they are.
    """
    if not (before.works(pair) and after.works(pair)):
        return ""
    was, is_ = before.doubts(pair), after.doubts(pair)
    if not is_ or was == is_:
        return ""
    return next((each for each in is_ if each not in was), is_[0])


def _class_of(pair: Pair, before: Matrix, after: Matrix) -> str:
    if not before.holds(pair):
        return "new" if before.lacks(pair, after) else "unknown"
    if not after.holds(pair):
        return "gone" if after.lacks(pair, before) else "unknown"
    was, is_ = before.works(pair), after.works(pair)
    if was is None or is_ is None or doubtful(pair, before, after):
        return "unknown"
    return {
        (True, False): "lost",
        (False, True): "restored",
        (False, False): "never_worked",
        (True, True): KEPT,
    }[was, is_]


def _outside(before: Matrix, after: Matrix) -> dict[str, Sequence[PairChange]]:
    """Return the ways out that are lost, those that came back, and those not told any more."""
    found: dict[str, list[Cell]] = defaultdict(list)
    for names in _alike(before, after):
        kind = _class_of_way_out(names[0], before, after)
        if kind != KEPT:
            found[kind].append(Cell(tuple(names), (OUTSIDE,)))
    return {
        f"outside_{kind}": _told(found[kind], lambda pair: _way_out_change(pair, before, after))
        for kind in ("lost", "restored", "unknown")
    }


def _class_of_way_out(name: str, before: Matrix, after: Matrix) -> str:
    pair = (name, OUTSIDE)
    was, is_ = before.works(pair), after.works(pair)
    if name not in before.endpoints or name not in after.endpoints:
        return KEPT
    if was is True and is_ is not True:
        return "lost" if is_ is False else "unknown"
    if was is False and is_ is True:
        return "restored"
    return "unknown" if doubtful(pair, before, after) else KEPT


def _way_out_change(pair: Pair, before: Matrix, after: Matrix) -> PairChange:
    end, reason = after.disposition(pair), after.reason(pair)
    if doubt := doubtful(pair, before, after):
        reason, end = f"whether it still gets through is not told: {doubt}", Disposition.UNKNOWN
    return PairChange(*pair, before.disposition(pair), end, reason)
