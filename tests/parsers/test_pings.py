"""The pings of a sweep, sent by the real programs in every shell that a node may have."""

import os
import time
from collections.abc import Iterator

import pytest

from parsers.asked.ping import ENTRY, Ring, probe
from parsers.records import Ping
from parsers.text import Text, decode
from tests.parsers.make_ping_samples import BOTH, HERE, MORE, NOBODY, THERE, ask, scene

pytestmark = [
    pytest.mark.needs("ip", "ping", "busybox", "nsenter"),
    pytest.mark.skipif(os.geteuid() != 0, reason="makes network namespaces"),
]
SHELLS = [("dash",), ("bash",), ("busybox", "sh")]


@pytest.fixture(scope="module")
def netns() -> Iterator[str]:
    """A sender whose router leads to two addresses."""
    with scene() as names:
        yield names["sender"]


@pytest.mark.parametrize("program", ["", "busybox"], ids=["iputils", "busybox"])
@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: shell[0])
def test_every_shell_and_ping_tells_who_answers(
    netns: str, shell: tuple[str, ...], program: str
) -> None:
    said = ask(netns, probe(BOTH).command, program, shell)
    reading = ENTRY.reader(Text(decode(said)))
    assert (reading.blind, reading.ledger.unknown) == ("", ())
    told = {
        (r.source, r.target, r.size): r.answered for r in reading.records if isinstance(r, Ping)
    }
    full = "cannot" if program or shell[0] == "busybox" else "yes"  # its shell takes its own ping
    assert {target: told[HERE, target, "small"] for target in (THERE, MORE, NOBODY)} == {
        THERE: "yes",
        MORE: "yes",
        NOBODY: "no",
    }
    assert {told[HERE, target, "full"] for target in (THERE, MORE)} == {full}
    assert (HERE, NOBODY, "full") not in told
    assert sum(source.startswith("2001:") for source, _, _ in told) == 2


def test_the_time_is_bounded_and_what_was_not_tried_is_blind(netns: str) -> None:
    silent = tuple(f"172.16.79.{number}" for number in range(100, 164))
    ring = Ring((HERE, *silent), tuple(range(1, 65)))
    begun = time.monotonic()
    reading = ENTRY.reader(Text(decode(ask(netns, probe([ring]).command))))
    assert time.monotonic() - begun < ENTRY.probe.limit - 1
    late = 64 - len(reading.records)
    assert late > 0
    assert reading.blind == f"the time was used up before {late} of the pings"


def test_who_is_no_source_sends_nothing(netns: str) -> None:
    said = ask(netns, probe([Ring((THERE, MORE), (1,))]).command)
    assert said == b"source none\ndone\n"


def test_an_answer_that_was_cut_is_blind() -> None:
    reading = ENTRY.reader(Text("source 10.0.0.1\n10.0.0.1 > 10.0.0.2 small 56 bytes: cannot\n"))
    assert reading.blind == "the pings did not come to their end"
