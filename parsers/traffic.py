"""Readers of ``tc``: queueing disciplines, and the filters on devices."""

import re

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import Qdisc, TcClass, TcFilter
from parsers.text import Text

_REFERENCES = re.compile(r"\brefcnt (\d{1,10})\b")
_COUNTED_OPTION = re.compile(r"\bdirect_packets_stat \d+")
_INGRESS = "ffff:fff1"
_HOOKS = {"ffff:": "ingress", "ffff:fff2": "ingress", "ffff:fff3": "egress"}
_MOVING = re.compile(
    r"\(rule hit \d+ success \d+\)|\(success \d+ ?\)|\b(?:index \d+ )?ref \d+ bind \d+"
    r"|\b(?:installed|used|firstused|expires|lastused) \d+ sec"
    r"|\bSent (?:(?:soft|hard)ware )?\d+ bytes \d+ pkts?"
    r"(?: \(dropped \d+, overlimits \d+ requeues \d+\))?"
    r"|(?:\brate \S+ \S+ )?\bbacklog \S+ \S+ requeues \d+|\bAction statistics:"
)
_PROGRAM = re.compile(r"\bid \d+\b")
"""A BPF program's number: another at each load; its tag says whether it is the same."""


def read_qdiscs(text: Text) -> Reading:
    """Read ``tc -s qdisc show`` of one netns."""
    rows = fsm.run("tc-qdisc", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        gathered.add(row.line, _qdisc(row, text.subject))
    return gathered.reading()


def _qdisc(row: Row, asked: str) -> Qdisc:
    options = " ".join([row["Options"], *row["MoreOptions"]])
    references = _REFERENCES.search(options)
    counted = _COUNTED_OPTION.findall(options)
    options = _COUNTED_OPTION.sub("", _REFERENCES.sub("", options))
    parent = row["Parent"].split()[-1]
    return Qdisc(
        device=row["Device"] or asked,
        parent="ingress" if parent == _INGRESS else parent,
        handle=row["Handle"],
        type=row["Type"],
        options=" ".join(options.split()).removesuffix("----------------").rstrip(),
        references=int(references[1]) if references else None,
        sent_bytes=_number(row["SentBytes"]),
        sent_packets=_number(row["SentPackets"]),
        dropped=_number(row["Dropped"]),
        overlimits=_number(row["Overlimits"]),
        requeues=_number(row["Requeues"]),
        backlog=" ".join(row["Backlog"].split()),
        statistics=tuple(" ".join(each.split()) for each in (*counted, *row["Statistics"])),
    )


def _number(text: str) -> int | None:
    return int(text) if text else None


def read_classes(text: Text) -> Reading:
    """Read ``tc -s class show`` of the devices that were asked for, each under its heading."""
    rows = fsm.run("tc-class", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        found = TcClass(
            device=row["Device"] or text.subject,
            name=row["Class"],
            type=row["Type"],
            parent=row["Parent"].split()[-1],
            options=" ".join(row["Options"].split()),
            counters=tuple(" ".join(each.split()) for each in row["Counters"]),
        )
        gathered.add(row.line, found)
    return gathered.reading()


def read_filters(text: Text) -> Reading:
    """Read ``tc -s filter show`` of the devices that were asked for, each under its heading."""
    rows = fsm.run("tc-filter", text.lines)
    gathered = Gathering.of(text.lines, rows)
    for row in rows.rows:
        gathered.add(row.line, _filter(row, text.subject))
    return gathered.reading()


def _filter(row: Row, asked: str) -> TcFilter:
    parent = row["Parent"] or row["AskedParent"]
    rule: list[str] = []
    counters: list[str] = []
    for line in (row["Rest"], *row["Rule"]):
        words = " ".join(line.split())
        moving = _MOVING if row["Type"] != "bpf" else _MOVING_PROGRAM
        counters += (" ".join(found.split()) for found in moving.findall(words))
        rule.append(" ".join(moving.sub("", words).split()))
    return TcFilter(
        device=row["Device"] or row["AskedDevice"] or asked,
        parent=_HOOKS.get(parent, parent),
        preference=int(row["Preference"]),
        protocol=row["Protocol"],
        type=row["Type"],
        chain=int(row["Chain"] or 0),
        handle=row["Handle"],
        rule=tuple(filter(None, rule)),
        counters=tuple(counters),
    )


_MOVING_PROGRAM = re.compile(f"{_MOVING.pattern}|{_PROGRAM.pattern}")
