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

_COMMENT = (r"# .*", "a comment of the program's own, with its time")
KNOWN_TO_SAY_NOTHING = {
    "docker-ps": (r'.*"\s.*\(virtual.*', "the size of a container is not kept"),
    "podman-ps": (r".*\s{2}(?:shiny )?[0-9a-f]{12} .*", "ps --pod: inspect tells the pod"),
    "crictl-pods": (r".*\(default\).*", "of the attempt and the runtime nothing is kept"),
    "crictl-ps": (r"[0-9a-f]{13,64} .*", "inspect tells attempts and pods"),
    "ip-counters": (r"\s+alias .*", "ip-addr keeps the alias"),
    "ip-xfrm": (r"\tsel .*", "of associations that replace one another the last one tells"),
    "bird-config": (r"\s*#.*|.*/\*.*shiny.*|.*shiny.*\*/.*", "somebody's comment"),
    "daemons": (r"first .*", "that the first process is seen is all that counts"),
    "kernel-log": (r".*", "most of what a kernel says is about no fault that is looked for"),
    "wg-show": (r"  (?:private|preshared) key: .*", "of a key nothing is kept, hidden or not"),
    "iptables-save": _COMMENT,
    "ip6tables-save": _COMMENT,
    "arptables-save": _COMMENT,
    "ebtables-save": _COMMENT,
}
"""By probe: the lines, with the word in them, in which it may be lost, and why."""


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
            for other in _with_a_word_more(line):
                lines = data.split(b"\n")
                lines[number] = other
                if pattern and re.fullmatch(pattern, other.decode("utf-8", "replace")):
                    continue
                if _told(text_of(sample, b"\n".join(lines))) == before:
                    swallowed.append(f"{sample.name}:{number + 1}: {other.decode()}")
    assert swallowed == []
