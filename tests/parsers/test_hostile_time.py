"""A node that prints nonsense costs time in proportion to its length, whichever reader gets it."""

import re
import time
from collections.abc import Iterator

import pytest

from parsers.catalogue import ENTRIES
from parsers.entry import Entry
from parsers.text import Text, decode
from tests.golden import samples

LENGTH = 100_000
SECONDS = 2.0
NONSENSE = ("a b", " ", "1", "\t ", '"', "\\", "|", "a=", "[", "{ ", ": ", "x.", "fe80::", ", ")


FILLING = (" ", "1")
CUTS = (1, 2, 4)


def _first_lines(entry: Entry) -> list[str]:
    """Return lines that the reader knows, each once: nonsense follows on them."""
    known: dict[str, None] = {}
    for sample in samples():
        if sample.parent.name == entry.probe.name:
            known.update(dict.fromkeys(sample.read_text("utf-8", "replace").splitlines()[:12]))
    return list(known)[:24]


def _cut(line: str) -> Iterator[str]:
    """Yield beginnings of a line, each up to the end of a word."""
    words = re.findall(r"\s*\S+", line)
    for count in CUTS:
        if count < len(words):
            yield "".join(words[:count])


def _assert_is_fast(entry: Entry, line: str) -> None:
    text = Text(decode(line.encode()), entry.probe.name)
    began = time.process_time()
    entry.reader(text)
    assert time.process_time() - began < SECONDS, line[:80]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.probe.name)
def test_a_long_line_of_nonsense_is_read_in_linear_time(entry: Entry) -> None:
    for nonsense in NONSENSE:
        long = nonsense * (LENGTH // len(nonsense))
        lines = [long, f"x{long}x", *(f"{line}{long}x" for line in _first_lines(entry))]
        for line in lines:
            _assert_is_fast(entry, line)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.probe.name)
def test_nonsense_in_the_middle_of_a_line_is_read_in_linear_time(entry: Entry) -> None:
    for line in _first_lines(entry):
        for beginning in _cut(line):
            for filling in FILLING:
                _assert_is_fast(entry, f"{beginning}{filling * LENGTH}x")
