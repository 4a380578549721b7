"""No grammar swallows a word that it was not written for.

A word that no program prints is put into the lines of every sample, at each place between two
words. The line must become unknown, or the word must show in what was read of it: a rule that
drops it without a trace would drop a fact just so.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from parsers.reading import Reading
from tests.golden import SAMPLES, reading_of, samples, text_of

STRANGE = b"shiny"
SHAPES = 16
"""Lines of a sample that are tried; lines that differ in numbers alone count as one."""

PLACES = 8
"""Places of a line that are tried."""

KNOWN_TO_SAY_NOTHING = {
    "bird-config": (r".*(?:#|/\*).*|.*\*/", "a comment"),
    "daemons": (r"first .*", "that the first process is to be seen is all that is to be known"),
    "docker-ps": (r'.*"\s.*\(virtual [^)]*\)', "the size of a container is not kept"),
    "ip-counters": (r"\s+alias .*", "ip-addr keeps the alias"),
    "kernel-log": (r"(?!btime|oldest).*", "of equal messages the last is kept"),
    "iptables-save": (r"# .*", "a comment of the program's own, with its time"),
    "ip6tables-save": (r"# .*", "a comment of the program's own, with its time"),
}
"""By probe: the lines in which a strange word may be lost, and why."""


def _is_text(sample: Path) -> bool:
    """JSON and YAML have members by the hundred that no record keeps; a strange one is no news."""
    return not re.match(rb"\s*(?:[\[{]|---|- |apiVersion:|kind:)", sample.read_bytes())


PROBES = sorted({each.parent.name for each in samples() if _is_text(each)})


def _told(reading: Reading) -> tuple[object, ...]:
    unknown = tuple(each.text for each in reading.ledger.unknown)
    return reading.records, unknown, reading.blind


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the number, from 0, and the text of the first line of each shape."""
    shapes: set[bytes] = set()
    for number, line in enumerate(data.split(b"\n")):
        shape = re.sub(rb"[0-9a-f]{4,}|\d+", b"0", line)
        if line.strip() and shape not in shapes and len(shapes) < SHAPES:
            shapes.add(shape)
            yield number, line


def _with_a_word_more(line: bytes) -> Iterator[bytes]:
    places = [found.end() for found in re.finditer(rb"\s+", line.rstrip())]
    for place in places[:: max(1, len(places) // PLACES)]:
        yield line[:place] + STRANGE + b" " + line[place:]
    yield line.rstrip() + b" " + STRANGE


@pytest.mark.parametrize("probe", PROBES)
def test_a_strange_word_is_never_swallowed(probe: str) -> None:
    pattern, _ = KNOWN_TO_SAY_NOTHING.get(probe, ("", ""))
    swallowed: list[str] = []
    for sample in filter(_is_text, sorted((SAMPLES / probe).glob("*.txt"))):
        data = sample.read_bytes()
        before = _told(reading_of(sample))
        for number, line in _lines(data):
            if pattern and re.fullmatch(pattern, line.decode("utf-8", "replace")):
                continue
            for other in _with_a_word_more(line):
                lines = data.split(b"\n")
                lines[number] = other
                if _told(text_of(sample, b"\n".join(lines))) == before:
                    swallowed.append(f"{sample.name}:{number + 1}: {other.decode()}")
    assert swallowed == []
