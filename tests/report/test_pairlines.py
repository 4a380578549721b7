"""Pairs in few lines: nothing is told twice, and nothing is left out."""

from dataclasses import replace

from netsnap.explain.explanation import PairChange, PairGroup, Pairs
from netsnap.model.disposition import Disposition
from netsnap.report import pairlines

A, B, C = ("default/a",), ("default/b",), ("default/c",)
NONE = Pairs(0, 0, (), (), (), (), (), (), ())


def _lost(*groups: PairGroup) -> Pairs:
    return replace(NONE, lost_groups=groups)


def _group(sources: tuple[str, ...], targets: tuple[str, ...], reason: str = "why") -> PairGroup:
    pairs = len(sources) * len(targets)
    return PairGroup(sources, targets, pairs, Disposition.NO_ROUTE, reason)


def test_a_cut_in_both_directions_is_one_line() -> None:
    told = list(pairlines.lost(_lost(_group(A, B), _group(B, A))))
    assert told == ["2 pairs: default/a ↔ default/b: why"]


def test_who_lost_everybody_is_told_once() -> None:
    ours = (*A, *B)
    among = replace(_group(ours, (*A, *B, *C)), pairs=4)
    told = list(pairlines.lost(_lost(among, _group(C, ours))))
    assert told == ["6 pairs: default/a, default/b ↔ default/c, and among themselves: why"]


def test_two_directions_with_two_reasons_tell_both() -> None:
    told = list(pairlines.lost(_lost(_group(A, B, "x"), _group(B, A, "y"))))
    assert told == ["2 pairs: default/a ↔ default/b: → x; ← y"]


def test_a_one_way_cut_is_not_told_as_two_ways() -> None:
    told = list(pairlines.lost(_lost(_group(A, B), _group(B, C))))
    assert told == ["1 pair: default/a → default/b: why", "1 pair: default/b → default/c: why"]


def test_a_reason_of_one_pair_is_not_told_of_all() -> None:
    both = replace(_group(A, (*B, *C), "no way to b"), is_common=False)
    told = list(pairlines.lost(_lost(both)))
    assert told == ["2 pairs: default/a → default/b, default/c: no route, e.g. no way to b"]


def test_groups_with_the_same_ends_and_other_dispositions_are_all_told() -> None:
    other = replace(_group(A, B, "z"), disposition=Disposition.BLACKHOLE)
    told = list(pairlines.lost(_lost(_group(A, B, "x"), other)))
    assert len(told) == 2


def test_pairs_that_are_not_simply_the_same_are_counted() -> None:
    change = PairChange("default/a", "default/b", None, Disposition.DELIVERED)
    told = list(pairlines.others(replace(NONE, new=(change,), gone=(change, change))))
    assert told == ["1 pair is new", "2 pairs are gone with their workload"]


def test_new_pairs_that_do_not_work_are_told_with_one_of_them() -> None:
    dead = PairChange("default/a", "default/new", None, Disposition.BLACKHOLE, "k8s2 drops it")
    well = PairChange("default/b", "default/new", None, Disposition.DELIVERED)
    untold = PairChange("default/c", "default/new", None, Disposition.UNKNOWN, "not read")
    told = list(pairlines.others(replace(NONE, new=(dead, well, untold))))
    assert told == [
        "3 pairs are new, of which 1 does not work, e.g. default/a → default/new: k8s2 drops it"
    ]
    assert list(pairlines.others(replace(NONE, new=(well,)))) == ["1 pair is new"]
