"""Reader of ``calicoctl get``: YAML and JSON of one kind, or of several one after another."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from parsers.calicoobjects import kind_of, resource
from parsers.calicotables import is_table, read_table
from parsers.gather import Gathering
from parsers.jsontext import text_at
from parsers.reading import Reading
from parsers.records import CalicoKind
from parsers.text import Text
from parsers.yamltext import Document, Item, read_yaml
from parsers.yamlvalue import Mapping

LISTED = "listed"

_BEGUN = re.compile(r"--- # calicoctl get (?P<kind>\S+)(?: .*)?")
_SAID = re.compile(r"# said: (?P<said>.*)")
_OBJECT = re.compile(r"(?:- )?apiVersion:|items:")
_ENDED = re.compile(r"# exit (?P<status>\d{1,3})")
_NO_SUCH_KIND = (
    (
        re.compile(
            r".*(?:resource type '[^']*' is not supported|unknown resource type)", re.IGNORECASE
        ),
        "unknown to this calicoctl",
    ),
    (
        re.compile(r".*the server could not find the requested resource", re.IGNORECASE),
        "unknown to the datastore",
    ),
)
"""What calicoctl says of a kind of which there can be no objects, and what that amounts to."""


@dataclass
class _Asked:
    """One of the commands whose answers stand one after another in the text."""

    kind: str
    line: int
    between: dict[int, str] = field(default_factory=dict)
    stderr: list[str] = field(default_factory=list)
    status: int | None = None

    @property
    def messages(self) -> dict[int, str]:
        """The lines of stdout on which it says why it failed: early calicoctls say it there."""
        if not self.status or any(_OBJECT.match(line) for line in self.between.values()):
            return {}
        return self.between

    @property
    def said(self) -> list[str]:
        """All that it says of its failure."""
        return [*self.stderr, *self.messages.values()]


def read_objects(text: Text) -> Reading:
    """Read ``calicoctl get`` in any of its formats: YAML, JSON or a table."""
    return read_table(text) if is_table(text) else read_yaml_objects(text)


def read_yaml_objects(text: Text) -> Reading:
    """Read objects of Calico, with what our own question says before and after each kind.

    A kind whose listing failed makes the reading blind; one that calicoctl does not know is an
    answer of its own (``CalicoKind``).
    """
    asked = list(_asked(text.lines))
    messages = {line for each in asked for line in each.messages}
    lines = ["#" if n in messages else line for n, line in enumerate(text.lines, 1)]
    document = read_yaml(lines if messages else text.lines)
    gathered = Gathering(text.lines, document.ledger)
    odd = ""
    for item in _objects(document.documents):
        record = resource(item.value)
        if record is not None:
            gathered.add(item.line, record)
        else:
            odd = odd or f"the object at line {item.line} is none of Calico's"
            for line in {*range(item.line, item.last_line + 1)} - document.noise:
                gathered.refuse(line)
    for each in asked:
        if answered := _answered(each):
            gathered.add(each.line, answered)
    broken = next(filter(None, map(_broken_off, document.documents)), "")
    failed = "; ".join(filter(None, map(_failure, asked)))
    return gathered.reading(failed or document.damage or broken or odd)


def _objects(documents: Sequence[Document]) -> Iterator[Item]:
    """Yield the objects of all documents; a list of lists is unfolded, as calicoctl prints it."""
    for document in documents:
        if document.items is not None:
            for item in document.items:
                yield from _unfolded(item)
        elif document.own is not None:
            yield from _unfolded(document.own)


def _unfolded(item: Item) -> Iterator[Item]:
    held = item.value.get("items") if isinstance(item.value, dict) else None
    is_list = text_at(item.value, "kind").endswith("List")
    if not is_list or (held is not None and not isinstance(held, list)):
        yield item
        return
    for each in held or ():
        line = each.line if isinstance(each, Mapping) else item.line
        yield Item(each, line, line)


def _broken_off(document: Document) -> str:
    """Say where a list ends before its own kind, which stands behind its elements."""
    own = document.own
    if own is None or document.items is None or text_at(own.value, "kind"):
        return ""
    last = document.items[-1].last_line if document.items else own.last_line
    return f"the list breaks off after line {last}"


def _asked(lines: Sequence[str]) -> Iterator[_Asked]:
    asked: _Asked | None = None
    for number, line in enumerate(lines, 1):
        if begun := _BEGUN.fullmatch(line):
            if asked is not None:
                yield asked
            asked = _Asked(begun["kind"], number)
        elif asked is not None and (said := _SAID.fullmatch(line)):
            asked.stderr.append(said["said"])
        elif asked is not None and (ended := _ENDED.fullmatch(line)):
            asked.status = int(ended["status"])
            yield asked
            asked = None
        elif asked is not None and line.strip():
            asked.between[number] = line
    if asked is not None:
        yield asked


def _unknown(asked: _Asked) -> str:
    """Say to whom the kind is unknown; "" if it is not for that that the listing failed."""
    if not asked.status:
        return ""
    matched = (who for said in asked.said for kind, who in _NO_SUCH_KIND if kind.match(said))
    return next(matched, "")


def _answered(asked: _Asked) -> CalicoKind | None:
    answer = LISTED if asked.status == 0 else _unknown(asked)
    return CalicoKind(kind_of(asked.kind) or asked.kind, answer) if answer else None


def _failure(asked: _Asked) -> str:
    if asked.status == 0 or _unknown(asked):
        return ""
    if asked.status is None:
        return f"the answer of calicoctl get {asked.kind} breaks off"
    said = f": {asked.said[0]:.200}" if asked.said else ""
    return f"calicoctl get {asked.kind}: exit status {asked.status}{said}"
