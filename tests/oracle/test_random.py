"""Whatever a namespace holds is read alike off the text, off JSON and off netlink."""

import os
import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from parsers import catalogue
from tests.oracle import compare, state
from tests.oracle.world import ASKED, kinds_here, namespace, world

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces: needs root")

COMMANDS = 60
STATES = 100

seeds = st.lists(st.integers(0, 2**48), min_size=COMMANDS, max_size=COMMANDS)


@pytest.fixture(scope="module")
def far() -> Iterator[str]:
    """The namespace in which the far ends of links live."""
    with namespace() as name:
        yield name


@needs_root
@settings(
    max_examples=STATES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
@given(cast=st.integers(0, 2**32), seeds=seeds)
def test_text_and_json_and_netlink_tell_the_same(far: str, cast: int, seeds: list[int]) -> None:
    commands = state.commands(cast, seeds, kinds_here())
    with world(far) as here:
        here.do(commands)
        verdict = compare.check(here)
    note("\n".join(map(ascii, commands)))
    assert verdict.differences == ()


@pytest.mark.parametrize("probe", ASKED)
def test_the_oracle_asks_what_the_catalogue_asks(probe: str) -> None:
    asked = re.sub(r"\s+", " ", catalogue.entry(probe).probe.text())
    assert asked == " ".join(("ip", *ASKED[probe]))
