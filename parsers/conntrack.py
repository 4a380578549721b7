"""Reader of the kernel's files about connection tracking, and of ``conntrack -S`` and ``-C``."""

import re
from collections import Counter

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import ConntrackTable
from parsers.text import Text

_TALLY = re.compile(r"(\w+)=(\d{1,20})")
_TODAY = {"clashres": "clash_resolve", "icmp_error": "error", "chainlength": "chaintoolong"}
"""Columns of the kernel's file, as ``conntrack -S`` calls them."""
_ENTRIES = "entries"
"""The same on the line of every processor; all others are its own."""


def read_conntrack(text: Text) -> Reading:
    """Read the table's size and its counters, those of all processors together."""
    rows = fsm.run("conntrack", text.lines)
    gathered = Gathering.of(text.lines, rows)
    totals: Counter[str] = Counter()
    held: dict[str, int] = {}
    title: list[str] = []
    for row in rows.rows:
        if row["Title"]:
            title = row["Title"].split()
        elif row["Name"]:
            held[row["Name"].removeprefix("nf_conntrack_")] = int(row["Setting"])
        elif row["Count"]:
            held["count"] = int(row["Count"])
        elif (counts := _counts(row, title)) is None:
            gathered.refuse(row.line)
        else:
            entries = counts.pop(_ENTRIES, None)
            if entries is not None:
                held.setdefault("count", entries)
            totals.update(counts)
    if held or totals:
        gathered.add(rows.rows[0].line, _table(held, totals))
    return gathered.reading()


def _counts(row: Row, title: list[str]) -> dict[str, int] | None:
    """Return what one line counts; None if it does not fit the title."""
    if row["Word"]:
        return {row["Word"]: int(row["Number"])}
    if row["Tallies"]:
        return {name: int(number) for name, number in _TALLY.findall(row["Tallies"])}
    numbers = row["Counts"].split()
    if len(numbers) != len(title):
        return None
    pairs = zip(title, numbers, strict=True)
    return {_TODAY.get(name, name): int(number, 16) for name, number in pairs}


def _table(held: dict[str, int], totals: Counter[str]) -> ConntrackTable:
    return ConntrackTable(
        maximum=held.get("max"),
        buckets=held.get("buckets"),
        count=held.get("count"),
        counters=tuple(sorted(totals.items())),
    )
