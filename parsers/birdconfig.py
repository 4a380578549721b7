"""Reader of BIRD's configuration: statements, each with the blocks that it stands in.

The language: words, strings and symbols in quotes, ``statement;`` and ``header { … }``, comments
as in the shell and in C (https://bird.network.cz/?get_doc&v=16&f=bird-3.html). Sets and
expressions in brackets are part of their statement.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from parsers.reading import Ledger, Reading, UnknownLine
from parsers.records import BirdConfig
from parsers.text import Text

DEEPEST = 32
"""Blocks in one another. BIRD's own files have some five."""

_HEADER = re.compile(r"==> (bird6?) (\S.*) <==")
_TOKEN = re.compile(
    r"(?P<blank>\s+|#.*)|(?P<comment>/\*)"
    r"|(?P<text>\"[^\"]*\"|'[^']*'|\{\d+,\d+\}|[^\s#\"'{};\[\]()/]+|/(?!\*))"
    r"|(?P<bracket>[\[()\]])|(?P<mark>[{};])|(?P<odd>.)"
)
_WITH_A_SET = re.compile(r"\s*(?:log|debug|mrtdump)\b.*", re.DOTALL)
"""Statements whose braces hold a list of words: ``log syslog { warning, error };``."""

_PAIRS = frozenset({"[]", "()", "{}"})
_ORDERED = re.compile(r"(?:function\b|(?:\w+ )?filter\b).*", re.DOTALL)


def read_config(text: Text) -> Reading:
    """Read configuration files, each below a line that names it: ``==> bird /etc/… <==``.

    Comments are noise. A line is unknown if its statement is not whole (a string without its
    end, a block that is not closed), or if a bracket or brace has no partner.
    """
    gathered = _Files(text.lines)
    for number, line in enumerate(text.lines, 1):
        gathered.take(number, line)
    gathered.end()
    return gathered.reading()


@dataclass(slots=True)
class _Block:
    """A block that is open. ``path`` names it and those around it."""

    path: str = ""
    ordered: bool = False
    opened_at: int = 0
    last: str = ""  # the statement before


@dataclass(slots=True)
class _Statement:
    """What was read of a statement up to now, and the lines that it stands on."""

    parts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    brackets: list[str] = field(default_factory=list)
    is_broken: bool = False

    def blank(self) -> None:
        if self.parts and self.parts[-1] != " ":
            self.parts.append(" ")

    def begins_a_set(self, mark: str) -> bool:
        return mark == "{" and _WITH_A_SET.fullmatch(self.text()) is not None

    def text(self) -> str:
        return "".join(self.parts).strip()


class _Files:
    """One pass over all lines. ``_unknown`` and ``_noise`` are line numbers."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._records: list[tuple[int, BirdConfig]] = []
        self._unknown: set[int] = set()
        self._noise: set[int] = set()
        self._number = 0
        self._daemon = self._file = ""
        self._begin()

    def _begin(self) -> None:
        self._blocks = [_Block()]
        self._statement = _Statement()
        self._comment_at = 0

    def take(self, number: int, line: str) -> None:
        self._number = number
        header = _HEADER.fullmatch(line)
        if header:
            self.end()
            self._daemon, self._file = header[1], header[2]
            self._begin()
            return
        says_something = False
        position = 0
        while position < len(line):
            if self._comment_at:
                position = self._skip(line, position)
                continue
            token = _TOKEN.match(line, position)
            if token is None:  # a line separator that "." does not match
                self._unknown.add(number)
                break
            position = token.end()
            says_something |= token.lastgroup not in ("blank", "comment")
            self._token(number, token)
        if not says_something:
            self._noise.add(number)
        self._statement.blank()

    def _skip(self, line: str, position: int) -> int:
        """Return where the comment ends, or the line."""
        end = line.find("*/", position)
        if end < 0:
            return len(line)
        self._comment_at = 0
        return end + 2

    def _token(self, number: int, token: re.Match[str]) -> None:
        kind, text, statement = token.lastgroup, token[0], self._statement
        if kind == "comment":
            self._comment_at = number
        elif kind == "blank":
            statement.blank()
        elif kind == "mark" and not statement.brackets and not statement.begins_a_set(text):
            self._mark(number, text)
        else:
            self._add(number, text, is_odd=kind == "odd")
            if text in "[({":
                statement.brackets.append(text)
            elif text in "])}":
                opened = statement.brackets.pop() if statement.brackets else ""
                statement.is_broken |= opened + text not in _PAIRS

    def _add(self, number: int, text: str, *, is_odd: bool) -> None:
        statement = self._statement
        statement.parts.append(text)
        statement.is_broken |= is_odd
        if statement.lines[-1:] != [number]:
            statement.lines.append(number)

    def _mark(self, number: int, mark: str) -> None:
        if mark == "{":
            self._open(number)
        elif mark == ";":
            self._keep(number, "")
        else:
            self._refuse()  # a statement without its ";"
            if len(self._blocks) > 1:
                self._blocks.pop()
            else:
                self._unknown.add(number)

    def _open(self, number: int) -> None:
        around = self._blocks[-1]
        title = self._statement.text() or around.last  # BIRD 1: a function's variables end in ";"
        self._keep(number, " { … }")
        if len(self._blocks) > DEEPEST:
            self._unknown.add(number)
            return
        path = f"{around.path} / {title}" if around.path else title
        ordered = around.ordered or _ORDERED.fullmatch(title) is not None
        self._blocks.append(_Block(path, ordered, number))

    def _keep(self, number: int, tail: str) -> None:
        """End a statement: it becomes a record, or its lines unknown if it is not whole."""
        statement, around = self._statement, self._blocks[-1]
        if statement.is_broken or statement.brackets:
            self._unknown.add(number)
            self._refuse()
            return
        text = statement.text()
        if text:
            after = around.last if around.ordered else ""
            record = BirdConfig(self._daemon, self._file, around.path, text + tail, after)
            self._records.append((statement.lines[0], record))
            around.last = text
        self._statement = _Statement()

    def _refuse(self) -> None:
        self._unknown.update(self._statement.lines)
        self._statement = _Statement()

    def end(self) -> None:
        """End a file: what is still open in it is not whole."""
        self._refuse()
        self._unknown.update(block.opened_at for block in self._blocks[1:])
        if self._comment_at:
            told = range(self._comment_at, self._number + 1)
            self._unknown.update(n for n in told if self._lines[n - 1].strip())

    def reading(self) -> Reading:
        kept = [(line, record) for line, record in self._records if line not in self._unknown]
        kept.sort(key=lambda placed: placed[0])
        unknown = tuple(UnknownLine(n, self._lines[n - 1]) for n in sorted(self._unknown))
        noise = len(self._noise - self._unknown)
        parsed = len(self._lines) - noise - len(unknown)
        return Reading(
            records=tuple(record for _, record in kept),
            line_numbers=tuple(line for line, _ in kept),
            ledger=Ledger(len(self._lines), parsed, noise, unknown),
            blind="" if self._lines else "no configuration was shown",
        )
