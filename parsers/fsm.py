"""TextFSM, made strict: every line of a text is parsed, known noise, or reported as unknown.

The templates are plain TextFSM (https://github.com/google/textfsm/wiki/TextFSM); stock TextFSM
gives the same rows for a text it knows, which a test holds against every sample. Four things
differ here (``templates/README.md`` tells them to the author of a template):

- ``-> Error`` notes the line as unknown and goes on; ``-> Error STATE`` goes on in that state.
- A second text for a Value that is no List and no Filldown is an unknown line: it would overwrite.
- A line is *noise* if the rules that took it capture nothing, or if it is blank.
- A row knows the line where it began, and the line of each item of its List values.

This is the only module that imports textfsm.
"""

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import textfsm

from parsers.reading import Ledger, UnknownLine

_OPTIONS = {"Required", "List", "Filldown", "Key"}


class TemplateError(Exception):
    """A template of ours is broken: our mistake, never a node's."""


@dataclass(frozen=True, slots=True)
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
class Rows:
    """What a template made of a text."""

    rows: tuple[Row, ...]
    ledger: Ledger


@dataclass(frozen=True, slots=True)
class _Capture:
    """Where a group of a rule's regex goes. ``inner`` are a List item's own groups."""

    name: str
    group: int
    is_list: bool
    once: bool  # a record has one of it: a second would overwrite the first
    inner_names: tuple[str, ...] = ()
    inner_groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Rule:
    """A template's rule with everything looked up that can be looked up before a text comes."""

    match: Callable[[str], re.Match[str] | None]
    captures: tuple[_Capture, ...]
    record: str  # "", Record, Clear, Clearall
    goes_on: bool
    is_error: bool
    state: str  # "" to stay


@dataclass(frozen=True, slots=True)
class _Template:
    """A compiled template: shared by all threads, so that nothing of a run is kept in it."""

    states: dict[str, tuple[_Rule, ...]]
    names: tuple[str, ...]
    lists: tuple[str, ...]
    required: tuple[str, ...]
    filldown: tuple[str, ...]


def run(template: str, lines: Sequence[str]) -> Rows:
    """Run ``templates/TEMPLATE.textfsm`` over lines and account for each of them.

    Raises TemplateError if there is no such template or it is broken, nothing for any text.
    """
    this = _Run(_compiled(template), lines, bytearray(len(lines)))
    this.read()
    return Rows(tuple(this.rows), this.ledger())


def source(template: str) -> str:
    """Return a template's text."""
    try:
        return files("templates").joinpath(f"{template}.textfsm").read_text("utf-8")
    except FileNotFoundError as error:
        raise TemplateError(f"there is no template named {template!r}") from error


@cache
def _compiled(template: str) -> _Template:
    try:
        stock = textfsm.TextFSM(io.StringIO(source(template)))
    except textfsm.TextFSMTemplateError as error:
        raise TemplateError(f"{template}: {error}") from error
    options = {value.name: set(value.OptionNames()) for value in stock.values}
    for name, chosen in options.items():
        if not chosen <= _OPTIONS:
            raise TemplateError(f"{template}: {name} has an option that is not supported: {chosen}")

    def having(option: str) -> tuple[str, ...]:
        return tuple(name for name, chosen in options.items() if option in chosen)

    states = {
        name: tuple(_rule(template, rule, options, set(stock.states)) for rule in rules)
        for name, rules in stock.states.items()
    }
    return _Template(states, tuple(options), having("List"), having("Required"), having("Filldown"))


def _rule(template: str, rule: Any, options: dict[str, set[str]], states: set[str]) -> _Rule:
    if rule.new_state and rule.new_state not in states:
        raise TemplateError(f"{template}: line {rule.line_num} goes to no state of this template")
    pattern = re.compile(rule.regex)
    groups = {index: name for name, index in pattern.groupindex.items()}
    captures: list[_Capture] = []
    inner: list[tuple[str, int]] = []
    for index in sorted(groups, reverse=True):  # a List's inner groups stand after its own
        name = groups[index]
        if name not in options:
            inner.insert(0, (name, index))
            continue
        names = tuple(inner_name for inner_name, _ in inner)
        numbers = tuple(number for _, number in inner)
        is_list = "List" in options[name]
        once = not options[name] & {"List", "Filldown"}
        captures.insert(0, _Capture(name, index, is_list, once, names, numbers))
        inner = []
    return _Rule(
        match=pattern.match,
        captures=tuple(captures),
        record="" if rule.record_op == "NoRecord" else rule.record_op,
        goes_on=rule.line_op == "Continue",
        is_error=rule.line_op == "Error",
        state=rule.new_state,
    )


_NOISE, _PARSED, _UNKNOWN = range(3)


@dataclass(slots=True)
class _Run:
    """One text's way through a template. ``account`` has what each line was taken for."""

    template: _Template
    lines: Sequence[str]
    account: bytearray
    rows: list[Row] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    item_lines: dict[str, list[int]] = field(default_factory=dict)
    taken: list[int] = field(default_factory=list)  # lines of the record being made

    def read(self) -> None:
        self._clear(keep=())
        states = self.template.states
        rules = states["Start"]
        for number, line in enumerate(self.lines, 1):
            for rule in rules:
                found = rule.match(line)
                if found is None:
                    continue
                if rule.captures and not self._take(rule.captures, found, number):
                    self._note(number)
                    break
                if rule.record:
                    self._record(rule.record)
                if rule.goes_on:
                    continue
                if rule.is_error:
                    self._note(number)
                if rule.state:
                    rules = states[rule.state]
                break
            else:
                self._note(number)
        self._record("Record")

    def ledger(self) -> Ledger:
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

    def _take(self, captures: tuple[_Capture, ...], found: re.Match[str], number: int) -> bool:
        """Take a line's values; False, and nothing is taken, if one is taken already."""
        if self.taken and any(each.once and self.values[each.name] for each in captures):
            return False
        self.account[number - 1] = _PARSED
        self.taken.append(number)
        for capture in captures:
            text = found[capture.group]
            if not capture.is_list:
                self.values[capture.name] = text
            elif text is not None:
                inner = capture.inner_groups
                item = dict(zip(capture.inner_names, map(found.group, inner), strict=True))
                self.values[capture.name].append(item if inner else text)
                self.item_lines[capture.name].append(number)
        return True

    def _record(self, operation: str) -> None:
        if operation == "Record":
            self._append()
        self._clear(keep=() if operation == "Clearall" else self.template.filldown)

    def _append(self) -> None:
        values = self.values
        if not all(values[name] for name in self.template.required):
            self._lose()
            return
        if all(value is None or value == [] for value in values.values()):
            return
        row = {name: "" if value is None else value for name, value in values.items()}
        self.rows.append(Row(row, self.taken[0] if self.taken else 0, self.item_lines))

    def _lose(self) -> None:
        """Count as unknown what was taken for a record that lacks what it requires."""
        if any(self.values[name] for name in self.values.keys() - set(self.template.filldown)):
            for number in self.taken:
                self.account[number - 1] = _UNKNOWN

    def _clear(self, keep: tuple[str, ...]) -> None:
        values = self.values
        kept = {name: values[name] for name in keep}
        kept_lines = {name: self.item_lines[name] for name in keep if name in self.item_lines}
        self.values = dict.fromkeys(self.template.names)
        for name in self.template.lists:
            self.values[name] = []
        self.values.update((n, list(v) if isinstance(v, list) else v) for n, v in kept.items())
        self.item_lines = {name: list(kept_lines.get(name, ())) for name in self.template.lists}
        self.taken = []
