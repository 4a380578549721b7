"""Reader of ``ip rule`` and ``ip -6 rule``."""

import re

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import Rule
from parsers.text import Text
from parsers.words import pairs

_DETACHED = re.compile(r"(?<=[io]if )(\S+) (\[detached\])")
"""The rule names an interface that does not exist now."""

_FLAGS = frozenset({"unresolved", "[unresolved]", "[detached]"})


def read_rules(text: Text) -> Reading:
    """Read ``ip rule show`` of one netns; the probe's name says which family."""
    version = 6 if text.probe == "ip6-rule" else 4
    rows = fsm.run("ip-rule", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        gathered.add(row.line, _rule(row, version))
    return gathered.reading()


def _rule(row: Row, version: int) -> Rule:
    device, action = row["Device"], row["Action"]
    selector = " ".join(f"{row['Selector']} {row['Further']}".split())
    detached = [found[1] for found in _DETACHED.findall(selector)]
    realm = f"realms {row['Realm']}" if row["Realm"] else ""
    words = " ".join([row["Before"], row["Attributes"], realm, *detached[:1]])
    attributes = pairs(words, _FLAGS)
    return Rule(
        family=version,
        priority=int(row["Priority"]),
        # for a device with a table of its own: what to do says so, if it is to look there
        selector=_DETACHED.sub(r"\1", selector) + " l3mdev" * bool(device and action),
        action=" ".join((action or device).split()),
        attributes=tuple(sorted(f"{key} {value}".rstrip() for key, value in attributes)),
    )
