"""The lines of all chains of a namespace's packet filters, each as what it means.

A rule that iptables put into nft's tables is listed by either program. It counts once, by nft's
line, unless nft has no words for all of it: then, by what iptables says (docs/decisions/007).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from netsnap.model.basechains import LEGACY, Base, is_dormant, table_of
from netsnap.model.filterlines import Line, Sets, read_line
from netsnap.model.ipsets import IpSets
from netsnap.model.lookups import Lookups
from netsnap.model.xtables import read_rule
from parsers.facts import Fact
from parsers.iptables import NF_TABLES, POLICY
from parsers.records import FilterRule, IptablesRule

ELEMENT = "element "
ABRIDGED = re.compile(r'\bxt (?:match|target) "?(?!comment\b)|(?:^|\s)# ')
"""How nft prints what it has no words for; before 1.0, what somebody else had."""
_XT = re.compile(r'\bxt (?:match|target) "?(?!comment\b)([\w.-]+)')
_ASKS_ROUTES = re.compile(r"\bfib ")
"""What nft says in words that are read of iptables only."""

Chain = tuple[str, str]
"""Table and chain."""


class Step(NamedTuple):
    """A line of a chain."""

    fact: Fact
    text: str
    line: Line


Steps = Mapping[Chain, Sequence[Step]]


class Chains:
    """Every chain, and the sets that its lines ask."""

    def __init__(self, facts: Iterable[Fact], lookups: Lookups, *, sets_readable: bool) -> None:
        listed = sorted(facts, key=lambda each: each.line)
        self.bases: list[Base] = []
        self.steps: dict[Chain, list[Step]] = defaultdict(list)
        self._asleep: set[str] = set()
        self._named: dict[str, dict[str, tuple[str, ...]]] = defaultdict(dict)
        self._lookups = lookups
        self._ipsets = IpSets(listed, readable=sets_readable)
        retold: dict[Chain, list[Step]] = defaultdict(list)
        for fact in listed:
            if isinstance(fact.record, FilterRule):
                self._take(fact, fact.record)
            elif isinstance(fact.record, IptablesRule):
                self._take_rule(fact, fact.record, retold)
        for chain, rules in retold.items():
            self.steps[chain] = list(_told_best(self.steps[chain], rules))
        awake = (base for base in self.bases if base.table not in self._asleep)
        self.bases = sorted(awake, key=lambda base: base.priority)

    def sets_of(self, table: str) -> Sets:
        """Return the sets that a table's lines may name."""
        return Sets(self._named[table], self._ipsets, self._lookups)

    def _take(self, fact: Fact, rule: FilterRule) -> None:
        sort, _, name = rule.chain.rpartition(" ")
        if sort in ("set", "map"):
            held = self._named[rule.table].get(name, ())
            new = (rule.rule,) if rule.rule.startswith(ELEMENT) else rule.elements
            self._named[rule.table][name] = (*held, *map(_element, new))
            return
        base = Base.of(fact, rule)
        if base is not None:
            self.bases.append(base)
        elif is_dormant(rule):
            self._asleep.add(rule.table)
        elif rule.chain and not sort:
            step = Step(fact, rule.rule, read_line(rule.rule))
            self.steps[rule.table, rule.chain].append(step)

    def _take_rule(self, fact: Fact, rule: IptablesRule, retold: dict[Chain, list[Step]]) -> None:
        chain = (table_of(rule), rule.chain)
        base = Base.of_policy(fact, rule)
        if rule.backend == LEGACY and base is not None:
            self.bases.append(base)
        elif rule.chain and rule.rule != POLICY:
            step = Step(fact, rule.rule, read_rule(rule.rule, rule.verdict))
            of = {LEGACY: self.steps, NF_TABLES: retold}.get(rule.backend)
            if of is not None:
                of[chain].append(step)


def _told_best(lines: Sequence[Step], rules: Sequence[Step]) -> Iterator[Step]:
    """Put a rule of iptables' in the place of each line of nft's that tells less.

    The two lists have one order. A line whose rule is not found in it has all rules of the chain
    as its text: if one changes, so does what cannot be told.
    """
    whole = [_verdict(each) for each in lines] == [_verdict(each) for each in rules]
    alike: dict[_Shape, list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        if not ABRIDGED.search(line.text) and not (whole and _ASKS_ROUTES.search(line.text)):
            yield line
            continue
        shape = (_verdict(line), frozenset(_XT.findall(line.text)))
        if not whole and shape not in alike:
            alike[shape] = [n for n, rule in enumerate(rules) if _may_be(rule, shape)]
        if whole:
            yield rules[at]
        elif shape[1] and len(alike[shape]) == sum(_is_of(each, shape) for each in lines):
            yield rules[alike[shape][sum(_is_of(each, shape) for each in lines[:at])]]
        else:
            others = " / ".join(each.text for each in rules)
            yield line._replace(text=f"{line.text} ({others})")


_Shape = tuple[str, frozenset[str]]
"""What a line does in the end, and what nft has only the name of."""


def _is_of(line: Step, shape: _Shape) -> bool:
    return (_verdict(line), frozenset(_XT.findall(line.text))) == shape


def _may_be(rule: Step, shape: _Shape) -> bool:
    words = set(rule.text.split())
    return _verdict(rule) == shape[0] and shape[1] <= words


def _verdict(step: Step) -> str:
    record = step.fact.record
    return record.verdict if isinstance(record, FilterRule | IptablesRule) else ""


def _element(text: str) -> str:
    """Return an element without its own counter, timeout and comment."""
    key, mapped, verdict = text.removeprefix(ELEMENT).partition(" : ")
    return f"{''.join(key.split()[:1]) if not key.startswith(chr(34)) else key}{mapped}{verdict}"
