"""One line of an nft chain: which packets it means, and what it does with them (nft(8)).

What is not understood of a line is neither true nor false: what the line does is then possible,
and no more.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import lru_cache, partial
from itertools import pairwise
from typing import NamedTuple

from netsnap.model.filterfields import FIELDS, MARK, NO_PING, Field
from netsnap.model.flow import Flow
from netsnap.model.ipsets import IpSets
from netsnap.model.lookups import Lookups
from netsnap.model.markings import Act, all_of, marking, operations, untrack


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


class Sets(NamedTuple):
    """The elements of one table's named sets and maps, those that were read, and all ipsets.

    ``lookups`` are the routing tables, which a line may ask, too.
    """

    named: Mapping[str, tuple[str, ...]]
    ipsets: IpSets
    lookups: Lookups

    def members(self, name: str) -> Iterable[str]:
        """Return what a set holds that a line names: "@name" is nft's."""
        return sorted(self.named.get(name[1:], ())) if name[0] == "@" else self.ipsets.members(name)


Condition = Callable[[Flow, Sets], bool | None]


class Line(NamedTuple):
    """A line, ready to be applied. ``vague`` says that not all of it was understood.

    ``choose`` is that of a verdict map: it gives the line that the packet's entry amounts to,
    None if that cannot be told. ``act`` is what the line makes of the packet: another mark, or
    one that is not tracked. ``names`` are the sets that it asks.
    """

    conditions: tuple[Condition, ...] = ()
    end: End = End.NEXT
    target: str = ""  # the chain of a jump or goto
    vague: bool = False
    choose: "Callable[[Flow, Sets], Line | None] | None" = None
    act: Act | None = None
    names: tuple[str, ...] = ()

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
    **dict.fromkeys(("fwd", "synproxy"), End.ALTER),
}
XT_DROPS = frozenset({"DROP", "REJECT"})
XT_ALTERS = frozenset({"MASQUERADE", "SNAT", "DNAT", "REDIRECT", "NETMAP", "TPROXY", "NFQUEUE"})
"""Targets of iptables that nft prints by their name alone; before 1.0.8 without quotes."""
_ALTERING = frozenset(
    {
        ("mark", "set"),
        *(
            ("target", f"{q}{name}{q}")
            for name in ("MARK", "CONNMARK", "CT", "HMARK")
            for q in ("", '"')
        ),
    }
)
"""Words after what is not understood, which give the packet another mark, or no state."""
WITHOUT_EFFECT = frozenset({"counter", "log"})
WITH_ARGUMENT = frozenset(
    {"comment", "prefix", "level", "group", "snaplen", "queue-threshold", "name"}
)

_WORD = re.compile(r'"[^"]*"|\{[^{}]*\}|[^\s{}"]+|\S')
_ITEM = re.compile(r'(?:"[^"]*"|[^,"])+')


@lru_cache(maxsize=1 << 16)
def read_line(text: str) -> Line:
    """Read one line of a chain."""
    words = _WORD.findall(text)
    names = tuple(word for word in words if word.startswith("@"))
    return _Reader(words).line()._replace(names=names)


class _Reader:
    """Takes a line's words off, from the left."""

    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._conditions: list[Condition] = []
        self._acts: list[Act] = []

    def line(self) -> Line:
        """Return what the words mean, as far as they are understood."""
        words = self._words
        while words:
            word = words.pop(0)
            if word in WITH_ARGUMENT:
                del words[:1]
            elif word == "xt" and " ".join(words[:2]).replace('"', "") == "match comment":
                del words[:2]
            elif word in ENDS:
                return self._made([word, *words])
            elif word == "notrack":
                self._acts.append(untrack)
            elif word not in WITHOUT_EFFECT and (end := self._compared(word)) is not None:
                return end
        return self._made([])

    def _compared(self, word: str) -> Line | None:
        """Take a comparison off, or what sets the mark; return the line where it ends here."""
        words = self._words
        field = _field(word, words)
        if field is MARK and words[:1] == ["set"]:
            del words[0]
            self._acts.append(marking(words))
            return None
        if word in NO_PING and field is None:
            self._conditions.append(partial(_is_of, word))
        if self._acts or field is None or words[:1] == ["."]:  # a concatenation is not taken apart
            return self._made([word, *words], vague=True)
        if words[:1] == ["vmap"]:
            chooser = _chooser(field, "".join(words[1:2]))
            return Line(tuple(self._conditions), End.MAPPED, choose=chooser)
        self._conditions.append(_condition(field, words))
        return None

    def _made(self, rest: list[str], *, vague: bool = False) -> Line:
        """Return the line whose other words are these."""
        if any(pair in _ALTERING for pair in pairwise(rest)):
            self._acts.append(Flow.of_any_fate)
        if "notrack" in rest:
            self._acts.append(untrack)
        acts = tuple(self._acts)
        act = partial(all_of, acts) if acts else None
        return Line(tuple(self._conditions), *_end(rest), vague=vague, act=act)


def _is_of(protocol: str, flow: Flow, _: Sets) -> bool:
    return flow.protocol == protocol


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
    steps = operations(words) if field is MARK else []
    inverted = words[:1] == ["!="]
    if words[:1] in (["!="], ["=="]):
        del words[0]
    value = words.pop(0) if words else ""
    masked = words[:1] == ["/"]
    if masked:  # the flags of which these are to be set
        value = f"{value} / {''.join(words[1:2])}"
        del words[:2]

    def holds(flow: Flow, sets: Sets) -> bool | None:
        if not field.is_of(flow):
            return False
        for operation, operand in steps:
            flow = flow._replace(mark=operation(flow.mark, operand))
        items = (value,) if masked else _items(value, sets)
        found = None if items is None else some(field.fits(item, flow) for item in items)
        return found is not inverted if found is not None else None

    return holds


def some(found: Iterable[bool | None]) -> bool | None:
    """Say whether one of several is true; None if that cannot be told."""
    seen = set(found)
    return True if True in seen else None if None in seen else False


def _items(value: str, sets: Sets) -> tuple[str, ...] | None:
    """Return the values that a comparison allows; None for a set that was not read."""
    if value.startswith("@"):
        return sets.named.get(value[1:])
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
