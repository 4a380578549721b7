"""Reader of ``ipset list``: ipset(8)."""

import re
from dataclasses import replace

from parsers import fsm
from parsers.fsm import Row
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import IpSet, IpSetMember
from parsers.text import Text

_OWN = re.compile(r" ?\b(?P<key>hashsize|initval) (?P<value>\S+)")
"""What the kernel chooses when it makes a set, or lets grow by itself."""
_OPTION = re.compile(r'(?P<key>nomatch)|(?P<named>\w+) (?P<value>"[^"]*"|\S+)')


def read_ipset(text: Text) -> Reading:
    """Read ``ipset list`` of one netns.

    An entry that will expire is no record of its own: it stands in the set's ``expiring``. So
    that a set is whole, it is kept when its entries have been read.
    """
    rows = fsm.run("ipset-list", text.lines)
    gathered = Gathering.of(text.lines, rows)
    held: tuple[int, IpSet] | None = None
    expiring: list[str] = []
    for row in rows.rows:
        if row["Name"]:
            _keep(gathered, held, expiring)
            held, expiring = (row.line, _set(row)), []
        elif held is None:
            gathered.refuse(row.line)
        else:
            member = _member(held[1].name, row)
            if member.timeout:
                expiring.append(member.entry)
            else:
                gathered.add(row.line, member)
    _keep(gathered, held, expiring)
    return gathered.reading()


def _keep(gathered: Gathering, held: tuple[int, IpSet] | None, expiring: list[str]) -> None:
    if held is not None:
        line, ipset = held
        gathered.add(line, replace(ipset, expiring=tuple(sorted(expiring))))


def _set(row: Row) -> IpSet:
    chosen = {found["key"]: found["value"] for found in _OWN.finditer(row["Header"])}
    return IpSet(
        name=row["Name"],
        set_type=row["Type"],
        options=_OWN.sub("", row["Header"]).strip(),
        entries=_number(row["Count"]),
        memory=_number(row["Memory"]),
        references=_number(row["References"]),
        hash_size=chosen.get("hashsize", ""),
        seed=chosen.get("initval", ""),
    )


def _member(name: str, row: Row) -> IpSetMember:
    found = _OPTION.finditer(row["Options"])
    given = {each["key"] or each["named"]: each["value"] or "" for each in found}
    comment = given.pop("comment", "").strip('"')
    timeout, packets, counted = (
        _number(given.pop(key, "")) for key in ("timeout", "packets", "bytes")
    )
    options = tuple(" ".join(filter(None, option)) for option in sorted(given.items()))
    return IpSetMember(
        name, row["Entry"], comment, options, timeout=timeout, packets=packets, bytes=counted
    )


def _number(text: str) -> int | None:
    return int(text) if text else None
