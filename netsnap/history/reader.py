"""Which readers read a history's answers, and reading so that equal answers read equally.

A page of readings is only ever used by the very readers that made it: two snapshots, one from
before and one from after an upgrade of netsnap, are read by the same rules or their difference
would be the upgrade's. What was read by others is read again from the raw answers.
"""

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from collector.capture import Capture
from parsers import codec
from parsers.errors import ParseError
from parsers.read import read
from parsers.reading import Reading

_READERS = {"parsers": (".py",), "templates": (".textfsm",)}


@cache
def version() -> str:
    """Return 16 hex digits that change whenever a file of the readers does."""
    digest = hashlib.sha256()
    for package, suffixes in _READERS.items():
        for name, content in sorted(_files(resources.files(package), suffixes, "")):
            digest.update(f"{package}/{name} {len(content)}\n".encode())
            digest.update(content)
    return digest.hexdigest()[:16]


def _files(
    folder: Traversable, suffixes: tuple[str, ...], path: str
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of a package and of the packages in it, by their paths."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _files(entry, suffixes, f"{path}{entry.name}/")
        elif entry.name.endswith(suffixes):
            yield f"{path}{entry.name}", entry.read_bytes()


def line(capture: Capture) -> bytes:
    """Return the reading of a capture as one line of JSON.

    ``capture`` is stripped by ``sheet.stripped``: without node, scope and time, so that nothing
    can be read from it that is not part of what the answer is stored under. A question that no
    reader knows (a later netsnap asked it) is blind, and neither an error nor empty.
    """
    try:
        reading = read(capture)
    except ParseError as error:
        reading = Reading(blind=f"this version of netsnap does not read it: {error}")
    return codec.encode(reading)
