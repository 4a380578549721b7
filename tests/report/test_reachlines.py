"""Who reaches whom in few lines."""

from dataclasses import replace

from netsnap.explain.explanation import PairChange
from netsnap.model.disposition import Disposition
from netsnap.report.reachlines import reach_lines
from tests.report.test_pairlines import NONE

WELL, CUT = Disposition.DELIVERED, Disposition.NO_ROUTE


def _pairs(name: str, *others: str, after: Disposition | None) -> tuple[PairChange, ...]:
    both = ((name, other) for other in others)
    return tuple(
        PairChange(*pair, None, after, "why")
        for there in both
        for pair in (there, (there[1], there[0]))
    )


def test_a_workload_that_came_is_one_line_with_what_of_it_does_not_work() -> None:
    new = (*_pairs("new", "a", "b", after=WELL), *_pairs("new", "c", after=CUT))
    lines = list(reach_lines(replace(NONE, total=6, working=4, new=new)))
    assert lines == [
        "working      4 of 6 pairs",
        "new          new: 6 pairs, 2 of them do not work",
    ]


def test_two_workloads_that_went_are_told_with_each_pair_once() -> None:
    gone = (*_pairs("x", "a", "b", "y", after=None), *_pairs("y", "a", "b", after=None))
    lines = list(reach_lines(replace(NONE, total=10, gone=gone)))
    assert lines[1:] == ["gone         x: 6 pairs", "             y: 4 pairs"]
