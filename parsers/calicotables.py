"""Readers of calicoctl's tables: ``get KIND``, ``get KIND -o wide``, ``ipam show``, ``version``."""

import re

from parsers import fsm
from parsers.addresses import address, prefix
from parsers.calicoobjects import kind_of
from parsers.gather import Gathering
from parsers.reading import Reading
from parsers.records import CalicoResource, CalicoVersion, IpamBlock
from parsers.text import Text

_WORD = re.compile(r"\S+(?: \S+)*")
_WITH_BLANKS = frozenset({"SELECTOR"})
_NUMBER = re.compile(r"(?P<number>\d[\d.]{0,15}(?:e\+\d\d)?)(?: \(\d{1,3}%\))?")
_NAMES = ("NAME", "WORKLOAD", "PEERIP", "CIDR", "NODE")
"""Columns that name a row's object, the best first."""

_PLACES = {
    "ORCHESTRATOR": ("NODE", "ORCHESTRATOR", "WORKLOAD"),
    "SCOPE": ("SCOPE", "NODE"),
    "HOSTNAME": ("HOSTNAME",),
}
"""What else names an object of Calico v1 or v2, by a column that only their tables have."""

_BY_COLUMNS = (
    ("PEERIP", "BGPPeer"),
    ("IPV4", "Node"),
    ("WORKLOAD", "WorkloadEndpoint"),
    ("CIDR", "IPPool"),
    ("MESHENABLED", "BGPConfiguration"),
    ("HOSTNAME", "HostEndpoint"),
    ("NODE", "HostEndpoint"),
)
_FIELDS = {
    "IPS TOTAL": "total",
    "IPS IN USE": "in_use",
    "IPS FREE": "free",
    "IPS RESERVED": "reserved",
    "IPS COOLING": "cooling",
}


def is_table(text: Text) -> bool:
    """Say whether a text is a table of objects, and no YAML or JSON."""
    return any(_TITLE.match(line) for line in text.lines)


_TITLE = re.compile(
    r"(?:NAMESPACE|NAME|NODE|HOSTNAME|SCOPE|WORKLOAD|CIDR)(?: [A-Z0-9 ]*)?$"
    r"|\s*\| *(?:Global|Node specific) IPv[46] BGP Peer *\|"
)


def read_table(text: Text) -> Reading:
    """Read a table of objects: the cells of a row stand where the header says.

    The kind is ``text.subject`` (as typed), or is told by the columns; a table that has nothing
    but names says none.
    """
    rows = fsm.run("calicoctl-table", text.lines)
    gathered = Gathering.of(text.lines, rows)
    columns: list[tuple[str, int]] = []
    scope = ""
    for row in rows.rows:
        record: CalicoResource | None = None
        if row["Header"]:
            columns = [(found[0], found.start()) for found in _WORD.finditer(row["Header"])]
            continue
        if row["Title"]:
            scope = row["Title"].partition(" IPv")[0].lower()
            continue
        if row["Peer"]:
            record = _peer(row, scope)
        elif cells := _cells(row["Row"], columns):
            record = _object(cells, text.subject)
        if record is None:
            gathered.refuse(row.line)
        else:
            gathered.add(row.line, record)
    return gathered.reading("" if columns or scope else "no table of objects in the answer")


def _cells(row: str, columns: list[tuple[str, int]]) -> dict[str, str]:
    """Return the cells by column; none at all where they do not fit."""
    starts = [start for _, start in columns]
    if any(0 < start <= len(row) and row[start - 1] != " " for start in starts):
        return {}
    ends = [*starts[1:], len(row)]
    cells = {name: row[start:end].strip() for (name, start), end in zip(columns, ends, strict=True)}
    odd = (" " in cell for name, cell in cells.items() if name not in _WITH_BLANKS)
    return {} if any(odd) else cells


def _object(cells: dict[str, str], typed: str) -> CalicoResource | None:
    columns = next((_PLACES[mark] for mark in _PLACES if mark in cells), ())
    named = next((name for name in _NAMES if cells.get(name)), "")
    if not named:
        return None
    told_kind = next((kind for column, kind in _BY_COLUMNS if column in cells), "")
    naming = {named, *columns, "NAMESPACE"}
    return CalicoResource(
        resource=kind_of(typed) or told_kind,
        namespace=cells.get("NAMESPACE", ""),
        name=cells[named],
        place=" ".join(filter(None, (cells.get(column, "") for column in columns))),
        spec=tuple(sorted((k, v) for k, v in cells.items() if v and k not in naming)),
    )


def _peer(row: fsm.Row, scope: str) -> CalicoResource | None:
    try:
        peer = address(row["Peer"])
    except ValueError:
        return None
    if not scope:
        return None
    return CalicoResource("BGPPeer", "", peer, scope, spec=(("AS Num", row["Number"]),))


def read_ipam(text: Text) -> Reading:
    """Read ``calicoctl ipam show``, with or without ``--show-blocks``."""
    rows = fsm.run("calicoctl-ipam-show", text.lines)
    gathered = Gathering.of(text.lines, rows)
    columns: list[str] = []
    for row in rows.rows:
        cells = [cell.strip() for cell in (row["Header"] or row["Row"]).split("|")[:-1]]
        if row["Header"]:
            columns = cells
            continue
        try:
            gathered.add(row.line, _block(dict(zip(columns, cells, strict=True))))
        except (ValueError, KeyError):
            gathered.refuse(row.line)
    return gathered.reading("" if columns else "no table of blocks in the answer")


def _block(cells: dict[str, str]) -> IpamBlock:
    grouping, cidr = cells.pop("GROUPING"), prefix(cells.pop("CIDR"))
    if grouping not in ("IP Pool", "Block"):
        raise ValueError(f"neither a pool nor a block: {grouping!r:.40}")
    numbers = {_FIELDS[column]: _number(cell) for column, cell in cells.items()}
    return IpamBlock(grouping, cidr, numbers.pop("total"), **numbers)


def _number(cell: str) -> int:
    found = _NUMBER.fullmatch(cell)
    if found is None:
        raise ValueError(f"no number of addresses: {cell!r:.40}")
    return int(float(found["number"]))


def read_version(text: Text) -> Reading:
    """Read ``calicoctl version``: the client's, and the cluster's where it could be asked."""
    rows = fsm.run("calicoctl-version", text.lines)
    gathered = Gathering.of(text.lines, rows)
    failure = ""
    for row in rows.rows:
        if row["Failure"]:
            failure = row["Failure"]
        else:
            gathered.add(row.line, CalicoVersion(row["Name"], row["Text"].rstrip()))
    return gathered.reading(failure or ("" if rows.rows else "no version in the answer"))
