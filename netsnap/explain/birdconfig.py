"""BIRD's configuration in an explanation: whose session a block is, and what a statement decides.

A statement has no name but its own text, so that another value is one statement gone and one new.
Here they are one edit again.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from netsnap.diff.changes import Alteration, Change, FieldChange
from parsers.facts import Fact
from parsers.records import BirdConfig
from parsers.roles import Role

BIRD6 = "bird6"
OPENS = " { … }"
"""The end of a statement that opens a block: ``protocol bgp Mesh_10_0_0_1 { … }``."""

_SESSION = re.compile(r"(?:protocol|template) bgp (\S+)(?: from (\S+))?")
_NEIGHBOUR = re.compile(r"neighbor ([0-9A-Fa-f.:]+)")
_FILTER = re.compile(r"(?:filter|function) (\w+)")


class Decides(StrEnum):
    """What hangs on a statement."""

    SESSION = "session"
    IMPORT = "import"
    EXPORT = "export"
    NOTHING = "nothing"  # what nobody would lose a session or a route by


_WORDS = (
    (Decides.IMPORT, ("import ", "preference ", "gateway ", "igp table ")),
    (Decides.EXPORT, ("export ", "next hop ", "default bgp")),
    (
        Decides.NOTHING,
        (
            *("description ", "debug ", "hold time ", "startup hold ", "keepalive ", "connect "),
            *("error ", "graceful restart", "long lived ", "add paths", "log "),
        ),
    ),
)
_BOTH = (
    (re.compile(r"import .*\blimit\b.*\baction (?:restart|disable)"), Decides.IMPORT),
    (re.compile(r"source address "), Decides.EXPORT),  # it is the next hop that peers are told
)
"""What can end a session, and decides about routes where it does not."""


def decides(statement: str) -> frozenset[Decides]:
    """Say what hangs on a statement in a block of a BGP session."""
    for words, what in _BOTH:
        if words.match(statement):
            return frozenset({Decides.SESSION, what})
    found = (what for what, words in _WORDS if statement.startswith(words))
    return frozenset({next(found, Decides.SESSION)})


def head(record: BirdConfig) -> str:
    """Return the outermost block that a statement stands in or opens, "" for none."""
    if record.block:
        return record.block.partition(" / ")[0]
    return record.statement.removesuffix(OPENS) if record.statement.endswith(OPENS) else ""


def session_of(block: str) -> tuple[str, str]:
    """Return the name of a block that is a session or a template, and of what it is from."""
    match = _SESSION.fullmatch(block)
    return (match[1], match[2] or "") if match else ("", "")


def filter_of(block: str) -> str:
    """Return the name of a block that is a filter or a function, "" for others."""
    match = _FILTER.match(block)
    return match[1] if match else ""


def statements(edit: Change) -> Iterator[BirdConfig]:
    """Yield what an edit took away and what it put there."""
    for fact in (edit.before, edit.after):
        if fact is not None and isinstance(fact.record, BirdConfig):
            yield fact.record


@dataclass(frozen=True)
class Configured:
    """The statements of one node's BIRD, of all snapshots that are looked at together."""

    records: tuple[BirdConfig, ...]

    def blocks(self, addresses: Iterable[str]) -> frozenset[str]:
        """Return the heads of the blocks that make the sessions with these neighbours."""
        found = {head for each in addresses for head in self._heads.get(each, ())}
        waiting = [session_of(each)[1] for each in found]
        while waiting:
            name = waiting.pop()
            above = {each for each in self._templates.get(name, ()) if each not in found}
            found |= above
            waiting += [session_of(each)[1] for each in above]
        return frozenset(found)

    def in_blocks(self, heads: Iterable[str]) -> Iterator[BirdConfig]:
        """Yield the statements of these blocks."""
        for each in heads:
            yield from self._by_head.get(each, ())

    @cached_property
    def _by_head(self) -> Mapping[str, list[BirdConfig]]:
        found: dict[str, list[BirdConfig]] = defaultdict(list)
        for each in self.records:
            found[head(each)].append(each)
        return found

    @cached_property
    def _heads(self) -> Mapping[str, set[str]]:
        """Map each neighbour's address to the heads of the sessions with it."""
        found: dict[str, set[str]] = defaultdict(set)
        for each in self.records:
            match = _NEIGHBOUR.match(each.statement)
            if match and session_of(head(each))[0]:
                found[match[1]].add(head(each))
        return found

    @cached_property
    def _templates(self) -> Mapping[str, set[str]]:
        found: dict[str, set[str]] = defaultdict(set)
        for each in self._by_head:
            if each.startswith("template "):
                found[session_of(each)[0]].add(each)
        return found


def edits(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Make one change of what went and what came in its place, and one of a whole block.

    In its place: in the same block, with the same first word.
    """
    places: dict[tuple[str, ...], list[Change]] = defaultdict(list)
    listed = _without_contents(list(changes))
    for change in listed:
        places[_place(change)].append(change)
    found: list[Change] = []
    for some in places.values():
        gone = [each for each in some if each.alteration is Alteration.REMOVED]
        new = [each for each in some if each.alteration is Alteration.ADDED]
        found += [_edit(*two) for two in zip(gone, new, strict=False)]
        found += [*gone[len(new) :], *new[len(gone) :]]
        found += [each for each in some if each.alteration is Alteration.CHANGED]
    return _without_moves(found)


def _without_moves(found: list[Change]) -> tuple[Change, ...]:
    """Leave out statements that stand after another one only because that one came or went."""
    altered = {_place(each)[:3] for each in found if not _is_move(each)}
    return tuple(each for each in found if not _is_move(each) or _place(each)[:3] not in altered)


def _is_move(edit: Change) -> bool:
    is_one = len({each.statement for each in statements(edit)}) == 1
    return is_one and edit.alteration is Alteration.CHANGED


def _place(change: Change) -> tuple[str, ...]:
    record = _record(change)
    opens = record.statement.endswith(OPENS)
    words = record.statement if opens else record.statement.partition(" ")[0]
    return record.daemon, record.file, record.block, words


def _record(change: Change) -> BirdConfig:
    return next(statements(change))


def _without_contents(changes: list[Change]) -> list[Change]:
    """Leave out what stands in a block that came or went as a whole."""
    whole = {
        (each.alteration, _inner(_record(each)))
        for each in changes
        if _record(each).statement.endswith(OPENS)
    }
    return [each for each in changes if not any(w in whole for w in _around(each))]


def _inner(record: BirdConfig) -> tuple[str, str, str]:
    """Name the block that a statement opens."""
    title = record.statement.removesuffix(OPENS)
    path = f"{record.block} / {title}" if record.block else title
    return record.daemon, record.file, path


def _around(change: Change) -> Iterator[tuple[Alteration, tuple[str, str, str]]]:
    record = _record(change)
    parts = record.block.split(" / ") if record.block else []
    for length in range(1, len(parts) + 1):
        path = " / ".join(parts[:length])
        yield change.alteration, (record.daemon, record.file, path)


def _edit(gone: Change, new: Change) -> Change:
    was, now = _record(gone), _record(new)
    field = FieldChange("statement", Role.STATE, was.statement, now.statement)
    return Change(gone.key, Alteration.CHANGED, gone.before, new.after, (field,))


def configured(facts: Iterable[Fact]) -> Mapping[str, Configured]:
    """Gather the statements of each node."""
    found: dict[str, dict[BirdConfig, None]] = defaultdict(dict)
    for fact in facts:
        if isinstance(fact.record, BirdConfig):
            found[fact.key.node].setdefault(fact.record)
    return {node: Configured(tuple(records)) for node, records in found.items()}


def weight(edit: Change) -> tuple[int, str]:
    """Order edits by what they can do: to sessions, to routes, to neither."""
    record = _record(edit)
    block = head(record)
    if session_of(block)[0]:
        order = [Decides.SESSION, Decides.IMPORT, Decides.EXPORT, Decides.NOTHING]
        found = decides(record.statement) if record.block else {Decides.SESSION}
        return min(map(order.index, found)), block
    return (1 if filter_of(block) or block.startswith("protocol ") else 2), block


def told(edit: Change) -> str:
    """Tell an edit: "“local as 64512” → “local as 64513” in template bgp bgp_template"."""
    record = _record(edit)
    where = record.block or record.file.rpartition("/")[2]
    if edit.alteration is Alteration.ADDED:
        return f"{_quoted(record)} is new in {where}"
    if edit.alteration is Alteration.REMOVED:
        return f"{_quoted(record)} is gone from {where}"
    was, now = statements(edit)
    if was.statement == now.statement:
        return f"{_quoted(now)} has moved in {where}"
    if _is_secret(was):
        return f"the password is another in {where}"
    return f"{_quoted(was)} → {_quoted(now)} in {where}"


def _is_secret(record: BirdConfig) -> bool:
    return record.statement.startswith("password ")


def _quoted(record: BirdConfig) -> str:
    return "a password" if _is_secret(record) else f"“{record.statement.removesuffix(OPENS)}”"
