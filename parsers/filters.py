"""Reader of ``nft list ruleset``. The language is described in nft(8)."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from parsers import fsm, verdicts
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import FilterRule
from parsers.text import Text

_QUOTED = r'(?P<quoted>"[^"]*")'  # a comment or a prefix may read like a counter
_COUNTS = re.compile(
    rf"{_QUOTED}|(?:\bcounter )?\bpackets (?P<packets>\d{{1,20}}) bytes (?P<bytes>\d{{1,20}})\b"
)
_TIMERS = re.compile(rf"{_QUOTED}| (?:expires|last used|used) (?:\d+ \w+|\S+)|\s# count \d+")
_ELEMENT = re.compile(r'(?:"[^"]*"?|[^,"])+')


def read_ruleset(text: Text) -> Reading:
    """Read ``nft -a list ruleset`` of one netns; no tables is an answer, and it is empty.

    A chain's hook and policy, a table's flags and each line of a set are rules too; each element
    of a set is one, so that a new element does not move the others, but those of a set that
    packets fill are one together. ``chain`` is "set NAME" for those of a set (likewise map,
    counter, quota …) and "" for a line of the table itself.
    """
    rows = fsm.run("nft-ruleset", text.lines)
    gathered = Gathering.of(text.lines, rows)
    place = _Place()
    for row in rows.rows:
        if row["Table"]:
            place.leave(gathered)
            place = _Place(row["Table"], seen=place.seen)
        elif row["Block"]:
            place.enter(row["Block"], gathered)
        elif row["Elements"] and place.dynamic:
            place.elements += _elements(row["Elements"])
        else:
            if row["Rule"].startswith("flags ") and "dynamic" in row["Rule"]:
                place.dynamic = row.line
            for rule in _rules(row.values, place):
                gathered.add(row.line, place.numbered(rule))
    place.leave(gathered)
    return gathered.reading()


@dataclass(slots=True)
class _Place:
    """Where in the text we are. ``dynamic`` is the line that calls a set so; 0 of other blocks."""

    table: str = ""
    chain: str = ""
    dynamic: int = 0
    elements: list[str] = field(default_factory=list)
    seen: Counter[tuple[str, str, str]] = field(default_factory=Counter)

    def enter(self, block: str, gathered: Gathering) -> None:
        """Begin a chain, a set, an object of a table."""
        self.leave(gathered)
        self.chain = block.removeprefix("chain ")

    def leave(self, gathered: Gathering) -> None:
        """Keep what was gathered of the block that ends."""
        if self.dynamic:
            held = tuple(sorted(_bare(element) for element in self.elements))
            rule = FilterRule(self.table, self.chain, "elements", elements=held)
            gathered.add(self.dynamic, self.numbered(rule))
        self.elements, self.dynamic = [], 0

    def numbered(self, rule: FilterRule) -> FilterRule:
        """Tell a rule apart from equal ones before it in its chain."""
        place = (rule.table, rule.chain, rule.rule)
        self.seen[place] += 1
        return replace(rule, position=self.seen[place] - 1) if self.seen[place] > 1 else rule


def _elements(words: str) -> list[str]:
    found = (element.strip() for element in _ELEMENT.findall(words))
    return [element for element in found if element]


def _rules(values: dict[str, str], place: _Place) -> Iterator[FilterRule]:
    if values["Elements"]:
        for element in _elements(values["Elements"]):
            yield _rule(place.table, place.chain, f"element {element}")
    else:
        chain = "" if values["TableRule"] else place.chain
        yield _rule(place.table, chain, values["TableRule"] or values["Rule"])


def _bare(words: str) -> str:
    """Take out what counts down or up."""
    uncounted = _COUNTS.sub(lambda found: found["quoted"] or "counter", words)
    return _TIMERS.sub(lambda found: found["quoted"] or "", uncounted)


def _rule(table: str, chain: str, words: str) -> FilterRule:
    before, _, handle = words.rpartition(" # handle ")
    words = (before if handle.isdigit() else words).strip().rstrip(";")
    counts = next((each for each in _COUNTS.finditer(words) if not each["quoted"]), None)
    rule = _bare(words)
    return FilterRule(
        table=table,
        chain=chain,
        rule=rule,
        packets=int(counts["packets"]) if counts else None,
        bytes=int(counts["bytes"]) if counts else None,
        verdict=verdicts.of_nft(rule) if " " not in chain or " : " in rule else "",
    )
