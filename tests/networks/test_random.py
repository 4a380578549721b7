"""Some hundreds of random networks; ``make networks`` draws as many as wanted."""

import pytest

from tests.networks.__main__ import several


@pytest.mark.parametrize("seed", [11, 12])
def test_classes_say_of_random_networks_what_single_walks_say(seed: int) -> None:
    assert several(seed, range(150)) == []
