"""Writes ``docs/records.md`` from the records and the catalogue: ``python -m parsers.document``."""

import inspect
import re
import sys
import textwrap
from collections.abc import Iterator

from collector.probe import Where
from parsers import records
from parsers.catalogue import ENTRIES
from parsers.entry import Entry
from parsers.roles import Record, roles

_FIELD = re.compile(
    r"    (?P<name>\w+): (?:Identity|State|Drift|Incarnation)\[(?P<type>.*?)\](?: = .*?)?"
    r"(?:\s+# (?P<comment>.*))?"
)
_INTRODUCTION = (
    "What netsnap reads, and the command that it reads it from. Generated from"
    " `parsers/records/` and `parsers/asked/` by `python -m parsers.document`."
)
_ROLES = """\
| role | meaning |
|---|---|
| identity | which thing the record is about: what two snapshots are matched by |
| state | how that thing is: a difference is a change |
| drift | what moves by itself (counters, timers): kept, never "changed" |
| incarnation | which copy of the thing it is: same name, new object |
"""
_WHERE = {
    Where.NODE: "once a node",
    Where.NETNS: "in every network namespace",
    Where.INTERFACE: "for every interface of every network namespace",
}


def document() -> str:
    """Return the whole of ``docs/records.md``."""
    parts = [
        "# Records",
        _INTRODUCTION,
        _ROLES.strip(),
        "## Questions",
        _questions(),
        *(_record(record) for record in records.RECORDS),
    ]
    return "\n\n".join(parts) + "\n"


def _questions() -> str:
    rows = ["| probe | profile | asked | needs | limit | records |", "|---|---|---|---|---|---|"]
    for entry in ENTRIES:
        probe = entry.probe
        kinds = ", ".join(f"[{kind.kind}](#{kind.kind})" for kind in entry.kinds)
        profile, asked = str(entry.profile), _WHERE[probe.where]
        cells = (f"`{probe.name}`", profile, asked, probe.needs, f"{probe.limit:g} s", kinds)
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _record(record: type[Record]) -> str:
    told = inspect.cleandoc(record.__doc__ or "").replace("``", "`")
    asked = "\n\n".join(_asked(entry) for entry in ENTRIES if record in entry.kinds)
    fields = "\n".join(_fields(record))
    table = f"| field | role | type | meaning |\n|---|---|---|---|\n{fields}"
    return "\n\n".join(filter(None, (f"## {record.kind}", told, table, asked)))


def _fields(record: type) -> Iterator[str]:
    role_of = roles(record)
    for line in inspect.getsource(record).splitlines():
        found = _FIELD.fullmatch(line)
        if found is not None:
            name, kind, comment = found["name"], found["type"], found["comment"] or ""
            cells = (f"`{name}`", role_of[name], f"`{kind}`", comment)
            yield "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def _asked(entry: Entry) -> str:
    command = textwrap.indent(entry.probe.command.rstrip(), "    ")
    return f"Probe `{entry.probe.name}`:\n\n{command}"


if __name__ == "__main__":
    sys.stdout.write(document())
