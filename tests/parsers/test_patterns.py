"""Regular expressions that mean the same on every Python that netsnap runs on."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted(
    path
    for room in ("collector", "netsnap", "parsers", "templates")
    for path in (ROOT / room).rglob("*")
    if path.suffix in (".py", ".textfsm")
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_group_is_repeated_possessively(path: Path) -> None:
    """Before Python 3.11.5, Debian 12's among them, ``(…)*+`` misses matches (cpython gh-106052).

    An atomic group, ``(?>(…)*)``, means the same and has no such fault.
    """
    assert not re.search(r"\)[*+?]\+", path.read_text(encoding="utf-8"))
