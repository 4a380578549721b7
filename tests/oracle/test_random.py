"""Whatever a namespace holds is read alike off the text, off JSON and off netlink."""

import os
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from parsers import catalogue
from parsers.read import read_text
from parsers.records import Interface
from tests.oracle import beside, compare, rulesets, state
from tests.oracle.namespaces import kinds_here, namespace
from tests.oracle.world import ASKED, world
from tests.parsers import scene

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces: needs root")

COMMANDS = 60
STATES = 60
BRIDGES = 30
FILTERS = 15
ONE_OF_EACH = 100

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


@needs_root
@pytest.mark.needs("bridge", "tc")
@settings(
    max_examples=BRIDGES, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
@given(cast=st.integers(0, 2**32), seeds=seeds)
def test_bridges_and_queues_are_what_json_tells(far: str, cast: int, seeds: list[int]) -> None:
    commands = beside.commands(cast, seeds)
    with world(far) as here:
        here.do(commands)
        verdict = beside.check(here)
    note("\n".join(map(ascii, commands)))
    assert verdict.differences == ()


@needs_root
@pytest.mark.needs("nft")
@settings(
    max_examples=FILTERS, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True
)
@given(cast=st.integers(0, 2**32), seeds=st.lists(st.integers(0, 2**48), min_size=25, max_size=25))
def test_a_packet_filter_is_what_json_tells(far: str, cast: int, seeds: list[int]) -> None:
    commands = rulesets.commands(cast, seeds)
    with world(far) as here:
        rulesets.do(here, commands)
        verdict = rulesets.check(here)
    note("\n".join(commands))
    assert verdict.differences == ()


@needs_root
def test_one_of_everything_is_told_the_same(far: str) -> None:
    with world(far) as here:
        here.do([line for line in f"{scene.COMMANDS}{scene.OPTIONAL}".splitlines() if line])
        verdict = compare.check(here)
    assert verdict.differences == ()
    assert verdict.records >= ONE_OF_EACH


@needs_root
def test_a_difference_is_found(far: str) -> None:
    """The oracle itself: a record that is not what the witnesses say is told, and which field."""
    with world(far) as here:
        here.do([line.format("up0", "up1") for line in state.PROLOGUE])
        readings = {each: read_text(each, text) for each, text in compare.ask(here).items()}
        links = readings["ip-addr"].records
        wrong = [replace(each, mtu=9) for each in links if isinstance(each, Interface)][:1]
        readings["ip-addr"] = replace(readings["ip-addr"], records=tuple(wrong))
        found = [*compare.against_json(here, readings), *compare.against_netlink(here, readings)]
    assert any("mtu: 9 but 65536" in each for each in found)
    assert any("nothing but" in each for each in found)


QUESTIONS = {probe: ("ip", *words) for probe, words in ASKED.items()} | beside.ASKED


@pytest.mark.parametrize("probe", QUESTIONS)
def test_the_oracle_asks_what_the_catalogue_asks(probe: str) -> None:
    asked = re.sub(r"\s+", " ", catalogue.entry(probe).probe.text())
    assert asked == " ".join(QUESTIONS[probe])
