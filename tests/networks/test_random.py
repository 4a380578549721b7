"""Some hundreds of random networks; ``make networks`` draws as many as wanted."""

import pytest

from tests.networks.__main__ import several


@pytest.mark.parametrize("seed", [11, 12])
def test_classes_say_of_random_networks_what_single_walks_say(seed: int) -> None:
    wrong, told = several(seed, range(100))
    assert wrong == []
    assert all(told[each] > 50 for each in ("short cut", "class", "walk", "lost", "restored"))
