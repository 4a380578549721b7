"""The fenced blocks of a Markdown page, and what stands in them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^ {4}(?!\s*[-*] ).*\n)+", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """One block of a page. ``language`` is "indented" for one without a fence."""

    page: Path
    line: int
    language: str
    text: str

    @property
    def name(self) -> str:
        """Say where it stands, as an editor takes it."""
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(*languages: str) -> list[Block]:
    """Return every block of all pages in one of the languages."""
    return [block for page in PAGES for block in _of(page) if block.language in languages]


def _of(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for found in _FENCED.finditer(text):
        yield Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2])
    bare = _FENCED.sub(lambda found: "\n" * found[0].count("\n"), text)
    for found in _INDENTED.finditer(bare):
        body = re.sub(r"^ {4}", "", found[0], flags=re.MULTILINE)
        yield Block(page, bare.count("\n", 0, found.start()) + 1, "indented", body)


def steps(text: str) -> list[tuple[str, str]]:
    """Split a console block into what is typed and what is then printed."""
    found: list[tuple[str, str]] = []
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            found.append((line[2:].strip(), ""))
        else:
            typed, printed = found[-1]
            found[-1] = (typed, printed + line)
    return found


def pattern(printed: str) -> re.Pattern[str]:
    """Match what is printed: ``…`` is anything, on a line of its own any lines, also none."""
    parts = []
    for line in printed.splitlines():
        if line.strip() == "…":
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(map(re.escape, line.split("…"))) + r"\n")
    return re.compile("".join(parts))
