"""What the catalogue knows of one question: the probe, its reader, and how it may fail."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from collector.probe import Probe
from parsers.reading import Reading
from parsers.roles import Record
from parsers.text import Text

NETNS_EXEC = r"(?:(?:sudo )?(?:ip netns exec \S+ |nsenter .*?))?(?:sudo )?"
"""How people go before a command that is asked in a namespace."""

SUDO = r"(?:sudo )?"


class Profile(StrEnum):
    """How much is asked; each profile asks all that those before it ask.

    ``QUICK`` is what the model of forwarding and the chain of causes are made of, ``DEFAULT`` adds
    what tells apart faults that leave those alone and counters that bear witness, ``FULL`` what
    costs a node noticeably more or is seldom needed.
    """

    QUICK = "quick"
    DEFAULT = "default"
    FULL = "full"

    def asks(self, other: "Profile") -> bool:
        """Say whether this profile asks what ``other`` asks."""
        order = list(Profile)
        return order.index(other) <= order.index(self)


@dataclass(frozen=True, slots=True)
class Entry:
    """One question, its reader, and the kinds of record that the answer holds.

    ``typed`` matches the command as people type it, for ``netsnap parse``. ``profile`` is the
    least in which it is asked. ``harmless`` matches whole lines of stderr that leave the answer
    complete: with nothing else on stderr, an exit status other than 0 is no failure. ``quiet``
    says that the program is silent on stderr when all is well, so that a line there that is not
    harmless casts doubt even on exit status 0. ``lacking`` matches a whole line, of stdout or
    stderr, by which a question that failed says that the program knows no such question, or that
    nothing is there to be asked. ``always`` says that a node has such facts whether or not it has
    the program to tell them. ``never_empty`` says that a whole answer has at least one record: an
    empty one is not "nothing there". ``family`` is 4 or 6 where the answer is about that one
    alone, else 0.
    """

    probe: Probe
    reader: Callable[[Text], Reading]
    kinds: tuple[type[Record], ...]
    typed: re.Pattern[str]
    profile: Profile = Profile.DEFAULT
    harmless: re.Pattern[str] | None = None
    quiet: bool = False
    lacking: re.Pattern[str] | None = None
    always: bool = False
    never_empty: bool = False
    family: int = 0


def whole_lines(pattern: str) -> re.Pattern[str]:
    """Match whole lines, with their ends: for ``harmless``."""
    return re.compile(rf"^(?:{pattern})$\n?", re.MULTILINE)
