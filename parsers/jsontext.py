"""JSON as a program printed it: its values with their lines, and an account of every line.

A program that is asked of several things may print one document after the other (``crictl``).
"""

import json
import re
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import Any

from parsers.reading import Ledger, UnknownLine

_DECODER = json.JSONDecoder(strict=False)
_BLANK = re.compile(r"\s*")
_OPENING = re.compile(r"^[ \t]*[\[{]", re.MULTILINE)
_FOLLOWING = re.compile(r"[ \t]*\n\s*[\[{]")
# A byte that was not UTF-8, or a control character, stands in the text as \xff: no JSON escape.
_VISIBLE = re.compile(r"(?<!\\)((?>(?:\\\\)*))\\x")


@dataclass(frozen=True, slots=True)
class Item:
    """One value of the top-level list (or the one top-level value), and the lines it spans."""

    value: Any
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class JsonText:
    """What could be read. ``damage`` is "" if that is all there was, else a sentence."""

    items: tuple[Item, ...]
    ledger: Ledger
    damage: str = ""


def read_json(lines: Sequence[str]) -> JsonText:
    """Read lists of values and objects, one after the other, between lines of something else.

    What is no JSON around it, and all from the first value that is not whole, is unknown lines.
    """
    return _Reader(lines).read()


class _Reader:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        sound = [_VISIBLE.sub(r"\1\\\\x", line) if "\\x" in line else line for line in lines]
        self._text = "\n".join(sound)
        self._starts = array("Q", [0])
        self._starts.extend(accumulate(len(line) + 1 for line in sound))
        self._items: list[Item] = []

    def read(self) -> JsonText:
        opening = _OPENING.search(self._text)
        if opening is None:
            return self._account(0, 0, "no JSON in the answer" if self._text.strip() else "")
        begin = end = opening.end() - 1
        damage = ""
        following: re.Match[str] | None = opening
        while following and not damage:
            end, damage = self._document(following.end() - 1)
            following = _FOLLOWING.match(self._text, end)
        if not damage and self._text[end:].strip():
            damage = f"something follows the JSON at line {self._line(self._skip(end))}"
        elif not damage and self._text[:begin].strip():
            damage = "something stands before the JSON"
        return self._account(begin, end, damage)

    def _document(self, begin: int) -> tuple[int, str]:
        is_list = self._text[begin] == "["
        return self._list(begin + 1) if is_list else self._value(begin)

    def _list(self, position: int) -> tuple[int, str]:
        """Read values up to the "]"; return where the last sound character ends, and the damage."""
        position = self._skip(position)
        damage = ""
        while self._text[position : position + 1] != "]":
            position, damage = self._value(position)
            if damage:
                return position, damage
            after = self._skip(position)
            if self._text[after : after + 1] == ",":
                position = self._skip(after + 1)
            elif self._text[after : after + 1] == "]":
                position = after
            else:
                return position, f"the JSON breaks off after line {self._line(position - 1)}"
        return position + 1, ""

    def _value(self, position: int) -> tuple[int, str]:
        try:
            value, end = _DECODER.raw_decode(self._text, position)
        except json.JSONDecodeError as error:
            where = min(self._line(error.pos), len(self._lines))
            return position, f"the JSON breaks off at line {where}: {error.msg}"
        except ValueError:  # an integer of thousands of digits
            return position, f"the JSON at line {self._line(position)} cannot be read"
        except RecursionError:
            return position, f"the JSON at line {self._line(position)} is nested too deeply"
        self._items.append(Item(value, self._line(position), self._line(end - 1)))
        return end, ""

    def _skip(self, position: int) -> int:
        blank = _BLANK.match(self._text, position)
        return blank.end() if blank else position

    def _line(self, position: int) -> int:
        return bisect_right(self._starts, position)

    def _account(self, begin: int, end: int, damage: str) -> JsonText:
        """Count the lines that hold sound JSON as parsed; a line half sound is unknown."""
        sound = range(0)
        if end > begin:
            first = self._line(begin)
            starts_within = self._text[end:].partition("\n")[0].strip()
            last = self._line(end - 1) - bool(starts_within)
            sound = range(first, last + 1)
        lines = self._lines
        noise = sum(not line or line.isspace() for line in lines)
        outside = chain(range(1, sound.start), range(max(sound.stop, 1), len(lines) + 1))
        texts = ((number, lines[number - 1]) for number in outside)
        unknown = tuple(UnknownLine(number, text) for number, text in texts if text.strip())
        parsed = len(lines) - noise - len(unknown)
        return JsonText(tuple(self._items), Ledger(len(lines), parsed, noise, unknown), damage)


def _at(given: Any, path: Sequence[str]) -> Any:
    for key in path:
        given = given.get(key) if isinstance(given, dict) else None
    return given


def text_at(given: Any, *path: str) -> str:
    """Return the text under a path of keys, "" where there is none or it is no text."""
    found = _at(given, path)
    return found if isinstance(found, str) else ""


def texts_at(given: Any, *path: str) -> tuple[str, ...]:
    """Return the list of texts under a path of keys, () where there is none."""
    found = _at(given, path)
    return tuple(each for each in found if isinstance(each, str)) if isinstance(found, list) else ()


def number_at(given: Any, *path: str) -> int | None:
    """Return the integer under a path of keys, None where there is none."""
    found = _at(given, path)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def switch_at(given: Any, *path: str) -> bool | None:
    """Return the truth value under a path of keys, None where there is none."""
    found = _at(given, path)
    return found if isinstance(found, bool) else None
