"""A capture's bytes as lines that are safe to match and safe to print."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

_LINE_END = re.compile(r"\r?\n")
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u1680\u2000-\u200a\u200e\u200f\u2028-\u202f\u205f-\u2069\u3000]"
)
"""What a terminal acts upon, and what ``\\s`` matches though a name may hold it: controls but tab
and line feed, marks of direction, and Unicode's blanks (a no-break space is in no name)."""

_LAST_BYTE = 0xFF


def decode(data: bytes) -> str:
    r"""Decode what a node printed. Never raises, and never drops a byte.

    Bytes that are not UTF-8 and control characters become visible text (``\xff``, ``\x1b``,
    ``\u2028``), so that a line with an escape code in it is matched as it is written and not as
    it would look. CR LF is a line end.
    """
    text = _LINE_END.sub("\n", data.decode("utf-8", "backslashreplace"))
    return _CONTROL.sub(_escape, text)


def visible(text: str) -> str:
    """Return a text that was not a line of an answer in the form that ``decode`` gives."""
    return decode(text.encode("utf-8", "surrogateescape"))


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number <= _LAST_BYTE else f"\\u{number:04x}"


@dataclass(frozen=True)
class Text:
    """A decoded answer, and what its reader may need to know about the question.

    ``subject`` is the interface of an INTERFACE probe ("" if unknown), ``taken`` the node's clock
    when the command began (UTC, None if unknown).
    """

    content: str
    probe: str = ""
    subject: str = ""
    taken: datetime | None = None

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends; a last line without one counts like the others."""
        lines = self.content.split("\n")
        if not lines[-1]:
            lines.pop()
        return lines
