"""A capture's bytes as lines that are safe to match and safe to print."""

import re
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

_LINE_END = re.compile(r"\r?\n")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""C0 and C1 controls but tab and line feed: a terminal acts upon them, ``\\s`` matches some."""


def decode(data: bytes) -> str:
    r"""Decode what a node printed. Never raises, and never drops a byte.

    Bytes that are not UTF-8 and control characters become visible text (``\xff``, ``\x1b``), so
    that a line with an escape code in it is matched as it is written and not as it would look.
    CR LF is a line end.
    """
    text = _LINE_END.sub("\n", data.decode("utf-8", "backslashreplace"))
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


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
