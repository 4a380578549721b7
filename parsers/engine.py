"""The machine under ``parsers.fsm``: a compiled template, and one text's way through it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from parsers.reading import Ledger, UnknownLine

_NOISE, _PARSED, _UNKNOWN = range(3)


@dataclass(slots=True)  # not frozen: that takes as long again as to make one
class Row:
    """One record of a template: its values by name, text or a list for a List value.

    ``line`` (from 1) is where the first value since the row before was taken. ``item_lines`` has
    for each List value the line of each of its items.
    """

    values: dict[str, Any]
    line: int
    item_lines: dict[str, list[int]]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]


@dataclass(frozen=True, slots=True)
class Items:
    """Where a rule's regex has an item of a List value, and the item's own groups."""

    name: str
    group: int  # from 0, as in Match.groups()
    inner: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A template's rule with everything looked up that can be looked up before a text comes.

    ``once`` are those of its values that a record has only one of. ``short`` says that a line of
    it is a record by itself, or an item of the List value ``only_item`` ("" if it is none) and
    nothing else; ``all_texts`` that it has every value that the template has.
    """

    match: Callable[[str], re.Match[str] | None]
    takes: bool
    texts: tuple[tuple[str, int], ...]  # values that are text, with their groups
    items: tuple[Items, ...]
    only_texts: bool  # every group of the regex is a value that is text
    once: tuple[str, ...]
    record: str  # "", Record, Clear, Clearall
    goes_on: bool
    is_error: bool
    state: str  # "" to stay
    short: bool
    all_texts: bool
    only_item: str


@dataclass(frozen=True, slots=True)
class Template:
    """A compiled template: shared by all threads, so that nothing of a run is kept in it."""

    states: dict[str, tuple[Rule, ...]]
    texts: dict[str, Any]  # every value that is text, empty
    lists: tuple[str, ...]
    required: tuple[str, ...]
    filldown: tuple[str, ...]


@dataclass(slots=True)
class Run:
    """One text's way through a template. ``account`` has what each line was taken for."""

    template: Template
    lines: Sequence[str]
    account: bytearray
    rows: list[Row] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    item_lines: dict[str, list[int]] = field(default_factory=dict)
    taken: list[int] = field(default_factory=list)  # lines of the record being made

    def read(self) -> None:
        """Go through the lines."""
        self._clear(keep=())
        states = self.template.states
        rules = states["Start"]
        for number, line in enumerate(self.lines, 1):
            for rule in rules:
                found = rule.match(line)
                if found is None:
                    continue
                is_done = rule.short and self._took_short(rule, found, number)
                state = rule.state if is_done else self._obey(rule, found, number)
                if state is None:
                    continue
                if state:
                    rules = states[state]
                break
            else:
                self._note(number)
        self._record("Record")

    def ledger(self) -> Ledger:
        """Return the account of the lines."""
        unknown = (n for n, kind in enumerate(self.account) if kind == _UNKNOWN)
        return Ledger(
            lines=len(self.lines),
            parsed=self.account.count(_PARSED),
            noise=self.account.count(_NOISE),
            unknown=tuple(UnknownLine(n + 1, self.lines[n]) for n in unknown),
        )

    def _note(self, number: int) -> None:
        line = self.lines[number - 1]
        if line and not line.isspace():
            self.account[number - 1] = _UNKNOWN

    def _took_short(self, rule: Rule, found: re.Match[str], number: int) -> bool:
        """Take an item, or make a record of one line: what most lines are.

        False if it is neither this time, and nothing was done.
        """
        if rule.only_item:
            text = found[rule.only_item]
            if text is None:
                return False
            self.values[rule.only_item].append(text)
            self.item_lines[rule.only_item].append(number)
            self.taken.append(number)
        elif self.taken:
            return False
        else:
            values: dict[str, Any] = found.groupdict("")
            if not rule.all_texts:
                values = self.template.texts | values
            for name in self.template.required:
                if not values[name]:
                    return False
            if self.template.required or any(values.values()):
                self.rows.append(Row(values, number, self.item_lines))
        self.account[number - 1] = _PARSED
        return True

    def _obey(self, rule: Rule, found: re.Match[str], number: int) -> str | None:
        """Do what a rule says; return the state to go to ("" to stay), None to try more rules."""
        if rule.takes:
            if self.taken and self._overwrites(rule):
                self._note(number)
                return ""
            self._take(rule, found, number)
        if rule.record:
            self._record(rule.record)
        if rule.goes_on:
            return None
        if rule.is_error:
            self._note(number)
        return rule.state

    def _overwrites(self, rule: Rule) -> bool:
        """Say whether the record has one of the rule's values already."""
        values = self.values
        for name in rule.once:  # noqa: SIM110 # any() takes twice the time
            if values[name]:
                return True
        return False

    def _take(self, rule: Rule, found: re.Match[str], number: int) -> None:
        """Take a line's values."""
        values = self.values
        self.account[number - 1] = _PARSED
        self.taken.append(number)
        if rule.only_texts:
            values.update(found.groupdict(""))
            return
        groups = found.groups()
        for name, group in rule.texts:
            values[name] = groups[group] or ""
        for items in rule.items:
            text = groups[items.group]
            if text is not None:
                inner = items.inner
                item = {name: groups[group] for name, group in inner} if inner else text
                values[items.name].append(item)
                self.item_lines[items.name].append(number)

    def _record(self, operation: str) -> None:
        if operation == "Record" and self.taken:
            self._append()
        self._clear(keep=() if operation == "Clearall" else self.template.filldown)

    def _append(self) -> None:
        values = self.values
        required = self.template.required
        for name in required:
            if not values[name]:
                self._lose()
                return
        if required or any(values.values()):
            self.rows.append(Row(values, self.taken[0], self.item_lines))

    def _lose(self) -> None:
        """Count as unknown what was taken for a record that lacks what it requires."""
        if any(self.values[name] for name in self.values.keys() - set(self.template.filldown)):
            for number in self.taken:
                self.account[number - 1] = _UNKNOWN

    def _clear(self, keep: tuple[str, ...]) -> None:
        """Begin a record; ``keep`` are the values that stay from the one before."""
        before, lines_before = self.values, self.item_lines
        self.values = self.template.texts.copy()
        self.taken = []
        if self.template.lists:
            self.item_lines = {}
            for name in self.template.lists:
                self.values[name] = list(before[name]) if name in keep else []
                self.item_lines[name] = list(lines_before[name]) if name in keep else []
        for name in keep:
            if name in self.template.texts:
                self.values[name] = before[name]
