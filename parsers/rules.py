"""Reader of ``ip rule`` and ``ip -6 rule``."""

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import Rule
from parsers.text import Text
from parsers.words import pairs

_DETACHED = "[detached]"  # the rule names an interface that does not exist now
_FLAGS = frozenset({"unresolved", "[unresolved]", _DETACHED})


def read_rules(text: Text) -> Reading:
    """Read ``ip rule show`` of one netns; the probe's name says which family."""
    version = 6 if text.probe == "ip6-rule" else 4
    rows = fsm.run("ip-rule", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        gathered.add(row.line, _rule(row, version))
    return gathered.reading()


def _rule(row: Row, version: int) -> Rule:
    selector = row["Selector"].split()
    detached = [word for word in selector if word == _DETACHED]
    attributes = pairs(" ".join([row["Before"], row["Attributes"], *detached[:1]]), _FLAGS)
    return Rule(
        family=version,
        priority=int(row["Priority"]),
        selector=" ".join(word for word in selector if word != _DETACHED),
        action=" ".join(row["Action"].split()),
        attributes=tuple(sorted(f"{key} {value}".rstrip() for key, value in attributes)),
    )
