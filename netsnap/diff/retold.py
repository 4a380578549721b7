"""Changes that another program's line tells already: a rule of iptables-nft is nft's rule too.

docs/decisions/007 has the why.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from netsnap.diff.changes import Alteration, Change
from netsnap.diff.sight import Sight, View
from parsers.facts import Fact, Key
from parsers.iptables import NF_TABLES, ONLY_NFT, POLICY
from parsers.records import FilterRule, IptablesRule
from parsers.roles import Record

_ABRIDGED = ("xt match ", "xt target ")
"""How nft prints what it has no words for: the name of a match or target, without arguments."""

_Chain = tuple[str, str, str, str]  # node, netns, "ip filter", chain


def told_once(changes: Iterable[Change], sight: Sight) -> Iterator[Change]:
    """Leave out the changes of iptables' rules that a change of nft's line tells in full.

    A rule of which nft tells only a part stays, and so does one whose line there is not changed.
    A table that iptables could tell in one snapshot alone has not lost its rules in the other.
    """
    listed = list(changes)
    altered = {(each.key, each.alteration) for each in listed}
    lines = {Alteration.ADDED: _Lines(sight.after), Alteration.REMOVED: _Lines(sight.before)}
    for change in listed:
        fact = change.after or change.before
        if fact is None or not _is_of_nf_tables(fact, sight):
            yield change
        elif not _is_policy(fact.record) and not _is_untold(fact, change, sight):
            line = lines[change.alteration].of(fact) if change.alteration in lines else None
            if line is None or (line.key, change.alteration) not in altered:
                yield change


def _is_of_nf_tables(fact: Fact, sight: Sight) -> bool:
    """Say whether nft lists the rule too, in both snapshots.

    It lists a chain's policy where there is a chain for it to be of.
    """
    is_ours = isinstance(fact.record, IptablesRule) and fact.record.backend == NF_TABLES
    return is_ours and _both_see_nft(fact.key, sight)


def _is_untold(fact: Fact, change: Change, sight: Sight) -> bool:
    """Say whether iptables could not tell the rule's table in the snapshot that lacks the rule."""
    other = sight.after if change.after is None else sight.before
    family, backend, table, *_, words, _ = fact.record.identity
    untold = (family, backend, table, "", ONLY_NFT, 0)
    return words != ONLY_NFT and fact.key._replace(identity=untold, nth=0) in other.facts.by_key


def _both_see_nft(key: Key, sight: Sight) -> bool:
    return all(
        view.facts.sees(key.node, key.netns, FilterRule.kind)
        for view in (sight.before, sight.after)
    )


class _Lines:
    """Which line of nft's is which rule of iptables', in one snapshot: they have one order."""

    def __init__(self, view: View) -> None:
        self._view = view

    def of(self, fact: Fact) -> Fact | None:
        """Return nft's line for a rule; None if it tells less, or if the two lists do not fit."""
        if not isinstance(fact.record, IptablesRule):
            return None
        chain = _chain_of(fact, fact.record)
        rules, lines = self._rules.get(chain, {}), self._chains.get(chain, [])
        if len(rules) != len(lines) or fact.key not in rules:
            return None
        line = lines[rules[fact.key]]
        is_whole = isinstance(line.record, FilterRule) and not any(
            words in line.record.rule for words in _ABRIDGED
        )
        return line if is_whole else None

    @cached_property
    def _rules(self) -> Mapping[_Chain, Mapping[Key, int]]:
        found: dict[_Chain, list[Fact]] = defaultdict(list)
        for fact in self._view.facts.of_kind(IptablesRule.kind):
            record = fact.record
            if not isinstance(record, IptablesRule) or _is_policy(record):
                continue
            if record.backend == NF_TABLES:
                found[_chain_of(fact, record)].append(fact)
        ordered = _in_order(found).items()
        return {chain: {each.key: n for n, each in enumerate(facts)} for chain, facts in ordered}

    @cached_property
    def _chains(self) -> Mapping[_Chain, list[Fact]]:
        found: dict[_Chain, list[Fact]] = defaultdict(list)
        for fact in self._view.facts.of_kind(FilterRule.kind):
            record = fact.record
            if isinstance(record, FilterRule) and not _is_of_the_chain(record):
                place = (fact.key.node, fact.key.netns, record.table, record.chain)
                found[place].append(fact)
        return _in_order(found)


def _is_policy(record: Record) -> bool:
    return isinstance(record, IptablesRule) and record.rule == POLICY


def _in_order(found: dict[_Chain, list[Fact]]) -> Mapping[_Chain, list[Fact]]:
    return {chain: sorted(facts, key=lambda each: each.line) for chain, facts in found.items()}


def _is_of_the_chain(record: FilterRule) -> bool:
    """Say whether the line says what the chain is, and is no rule in it."""
    return record.rule.startswith(("type ", "comment "))


def _chain_of(fact: Fact, record: IptablesRule) -> _Chain:
    table = f"{record.family} {record.table}"
    return fact.key.node, fact.key.netns, table, record.chain
