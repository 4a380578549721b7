"""TextFSM, made strict: every line of a text is parsed, known noise, or reported as unknown.

The templates are plain TextFSM (https://github.com/google/textfsm/wiki/TextFSM); stock TextFSM
gives the same rows for a text it knows, which a test holds against every sample. Three things
differ here (``templates/README.md`` tells them to the author of a template):

- ``-> Error`` notes the line as unknown and goes on; ``-> Error STATE`` goes on in that state.
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
    this = _Run(_compiled(template))
    this.read(lines)
    return Rows(tuple(this.rows), this.ledger(len(lines)))


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
        captures.insert(0, _Capture(name, index, "List" in options[name], names, numbers))
        inner = []
    return _Rule(
        match=pattern.match,
        captures=tuple(captures),
        record="" if rule.record_op == "NoRecord" else rule.record_op,
        goes_on=rule.line_op == "Continue",
        is_error=rule.line_op == "Error",
        state=rule.new_state,
    )


@dataclass(slots=True)
class _Run:
    """One text's way through a template."""

    template: _Template
    rows: list[Row] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    item_lines: dict[str, list[int]] = field(default_factory=dict)
    began: int = 0
    parsed: int = 0
    unknown: list[UnknownLine] = field(default_factory=list)

    def read(self, lines: Sequence[str]) -> None:
        self._clear(keep=())
        states = self.template.states
        rules = states["Start"]
        for number, line in enumerate(lines, 1):
            took = False
            for rule in rules:
                found = rule.match(line)
                if found is None:
                    continue
                if rule.captures:
                    took = True
                    self._take(rule.captures, found, number)
                if rule.record:
                    self._record(rule.record)
                if rule.goes_on:
                    continue
                if rule.is_error:
                    self._note(number, line)
                else:
                    self.parsed += took
                if rule.state:
                    rules = states[rule.state]
                break
            else:
                self._note(number, line)
        self._record("Record")

    def ledger(self, lines: int) -> Ledger:
        noise = lines - self.parsed - len(self.unknown)
        return Ledger(lines, self.parsed, noise, tuple(self.unknown))

    def _note(self, number: int, line: str) -> None:
        if line and not line.isspace():
            self.unknown.append(UnknownLine(number, line))

    def _take(self, captures: tuple[_Capture, ...], found: re.Match[str], number: int) -> None:
        if not self.began:
            self.began = number
        for capture in captures:
            text = found[capture.group]
            if not capture.is_list:
                self.values[capture.name] = text
            elif text is not None:
                inner = capture.inner_groups
                item = dict(zip(capture.inner_names, map(found.group, inner), strict=True))
                self.values[capture.name].append(item if inner else text)
                self.item_lines[capture.name].append(number)

    def _record(self, operation: str) -> None:
        if operation == "Record":
            self._append()
        if operation == "Clearall":
            self._clear(keep=())
        else:
            self._clear(keep=self.template.filldown)

    def _append(self) -> None:
        values = self.values
        if not self.began and not self.template.filldown:
            return
        if not all(values[name] for name in self.template.required):
            return
        if all(value is None or value == [] for value in values.values()):
            return
        row = {name: "" if value is None else value for name, value in values.items()}
        self.rows.append(Row(row, self.began, self.item_lines))

    def _clear(self, keep: tuple[str, ...]) -> None:
        kept = {name: self.values[name] for name in keep}
        kept_lines = {name: list(self.item_lines[name]) for name in keep if name in self.item_lines}
        self.values = dict.fromkeys(self.template.names)
        self.values.update((name, []) for name in self.template.lists)
        self.values.update((n, list(v) if isinstance(v, list) else v) for n, v in kept.items())
        self.item_lines = {name: [] for name in self.template.lists} | kept_lines
        self.began = 0
