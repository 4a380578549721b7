"""One line of an nft chain: which packets it means, and what it does with them (nft(8)).

What is not understood of a line is neither true nor false: what the line does is then possible,
and no more.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from netsnap.model.filterfields import FIELDS, NO_PING, Field, Flow


class End(StrEnum):
    """What a line does with a packet that it means."""

    ACCEPT = "accept"
    DROP = "drop"
    RETURN = "return"
    JUMP = "jump"
    GOTO = "goto"
    MAPPED = "vmap"
    ALTER = "nat"  # another address, or another way: what comes of it is not followed
    NEXT = "continue"


Sets = Mapping[str, tuple[str, ...]]
"""The elements of one table's named sets and maps, those that were read."""
Condition = Callable[[Flow, Sets], bool | None]


class Line(NamedTuple):
    """A line, ready to be applied. ``vague`` says that not all of it was understood.

    ``choose`` is that of a verdict map: it gives the line that the packet's entry amounts to,
    None if that cannot be told.
    """

    conditions: tuple[Condition, ...] = ()
    end: End = End.NEXT
    target: str = ""  # the chain of a jump or goto
    vague: bool = False
    choose: "Callable[[Flow, Sets], Line | None] | None" = None

    def fits(self, flow: Flow, sets: Sets) -> bool | None:
        """Say whether the line means a packet; None if that cannot be told."""
        found = [condition(flow, sets) for condition in self.conditions]
        if False in found:
            return False
        return None if self.vague or None in found else True


ENDS = {
    "accept": End.ACCEPT,
    "drop": End.DROP,
    "reject": End.DROP,
    "return": End.RETURN,
    "jump": End.JUMP,
    "goto": End.GOTO,
    "continue": End.NEXT,
    **dict.fromkeys(("masquerade", "snat", "dnat", "redirect", "tproxy", "queue"), End.ALTER),
}
XT_DROPS = frozenset({"DROP", "REJECT"})
XT_ALTERS = frozenset({"MASQUERADE", "SNAT", "DNAT", "REDIRECT", "NETMAP", "TPROXY", "NFQUEUE"})
"""Targets of iptables that nft prints by their name alone; before 1.0.8 without quotes."""
WITHOUT_EFFECT = frozenset({"counter", "log", "notrack"})
WITH_ARGUMENT = frozenset(
    {"comment", "prefix", "level", "group", "snaplen", "queue-threshold", "name"}
)

_WORD = re.compile(r'"[^"]*"|\{[^{}]*\}|[^\s{}"]+|\S')
_ITEM = re.compile(r'(?:"[^"]*"|[^,"])+')


@lru_cache(maxsize=1 << 16)
def read_line(text: str) -> Line:
    """Read one line of a chain."""
    return _line(_WORD.findall(text))


def _line(words: list[str]) -> Line:
    conditions: list[Condition] = []
    while words:
        word = words.pop(0)
        if word in WITH_ARGUMENT:
            del words[:1]
        elif word == "xt" and " ".join(words[:2]).replace('"', "") == "match comment":
            del words[:2]
        elif word in NO_PING:
            return Line((_never,), *_end(words))
        elif word in ENDS:
            return Line(tuple(conditions), *_end([word, *words]))
        elif word not in WITHOUT_EFFECT:
            field = _field(word, words)
            if field is None or words[:1] == ["."]:  # a concatenation is not taken apart
                return Line(tuple(conditions), *_end([word, *words]), vague=True)
            if words[:1] == ["vmap"]:
                chooser = _chooser(field, "".join(words[1:2]))
                return Line(tuple(conditions), End.MAPPED, choose=chooser)
            conditions.append(_condition(field, words))
    return Line(tuple(conditions))


def _end(words: list[str]) -> tuple[End, str]:
    """Find what a line does, and the chain it leads to, whatever stands before."""
    for at, word in enumerate(words):
        after = "".join(words[at + 1 : at + 2])
        if word in ENDS:
            return ENDS[word], after if word in ("jump", "goto") else ""
        if word == "vmap":
            return End.MAPPED, ""
        target = after.strip('"') if word == "target" else ""
        if target in XT_DROPS | XT_ALTERS:
            return (End.DROP if target in XT_DROPS else End.ALTER), ""
    return End.NEXT, ""


def _never(_: Flow, __: Sets) -> bool:
    return False


def _field(word: str, words: list[str]) -> Field | None:
    """Take the rest of a field's name off the words; None if it is none that is known."""
    if word in FIELDS:
        return FIELDS[word]
    found = FIELDS.get(f"{word} {words[0]}") if words else None
    if found is not None:
        del words[0]
    return found


def _condition(field: Field, words: list[str]) -> Condition:
    """Take a comparison off the words."""
    inverted = words[:1] == ["!="]
    if words[:1] in (["!="], ["=="]):
        del words[0]
    value = words.pop(0) if words else ""

    def holds(flow: Flow, sets: Sets) -> bool | None:
        if field.family not in (None, flow.family):
            return False
        items = _items(value, sets)
        found = None if items is None else _any(field.fits(item, flow) for item in items)
        return found is not inverted if found is not None else None

    return holds


def _any(found: Iterable[bool | None]) -> bool | None:
    seen = set(found)
    return True if True in seen else None if None in seen else False


def _items(value: str, sets: Sets) -> tuple[str, ...] | None:
    """Return the values that a comparison allows; None for a set that was not read."""
    if value.startswith("@"):
        return sets.get(value[1:])
    if value.startswith("{"):
        return tuple(item.strip() for item in _ITEM.findall(value[1:-1]) if item.strip())
    return tuple(value.split(","))


def _chooser(field: Field, value: str) -> Callable[[Flow, Sets], Line | None]:
    def choose(flow: Flow, sets: Sets) -> Line | None:
        items = _items(value, sets)
        for item in items or ():
            key, mapped, verdict = item.partition(" : ")
            fits = field.fits(key.strip(), flow)
            if fits is not False:
                return read_line(verdict) if fits and mapped else None
        return None if items is None else Line()

    return choose
