"""The first screen of a diff has twelve rows at most, whatever there is to tell."""

import io
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from netsnap.diff.changes import Blind, Difference
from netsnap.explain.explanation import (
    Cause,
    Evidence,
    Explanation,
    Observation,
    Observed,
    Pending,
    Verdict,
    When,
)
from netsnap.report import terminal
from netsnap.report.screen import ROWS
from parsers.facts import BlindSpot
from tests.report.sample import T1, T2, explanation, snapshot

WIDE = 100
TEXTS = st.text(alphabet="abc 0.:/→é", max_size=400)
COUNTS = st.integers(0, 30)
SAMPLE = explanation()


def screen(told: Explanation, *, is_terminal: bool = True, columns: int = WIDE) -> list[str]:
    """Return the rows of the first screen."""
    out = io.StringIO()
    console = Console(
        file=out, width=columns, force_terminal=is_terminal, color_system=None, highlight=False
    )
    terminal.show(told, snapshot(T1, "a"), snapshot(T2, "b"), console)
    return out.getvalue().splitlines()


def some_cause(text: str, effects: int) -> Cause:
    """Return the sample's cause with other words, and so many consequences."""
    cause = SAMPLE.causes[0]
    return replace(
        cause,
        sentence=f"The cause {text}",
        consequences=cause.consequences[:1] * effects,
        evidence=(replace(cause.evidence[0], text=text, snapshot="t1"), *cause.evidence),
        when=When(T1, T2, T2 - timedelta(minutes=1), "BIRD's since"),
    )


def observation(text: str, pairs: int) -> Observation:
    """Return pings that are lost and that no table explains."""
    line = Evidence("k8s1", "host", f"ping {text}", T2, 1, text, "t2")
    lost = tuple(SAMPLE.pairs.lost) * pairs
    return Observation(
        Observed.LOST, "small", False, f"Pings {text}", lost, SAMPLE.pairs.lost_groups, (line,),
        (text,) * 4, (text,) * 4,
    )  # fmt: skip


def pending(text: str, effects: int) -> Pending:
    """Return pairs that a timer will take."""
    pairs = SAMPLE.pairs
    return Pending(
        some_cause(text, effects), ("k8s1–k8s2",) * effects, datetime(2026, 11, 23, tzinfo=UTC),
        text, pairs.lost, pairs.lost_groups,
    )  # fmt: skip


def spots(texts: Iterable[str]) -> tuple[Blind, ...]:
    """Return blind spots for these reasons."""
    return tuple(
        Blind(BlindSpot("k8s1", "host", f"p{at}", "", frozenset({"route"}), text), "t2")
        for at, text in enumerate(texts)
    )


@st.composite
def explanations(draw: st.DrawFn) -> Explanation:
    """Draw an explanation with any number of anything, in any words."""
    text = draw(TEXTS)
    verdict = draw(st.sampled_from(Verdict))
    coming = tuple(pending(text, draw(COUNTS)) for _ in range(draw(st.integers(0, 3))))
    if verdict is Verdict.PENDING and not coming:
        coming = (pending(text, 1),)
    texts = draw(st.lists(TEXTS, max_size=20))
    return replace(
        SAMPLE,
        verdict=verdict,
        sentence=draw(TEXTS),
        causes=tuple(some_cause(text, draw(COUNTS)) for _ in range(draw(st.integers(0, 15)))),
        pending=coming,
        observed=tuple(observation(text, draw(COUNTS)) for _ in range(draw(st.integers(0, 4)))),
        difference=Difference((), (), spots(texts), 1, 1),
        noise=tuple(texts[:9]),
        witnesses=tuple(draw(st.lists(TEXTS, max_size=20))),
        pairs=replace(
            SAMPLE.pairs, lost_groups=SAMPLE.pairs.lost_groups * draw(st.integers(1, 20))
        ),
    )


@settings(max_examples=60, deadline=None)
@given(explanations(), st.booleans(), st.sampled_from([80, WIDE, 160]))
def test_any_explanation_fits_on_the_first_screen(
    told: Explanation, is_terminal: bool, columns: int
) -> None:
    rows = screen(told, is_terminal=is_terminal, columns=columns)
    assert len(rows) <= ROWS
    if is_terminal:
        assert max(map(len, rows)) <= columns


def test_what_has_no_room_is_counted_by_what_it_is() -> None:
    told = replace(
        SAMPLE,
        causes=(some_cause("fell", 5),),
        witnesses=("an event",) * 4,
        difference=Difference((), (), spots(f"reason {n}" for n in range(9)), 1, 1),
    )
    rows = screen(told)
    assert rows[0].startswith("BROKEN")
    assert "(--details)" in rows[-1]
    for words in ("4 consequences", "8 blind spots", "3 events"):
        assert words in rows[-1]


@pytest.mark.parametrize("is_terminal", [True, False])
def test_every_section_is_begun_before_any_is_told_to_its_end(*, is_terminal: bool) -> None:
    told = replace(
        SAMPLE,
        causes=(some_cause("fell", 9),),
        difference=Difference((), (), spots(f"reason {n}" for n in range(9)), 1, 1),
    )
    names = [row[:12].strip() for row in screen(told, is_terminal=is_terminal)]
    for name in ("cause 1", "pairs", "cannot tell", "events"):
        assert name in names


def test_a_line_of_60_thousand_letters_is_cut_at_once() -> None:
    began = process_time()
    rows = screen(replace(SAMPLE, causes=(some_cause("10.0.0.1, " * 6000, 0),)))
    assert process_time() - began < 5, "seconds"
    assert any("…" in row for row in rows)


def test_a_cut_line_keeps_when_it_was() -> None:
    told = replace(SAMPLE, causes=(some_cause("very " * 90, 0),))
    headline = " ".join(row.strip() for row in screen(told)[2:4])
    assert "…" in headline
    assert headline.endswith("(at 12:04:00Z by BIRD's since)")
