"""Markdown → the markup that a tracker renders.

The report is Markdown with lines in it that came from nodes. It is parsed once, raw HTML off, and
written anew: only what the parser saw as structure becomes markup, and every piece of text is
escaped for the tracker. So a node's output can neither leave its block nor mention a person.
"""

import re
from dataclasses import dataclass
from typing import Protocol

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

JOINER = "\u2060"
"""WORD JOINER: takes no room and separates characters that a tracker would read as markup."""

_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_OPENS_A_BLOCK = re.compile(r"(?:\w+[.)]|#+)(?:\s|$)")  # "1. ", "h2. ", "bq. ", "# "


class Dialect(Protocol):
    """How one tracker writes things. Arguments are finished markup where they are not ``raw``."""

    def text(self, raw: str) -> str:
        """Escape a piece of one line, so that it shows as it is and does nothing."""
        ...

    def code(self, raw: str) -> str:
        """Write a piece of one line in a fixed-width font."""
        ...

    def strong(self, inner: str) -> str:
        """Write in bold."""
        ...

    def heading(self, level: int, inner: str) -> str:
        """Write a heading, ``level`` 1 to 6."""
        ...

    def item(self, depth: int, inner: str, *, ordered: bool) -> str:
        """Write one line of a list, ``depth`` from 1."""
        ...

    def verbatim(self, raw: str) -> str:
        """Write lines exactly as they are, in a block that nothing inside can end."""
        ...

    def table(self, head: list[str], rows: list[list[str]]) -> str:
        """Write a table of finished cells."""
        ...

    def attachment(self, name: str) -> str:
        """Link to a file of the same ticket."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """One block of the finished text. ``raw`` holds a verbatim block's lines, None otherwise."""

    text: str
    raw: str | None = None


def blocks(markdown: str, dialect: Dialect) -> list[Block]:
    """Write each block of ``markdown`` in ``dialect``, in order."""
    tree = SyntaxTreeNode(_PARSER.parse(clean(markdown)))
    return [block for node in tree.children for block in _block(node, dialect)]


def clean(text: str) -> str:
    """Make control characters, text direction marks and lone surrogates visible as U+FFFD."""
    return _UNPRINTABLE.sub("\ufffd", text.replace("\r\n", "\n"))


def fit(
    parts: list[Block], dialect: Dialect, limit: int, *, more: bool = False
) -> tuple[str, bool]:
    """Join blocks with blank lines into at most ``limit`` characters; say if any was left out.

    The last block always stays: it carries the mark by which the comment is found again. ``more``
    says that something was left out before.
    """
    whole = "\n\n".join(part.text for part in parts)
    if len(whole) <= limit and not more:
        return whole, False
    *body, last = parts
    note = dialect.text("Shortened to what the tracker takes; the bundle holds the whole.")
    room = limit - len(note) - len(last.text) - 4
    kept: list[str] = []
    for part in body:
        if len(part.text) + 2 > room:
            kept += _cut(part, dialect, room - 2)
            break
        kept.append(part.text)
        room -= len(part.text) + 2
    return "\n\n".join([*kept, note, last.text]), True


def _cut(part: Block, dialect: Dialect, room: int) -> list[str]:
    """Return the first lines of a block that fit, as a list of one block or none."""
    lines = (part.text if part.raw is None else part.raw).split("\n")

    def first(count: int) -> str:
        text = "\n".join(lines[:count])
        return text if part.raw is None else dialect.verbatim(text)

    low, high = 0, len(lines)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if len(first(middle)) <= room else (low, middle - 1)
    return [first(low)] if low else []


def _block(node: SyntaxTreeNode, dialect: Dialect) -> list[Block]:  # noqa: PLR0911 -- one a kind
    match node.type:
        case "heading":
            return [Block(dialect.heading(int(node.tag[1:]), _inline(node, dialect)))]
        case "fence" | "code_block":
            raw = node.content.rstrip("\n")
            return [Block(dialect.verbatim(raw), raw)]
        case "bullet_list" | "ordered_list":
            return _list(node, dialect, 1)
        case "table":
            return [Block(_table(node, dialect))]
        case "blockquote":
            return [block for child in node.children for block in _block(child, dialect)]
        case "paragraph":
            return [Block(line)] if (line := _inline(node, dialect)) else []
    return []  # a rule: nothing to read


def _list(node: SyntaxTreeNode, dialect: Dialect, depth: int) -> list[Block]:
    """Write a list as one block; a block of code inside it ends it, and it begins anew after."""
    ordered = node.type == "ordered_list"
    done: list[Block] = []
    lines: list[str] = []
    for item in node.children:
        first = [child for child in item.children if child.type in ("paragraph", "heading")]
        inner = " ".join(_inline(child, dialect) for child in first)
        lines.append(dialect.item(depth, inner, ordered=ordered))
        for child in item.children:
            if child.type in ("bullet_list", "ordered_list"):
                inside = _list(child, dialect, depth + 1)
            else:
                inside = [] if child in first else _block(child, dialect)
            for block in inside:
                if block.raw is None and child.type.endswith("_list"):
                    lines.append(block.text)
                else:
                    done += [*([Block("\n".join(lines))] if lines else []), block]
                    lines = []
    return [*done, Block("\n".join(lines))] if lines else done


def _table(node: SyntaxTreeNode, dialect: Dialect) -> str:
    rows = [
        [_inline(cell, dialect) for cell in row.children]
        for part in node.children
        for row in part.children
    ]
    return dialect.table(rows[0], rows[1:])


def _inline(node: SyntaxTreeNode, dialect: Dialect) -> str:
    """Write everything inside a block as one line that begins no other kind of block."""
    line = "".join(_span(child, dialect) for child in node.children).strip()
    return JOINER + line if _OPENS_A_BLOCK.match(line) else line


def _span(node: SyntaxTreeNode, dialect: Dialect) -> str:
    match node.type:
        case "text":
            return dialect.text(node.content)
        case "code_inline":
            return dialect.code(node.content)
        case "softbreak" | "hardbreak":
            return " "
        case "strong":
            return dialect.strong(_inline(node, dialect))
        case "link" | "image":
            where = str(node.attrs.get("href", node.attrs.get("src", "")))
            label = _inline(node, dialect) or dialect.text(node.content)
            return f"{label} ({dialect.text(where)})"
        case _:  # "inline", emphasis: what is inside
            return "".join(_span(child, dialect) for child in node.children)
