"""A snapshot that is made visit by visit is the one that would be made of the whole sweep."""

from dataclasses import replace
from pathlib import Path

from collector.capture import Sweep, Visit
from netsnap.history.saving import Saving
from netsnap.history.store import History
from parsers.read import read
from tests.history.sweeps import sweep


def _saved(history: History, whole: Sweep) -> tuple[Saving, Sweep]:
    """Hand in the visits in the order in which nodes happen to end: not the inventory's."""
    saving = history.saving()
    bare = {visit.node: saving.add(visit) for visit in reversed(whole.visits)}
    return saving, replace(whole, visits=tuple(bare[visit.node] for visit in whole.visits))


def _unknown(visit: Visit) -> int:
    return sum(read(capture).ledger.unknown_count for capture in visit.captures)


def _strange(whole: Sweep) -> Sweep:
    """Put a line that no template knows at the end of one answer of each visit."""
    visits = []
    for visit in whole.visits:
        first, *others = visit.captures or (None,)
        if first is not None:
            first = replace(first, stdout=first.stdout + b"shiny new line\n" * 3)
            visit = replace(visit, captures=(first, *others))  # noqa: PLW2901 -- the same visit, stranger
        visits.append(visit)
    return replace(whole, visits=tuple(visits))


def test_it_has_the_id_and_the_contents_of_the_sweep_saved_at_once(tmp_path: Path) -> None:
    with (
        History.open(tmp_path / "whole.db") as whole,
        History.open(tmp_path / "parts.db") as parts,
    ):
        for minutes in (0, 1, 1):
            each = sweep(minutes)
            head = whole.save(each)
            saving, bare = _saved(parts, each)
            again = saving.finish(bare)
            assert (again.id, again.captures, again.reached) == (
                head.id,
                head.captures,
                head.reached,
            )
            assert parts.load(again) == whole.load(head)
        assert parts.verify() == []


def test_nothing_is_in_the_history_before_the_end(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.db") as history:
        saving, bare = _saved(history, sweep())
        assert history.heads() == []
        saving.finish(bare, label="noon")
        assert [head.label for head in history.heads()] == ["noon"]


def test_a_visit_comes_back_without_what_it_printed(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.db") as history:
        _, bare = _saved(history, sweep())
    captures = [capture for visit in bare.visits for capture in visit.captures]
    assert captures
    assert all(capture.stdout == capture.stderr == b"" for capture in captures)


def test_it_counts_the_unknown_lines_also_of_what_it_need_not_read(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.db") as history:
        for _ in range(2):  # the second time every answer is known
            whole = _strange(sweep())
            saving, bare = _saved(history, whole)
            for visit, given_back in zip(whole.visits, bare.visits, strict=True):
                assert saving.unknown(given_back) == _unknown(visit)
            assert any(map(saving.unknown, bare.visits))
            saving.finish(bare)
