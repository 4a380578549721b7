"""What a node's text may do to its reader's terminal: nothing.

A node's output can carry escape codes, bidirectional overrides, newlines or halves of surrogate
pairs; none of them may act on a screen, forge a line, or end the command that prints them.
"""

import json
import re
import unicodedata
from typing import Any

_BYTE = 256
_BREAKS = ("Zl", "Zp")  # where some programs begin a new line
_NOT_PLAIN = re.compile(r"[^\n -~]")


def printable(text: str) -> str:
    """Make control and format characters visible, in one line of text; a tab becomes a blank."""
    return "".join(map(_visible, text.replace("\t", " ")))


def json_text(body: Any) -> str:
    r"""Write JSON for people and programs: letters as they are, what could act as ``\uXXXX``."""
    text = json.dumps(body, indent=2, ensure_ascii=False)
    return _NOT_PLAIN.sub(lambda found: _in_json(found[0]) if _acts(found[0]) else found[0], text)


def _acts(char: str) -> bool:
    return (category := unicodedata.category(char))[0] == "C" or category in _BREAKS


def _visible(char: str) -> str:
    if not _acts(char):
        return char
    return f"\\x{ord(char):02x}" if ord(char) < _BYTE else f"\\u{ord(char):04x}"


def _in_json(char: str) -> str:
    return json.dumps(char)[1:-1]
