"""A whole cluster's recorded answers: nothing blind, no line unknown."""

from pathlib import Path

import pytest

from collector.capture import Outcome
from collector.frames import Frames
from collector.playback import load
from parsers import catalogue
from parsers.read import read
from tests.golden import SAMPLES

RECORDINGS = sorted(SAMPLES.glob("demo/*/*.frames"))


@pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_recorded_node_is_read_whole(path: Path) -> None:
    recording = load(path.read_bytes())
    probes = [catalogue.entry(name).probe for name in recording.probes]
    frames = Frames(recording.node, probes, recording.marker, 1 << 24, 1 << 28)
    frames.feed(recording.stream)
    frames.finish("")
    assert len(frames.captures) > len(probes)
    for capture in frames.captures:
        reading = read(capture)
        is_there = capture.outcome is not Outcome.MISSING and not reading.lacking
        assert reading.blind == "" or not is_there, capture.question
        assert reading.ledger.unknown == (), capture.question
