"""The break between two snapshots, found by few questions."""

from math import ceil, log2

from hypothesis import given
from hypothesis import strategies as st

from netsnap.explain.bisect import bisect

told = st.sampled_from([True, False, None])


@given(st.lists(told, min_size=0, max_size=40))
def test_what_is_found_is_a_break(states: list[bool | None]) -> None:
    found = bisect(len(states), lambda number: states[number])
    if len(states) < 2 or states[0] is not True or states[-1] is not False:
        assert found is None
        return
    assert found is not None
    assert (states[found.last], states[found.first]) == (True, False)
    assert set(range(found.last + 1, found.first)) == set(found.untold)
    assert all(states[number] is None for number in found.untold)


@given(st.integers(2, 4000), st.data())
def test_one_break_among_many_takes_few_questions(count: int, data: st.DataObject) -> None:
    broke = data.draw(st.integers(1, count - 1))
    found = bisect(count, lambda number: number < broke)
    assert found is not None
    assert (found.last, found.first) == (broke - 1, broke)
    assert found.asked <= 2 + ceil(log2(count))
