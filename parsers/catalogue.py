"""All that netsnap asks of a node, in the order in which it is asked, and who reads the answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from collector.probe import Probe, Where
from parsers.errors import ParseError
from parsers.neighbours import read_neighbours
from parsers.reading import Reading
from parsers.records import (
    Neighbour,
)
from parsers.roles import Record
from parsers.text import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One question, its reader, and the kinds of record that the answer holds.

    ``typed`` matches the command as people type it, for ``netsnap parse``. ``harmless`` matches a
    whole line of stderr that leaves the answer complete: with nothing else on stderr, an exit
    status other than 0 is no failure. ``quiet`` says that the program is silent on stderr when
    all is well, so that a line there that is not harmless casts doubt even on exit status 0.
    """

    probe: Probe
    reader: Callable[[Text], Reading]
    kinds: tuple[type[Record], ...]
    typed: re.Pattern[str]
    harmless: re.Pattern[str] | None = None
    quiet: bool = False


_NETNS_EXEC = r"(?:ip netns exec \S+ |nsenter .*?)?"


def _ip(words: str, *, family: str = r"(?: -4)?") -> re.Pattern[str]:
    """Match an ``ip`` command with any options but those for a family."""
    options = r"(?: -(?!4\b|6\b)\w+)*"
    return re.compile(f"{_NETNS_EXEC}ip{options}{family}{options} {words}(?: .*)?")


ENTRIES: tuple[Entry, ...] = (
    Entry(
        Probe("ip-neigh", "ip neigh show", Where.NETNS, needs="ip"),
        read_neighbours,
        (Neighbour,),
        _ip(r"n(?:eigh(?:bou?r)?)?", family="(?: -[46])?"),
        quiet=True,
    ),
)

PROBES: tuple[Probe, ...] = tuple(each.probe for each in ENTRIES)

_BY_NAME = {each.probe.name: each for each in ENTRIES}


def entry(name: str) -> Entry:
    """Return the entry of a probe. Raises ParseError if no probe has this name."""
    try:
        return _BY_NAME[name]
    except KeyError:
        raise ParseError(_unknown(name)) from None


def find(command: str) -> Entry:
    """Return the entry that reads a command: a probe's name, or the command as typed.

    Raises ParseError, which lists what can be read, if there is none.
    """
    words = " ".join(command.split())
    if words in _BY_NAME:
        return _BY_NAME[words]
    for each in ENTRIES:
        if each.typed.fullmatch(words) or words == each.probe.text():
            return each
    raise ParseError(_unknown(command))


def _unknown(command: str) -> str:
    known = ", ".join(_BY_NAME)
    return f"nothing here reads {command!r}; what can be read: {known}"
