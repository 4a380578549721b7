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
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import textfsm

from parsers.engine import Items, Row, Rule, Run, Template
from parsers.reading import Ledger

__all__ = ["Row", "Rows", "TemplateError", "run", "source"]

_OPTIONS = {"Required", "List", "Filldown", "Key"}


class TemplateError(Exception):
    """A template of ours is broken: our mistake, never a node's."""


@dataclass(frozen=True, slots=True)
class Rows:
    """What a template made of a text."""

    rows: tuple[Row, ...]
    ledger: Ledger


def run(template: str, lines: Sequence[str]) -> Rows:
    """Run ``templates/TEMPLATE.textfsm`` over lines and account for each of them.

    Raises TemplateError if there is no such template or it is broken, nothing for any text.
    """
    this = Run(_compiled(template), lines, bytearray(len(lines)))
    this.read()
    return Rows(tuple(this.rows), this.ledger())


def source(template: str) -> str:
    """Return a template's text."""
    try:
        return files("templates").joinpath(f"{template}.textfsm").read_text("utf-8")
    except FileNotFoundError as error:
        raise TemplateError(f"there is no template named {template!r}") from error


@cache
def _compiled(template: str) -> Template:
    return compile_template(template, source(template))


def compile_template(name: str, text: str) -> Template:
    """Compile a template's text. Raises TemplateError if it is broken or not strict."""
    try:
        stock = textfsm.TextFSM(io.StringIO(text))
    except textfsm.TextFSMTemplateError as error:
        raise TemplateError(f"{name}: {error}") from error
    options = {value.name: set(value.OptionNames()) for value in stock.values}
    for value, chosen in options.items():
        if not chosen <= _OPTIONS:
            raise TemplateError(f"{name}: {value} has an option that is not supported: {chosen}")

    def having(option: str) -> tuple[str, ...]:
        return tuple(value for value, chosen in options.items() if option in chosen)

    states = {
        state: tuple(_rule(name, rule, options, set(stock.states)) for rule in rules)
        for state, rules in stock.states.items()
    }
    texts = {value: "" for value, chosen in options.items() if "List" not in chosen}
    return Template(states, texts, having("List"), having("Required"), having("Filldown"))


def _rule(template: str, rule: Any, options: dict[str, set[str]], states: set[str]) -> Rule:
    if rule.new_state and rule.new_state not in states:
        raise TemplateError(f"{template}: line {rule.line_num} goes to no state of this template")
    pattern = re.compile(rule.regex)
    chosen = set[str]().union(*options.values())
    texts: list[tuple[str, int]] = []
    items: list[tuple[str, int, list[tuple[str, int]]]] = []
    for name, number in sorted(pattern.groupindex.items(), key=lambda each: each[1]):
        if "List" in options.get(name, ()):
            items.append((name, number - 1, []))
        elif name in options:
            texts.append((name, number - 1))
        else:  # a List item's own group: it stands after the List's
            items[-1][2].append((name, number - 1))
    found = tuple(Items(name, group, tuple(inner)) for name, group, inner in items)
    only_texts = len(texts) == pattern.groups and bool(texts)
    is_record = rule.record_op == "Record" and not rule.line_op
    is_item = [each.inner for each in found] == [()] and not (
        texts or rule.line_op or rule.record_op or rule.new_state
    )
    return Rule(
        match=pattern.match,
        takes=bool(texts or items),
        texts=tuple(texts),
        items=found,
        only_texts=only_texts,
        once=tuple(name for name, _ in texts if "Filldown" not in options[name]),
        record="" if rule.record_op == "NoRecord" else rule.record_op,
        goes_on=rule.line_op == "Continue",
        is_error=rule.line_op == "Error",
        state=rule.new_state,
        short=is_item or (only_texts and is_record and not chosen & {"List", "Filldown"}),
        all_texts=len(texts) == len(options),
        only_item=found[0].name if is_item else "",
    )
