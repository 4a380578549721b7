"""Reader of the files that configure CNI (https://www.cni.dev/docs/spec/)."""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from parsers.jsontext import read_json, text_at
from parsers.reading import Ledger, Reading, UnknownLine
from parsers.records import CniConfiguration
from parsers.text import Text

_TITLE = re.compile(r"==> (\S(?:.*\S)?) <==")
_DEEPEST = 40
"""Levels of a file that are told one by one; what lies deeper is one text."""
_LONGEST = 400  # characters of a path
_SHOWN = 5  # files whose damage is told


def read_cni(text: Text) -> Reading:
    """Read files of JSON, each below a line ``==> NAME <==`` as ``head`` and ``tail`` print it.

    A list of plugins and the older form of one plugin give records of the same shape.
    """
    found: list[tuple[int, CniConfiguration]] = []
    ledgers: list[Ledger] = []
    unknown: list[UnknownLine] = []
    damaged: list[str] = []
    for name, title, body in _files(text.lines):
        read = read_json(body)
        found += [(title + each.line, _configuration(name, each.value)) for each in read.items]
        ledgers.append(read.ledger)
        unknown += (UnknownLine(title + each.line, each.text) for each in read.ledger.unknown)
        if title and (read.damage or not read.items):
            damaged.append(f"{name}: {read.damage or 'the file is empty'}")
    titles = len(ledgers) - 1
    return Reading(
        records=tuple(record for _, record in found),
        line_numbers=tuple(line for line, _ in found),
        ledger=Ledger(
            lines=len(text.lines),
            parsed=sum(each.parsed for each in ledgers) + titles,
            noise=sum(each.noise for each in ledgers),
            unknown=tuple(unknown),
        ),
        blind="; ".join(damaged[:_SHOWN]),
    )


def _files(lines: Sequence[str]) -> Iterator[tuple[str, int, Sequence[str]]]:
    """Yield each file's name, the number of its title (0: none), and its lines."""
    titles = [(n, found[1]) for n, line in enumerate(lines, 1) if (found := _TITLE.fullmatch(line))]
    ends = [number - 1 for number, _ in titles] + [len(lines)]
    yield "", 0, lines[: ends[0]]
    for (number, name), end in zip(titles, ends[1:], strict=True):
        yield name, number, lines[number:end]


def _configuration(file: str, value: Any) -> CniConfiguration:
    plugins = value.get("plugins") if isinstance(value, dict) else None
    listed = plugins if isinstance(plugins, list) else [value]
    return CniConfiguration(
        file=file,
        name=text_at(value, "name"),
        version=text_at(value, "cniVersion"),
        plugins=tuple(filter(None, (text_at(each, "type") for each in listed))),
        settings=tuple(_flat(value, "", 0)),
    )


def _flat(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield each setting by its path: ("plugins.0.mtu", "1440")."""
    inner: list[tuple[str, Any]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = [(str(place), each) for place, each in enumerate(value)]
    if not inner or depth == _DEEPEST or len(path) > _LONGEST:
        yield path, value if isinstance(value, str) else json.dumps(value)
        return
    for name, each in inner:
        yield from _flat(each, f"{path}.{name}".lstrip("."), depth + 1)
