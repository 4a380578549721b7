"""What a person sees of a note: the text, the verbatim blocks and the links of its HTML."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from netsnap.tickets.markup import JOINER

_VOID = {"br", "hr", "img", "input", "meta", "link"}


@dataclass
class Note:
    """A rendered note. ``links`` are the targets of its links, anchors of headings left out."""

    text: str = ""
    verbatim: list[str] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self, identity: str) -> None:
        super().__init__()
        self._identity = identity
        self._open: list[str] = []
        self.note = Note()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if not self._open and values.get("id") != self._identity:
            return
        if tag not in _VOID:
            self._open.append(tag)
        if len(self._open) > 1 or tag in _VOID:
            self.note.tags.add(tag)
        if tag == "a" and "href" in values and values.get("class") != "wiki-anchor":
            self.note.links.append(str(values["href"]))
        if tag == "pre":
            self.note.verbatim.append("")

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in _VOID:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if not self._open:
            return
        seen = data.replace(JOINER, "")
        self.note.text += seen
        if "pre" in self._open:
            self.note.verbatim[-1] += seen


def read_note(html: str, number: int) -> Note:
    """Read note ``number`` out of the page of an issue."""
    reader = _Reader(f"journal-{number}-notes")
    reader.feed(html)
    assert reader.note.text, f"the page shows no note {number}"
    return reader.note
