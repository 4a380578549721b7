"""YAML as a program printed it: its documents with their lines, and an account of every line.

A text is parsed in pieces, one element of a list at a time, so that what is broken hides no more
than itself, and so that a line of something else (a prompt, "[...]") is told apart.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from parsers.reading import Ledger, UnknownLine
from parsers.yamlvalue import Mapping, YamlError, parse

_KEY = re.compile(r"""([A-Za-z][\w./-]*|"[^"\\]*"|'[^']*'):(?:\s|$)""")
_DASH = re.compile(r"( *)-(?: |$)")
_SEPARATOR = re.compile(r"(?:---|\.\.\.)\s*(?:#.*)?")
_JSON = re.compile(r"[\[{]\s*(?:$|[\"{\[\]}])")
_CLOSING = {"{": "}", "[": "]"}

# A line of block style: "key: …", "- key: …" (the key's place is its indent), "- text".
_STRUCTURE = re.compile(
    r"(?P<key> *(?:- +)*)(?:[^\s:#'\"-][^:]*|\"[^\"]*\"|'[^']*'):(?:\s|$)|(?P<dash> *)-(?: |$)"
)


@dataclass(frozen=True, slots=True)
class Item:
    """A value (text, list, Mapping or None), and the lines it spans."""

    value: Any
    line: int
    last_line: int


@dataclass(frozen=True, slots=True)
class Document:
    """One document: ``items`` are the elements of a list, ``own`` a mapping beside them.

    A bare list has no ``own``; a mapping with a list under ``items:`` has both; ``items`` is None
    for a document without such a list.
    """

    own: Item | None
    items: tuple[Item, ...] | None


@dataclass(frozen=True, slots=True)
class YamlText:
    """What could be read. ``damage`` is "" if that is all there was, else a sentence.

    ``noise`` are the numbers of the lines that say nothing: blank ones, comments, separators.
    """

    documents: tuple[Document, ...]
    ledger: Ledger
    damage: str = ""
    noise: frozenset[int] = frozenset()


def read_yaml(lines: Sequence[str]) -> YamlText:
    """Read all documents of a text that may hold lines of something else between them."""
    return _Reader(lines).read()


@dataclass
class _Piece:
    """Line numbers that belong together, in order: one element of a list, or what is around."""

    lines: list[int] = field(default_factory=list)


@dataclass
class _Draft:
    """A document while its lines are told apart."""

    kind: str  # "mapping", "list" or "flow"
    own: _Piece = field(default_factory=_Piece)
    items: list[_Piece] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    under: str = ""  # the key whose value is on the lines below it
    indent: int = -1  # of the dashes under "items:"


class _Reader:
    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._unknown: set[int] = set()
        self._noise: set[int] = set()
        self._damage = ""

    def read(self) -> YamlText:
        documents = [self._document(draft) for draft in self._drafts()]
        unknown = tuple(
            UnknownLine(n, self._lines[n - 1]) for n in sorted(self._unknown - self._noise)
        )
        noise = len(self._noise)
        parsed = len(self._lines) - noise - len(unknown)
        ledger = Ledger(len(self._lines), parsed, noise, unknown)
        found = tuple(filter(None, documents))
        return YamlText(found, ledger, self._damage, frozenset(self._noise))

    def _drafts(self) -> Iterator[_Draft]:
        """Part the lines into documents by what stands at the margin."""
        draft: _Draft | None = None
        for number, line in enumerate(self._lines, 1):
            if draft is not None and draft.kind == "flow":
                draft.own.lines.append(number)
                if not line.strip():
                    self._noise.add(number)
                ends = line.rstrip() == _CLOSING[draft.under]
            else:
                begun = self._place(number, line, draft)
                if begun is not draft and draft is not None:
                    yield draft
                draft = begun
                ends = draft is not None and draft.kind == "flow" and _is_closed(line)
            if ends and draft is not None:
                yield draft
                draft = None
        if draft is not None:
            yield draft

    def _place(self, number: int, line: str, draft: _Draft | None) -> _Draft | None:
        """Give a line to the document it belongs to: the one at hand, a new one, or none."""
        is_separator = _SEPARATOR.fullmatch(line) is not None
        if not line.strip() or line[0] == "#" or is_separator:
            self._noise.add(number)
            return None if is_separator else draft
        if _JSON.match(line):
            return _Draft("flow", _Piece([number]), under=line[0])
        key, dash = _KEY.match(line), _DASH.match(line)
        if key is not None:
            return _with_key(number, key, draft)
        if dash is not None and draft is not None and _is_element(dash, draft):
            draft.items.append(_Piece([number]))
        elif dash is not None and not dash[1] and (draft is None or not draft.under):
            draft = _Draft("list", items=[_Piece([number])], indent=0)
        elif draft is None or line[0] not in " -":
            self._unknown.add(number)
        else:
            inside = draft.items and (draft.kind == "list" or draft.under == "items")
            (draft.items[-1] if inside else draft.own).lines.append(number)
        return draft

    def _document(self, draft: _Draft) -> Document | None:
        own = self._item(draft.own) if draft.own.lines else None
        if draft.items:
            return Document(own, tuple(filter(None, map(self._element, draft.items))))
        if own is not None and isinstance(own.value, list):
            return Document(None, tuple(_elements(own)))
        return Document(own, None) if own is not None else None

    def _element(self, piece: _Piece) -> Item | None:
        """Parse one element of a list, its dash included."""
        found = self._item(piece)
        if found is None or not isinstance(found.value, list):
            return None
        return Item(found.value[0], found.line, found.last_line)

    def _item(self, piece: _Piece) -> Item | None:
        """Parse a piece; without the lines that are no YAML, where it is none with them."""
        first, last = piece.lines[0], piece.lines[-1]
        numbers = piece.lines
        try:
            value = self._parsed(numbers)
        except YamlError:
            foreign = set(self._foreign(numbers))
            self._unknown |= foreign
            try:
                value = self._parsed([each for each in numbers if each not in foreign])
            except YamlError as error:
                self._unknown |= set(numbers)
                self._damage = self._damage or f"from line {first}: {error}"
                return None
        return Item(value, first, last)

    def _parsed(self, numbers: Sequence[int]) -> Any:
        """Parse lines, each at its own place, so that the parser counts them as we do."""
        if not numbers:
            raise YamlError("nothing that is YAML")
        first = numbers[0]
        texts = [""] * (numbers[-1] - first + 1)
        for number in numbers:
            texts[number - first] = self._lines[number - 1]
        return parse("\n".join(texts) + "\n", first)

    def _foreign(self, numbers: Sequence[int]) -> Iterator[int]:
        """Find lines that can be no part of block style: neither structure nor a text goes on."""
        inside = -1  # the indent that the lines of a text exceed
        for number in numbers:
            line = self._lines[number - 1]
            if 0 <= inside < len(line) - len(line.lstrip(" ")):
                continue
            found = _STRUCTURE.match(line)
            if found is None:
                yield number
                continue
            indent = len(found["dash"] if found["key"] is None else found["key"])
            inside = -1 if line.rstrip().endswith(":") else indent


def _with_key(number: int, key: re.Match[str], draft: _Draft | None) -> _Draft:
    """Give a line "key: …" at the margin to its mapping; a key that it has begins another."""
    if draft is None or draft.kind != "mapping" or key[1] in draft.keys:
        draft = _Draft("mapping")
    draft.own.lines.append(number)
    draft.keys.add(key[1])
    is_open = not key.string[key.end() :].strip()
    draft.under = key[1] if is_open else ""
    return draft


def _is_element(dash: re.Match[str], draft: _Draft) -> bool:
    """Say whether a dash begins an element of the document's own list."""
    indent = len(dash[1])
    if draft.kind == "list":
        return indent == draft.indent
    if draft.under != "items":
        return False
    if draft.indent < 0 or not draft.items:
        draft.indent = indent
    return indent == draft.indent


def _is_closed(line: str) -> bool:
    """Say whether JSON on one line ends on it."""
    return line.rstrip().endswith(_CLOSING[line[0]])


def _elements(whole: Item) -> Iterator[Item]:
    for value in whole.value:
        line = value.line if isinstance(value, Mapping) else whole.line
        yield Item(value, line, whole.last_line)
