"""Which readers made a page: whatever is read by must tell in the version."""

from importlib import resources
from pathlib import Path

import parsers
import templates
from netsnap.history.reader import _READERS, _files


def test_every_file_of_the_readers_tells_in_their_version() -> None:
    for package in (parsers, templates):
        folder = Path(str(resources.files(package)))
        suffixes = _READERS[package.__name__]
        told = {name for name, _ in _files(resources.files(package), suffixes, "")}
        there = {
            str(path.relative_to(folder))
            for path in folder.rglob("*")
            if path.name.endswith(suffixes)
        }
        assert told == there
    assert any("/" in name for name, _ in _files(resources.files(parsers), (".py",), ""))
