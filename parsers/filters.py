"""Reader of ``nft list ruleset``. The language is described in nft(8)."""

import re
from collections import Counter

from parsers import fsm
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import FilterRule
from parsers.text import Text

_COUNTS = re.compile(
    r"(?P<counter>\bcounter )?\bpackets (?P<packets>\d{1,20}) bytes (?P<bytes>\d{1,20})\b"
)
_TIMERS = re.compile(r" (?:expires|last used|used) (?:\d+ \w+|\S+)")
_ELEMENT = re.compile(r'(?:"[^"]*"?|[^,"])+')


def read_ruleset(text: Text) -> Reading:
    """Read ``nft -a list ruleset`` of one netns; no tables is an answer, and it is empty.

    A chain's hook and policy, a table's flags and each line of a set are rules too; each element
    of a set is one, so that a new element does not move the others. ``chain`` is "set NAME" for
    those of a set (likewise map, counter, quota …) and "" for a line of the table itself.
    """
    rows = fsm.run("nft-ruleset", text.lines)
    gathered = Gathering.of(text.lines, rows)
    seen: Counter[tuple[str, str, str]] = Counter()
    table = chain = ""
    for row in rows.rows:
        if row["Table"]:
            table, chain = row["Table"], ""
        elif row["Block"]:
            chain = row["Block"].removeprefix("chain ")
        else:
            for words in _rules(row.values):
                place = "" if row["TableRule"] else chain
                rule = _rule(table, place, words)
                place_of_rule = (rule.table, rule.chain, rule.rule)
                gathered.add(row.line, _at(rule, seen[place_of_rule]))
                seen[place_of_rule] += 1
    return gathered.reading()


def _rules(values: dict[str, str]) -> list[str]:
    if not values["Elements"]:
        return [values["TableRule"] or values["Rule"]]
    found = (element.strip() for element in _ELEMENT.findall(values["Elements"]))
    return [f"element {element}" for element in found if element]


def _rule(table: str, chain: str, words: str) -> FilterRule:
    before, _, handle = words.rpartition(" # handle ")
    words = (before if handle.isdigit() else words).strip().rstrip(";")
    counts = _COUNTS.search(words)
    return FilterRule(
        table=table,
        chain=chain,
        rule=_TIMERS.sub("", _COUNTS.sub("counter", words)),
        packets=int(counts["packets"]) if counts else None,
        bytes=int(counts["bytes"]) if counts else None,
    )


def _at(rule: FilterRule, position: int) -> FilterRule:
    return FilterRule(rule.table, rule.chain, rule.rule, position, rule.packets, rule.bytes)
