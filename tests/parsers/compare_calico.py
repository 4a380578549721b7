"""What a person read in others' texts of ``calicoctl get``, held against what is read here."""

from collections.abc import Callable
from typing import Any

from parsers.read import read_text
from parsers.records import CalicoResource
from tests.parsers.corpus import Case

_NAMING = ("NAME", "NAMESPACE", "SCOPE", "ORCHESTRATOR", "WORKLOAD", "NODE")


def compare_get(case: Case) -> None:
    reading = read_text(case.command, case.data())
    found = [each for each in reading.records if isinstance(each, CalicoResource)]
    assert len(found) == len(reading.records)
    assert reading.blind == ""
    assert all(_is_foreign(each.text) for each in reading.ledger.unknown), reading.ledger.unknown
    expected = case.expected
    if "tables" in expected:
        _compare_old_peers(found, expected)
    elif "rows" in expected or "n_rows" in expected:
        rows = expected.get("rows", [])
        assert len(found) == expected.get("n_rows", len(rows))
        for row in rows:
            assert any(_says(each, row) for each in found), row
    else:
        _compare_objects(found, expected)


def _is_foreign(line: str) -> bool:
    return line.startswith(("$ ", "calicoctl ")) or line.strip() == "..."


def _says(record: CalicoResource, row: dict[str, str]) -> bool:
    """Say whether a record has a row's cells: as pairs, or in what names it."""
    cells = dict(record.spec)
    named = {record.name, record.namespace, *record.place.split()}
    return all(
        cells.get(column, "") == cell
        or (column in _NAMING and cell in named)
        or (column == "PEERIP" and cell == record.name)
        for column, cell in row.items()
    )


def _compare_old_peers(found: list[CalicoResource], expected: dict[str, Any]) -> None:
    """Compare the tables of the Python calicoctl, one for each family."""
    peers = [*expected["global_ipv4"], *expected["global_ipv6"]]
    assert [(each.name, each.place) for each in found] == [(p["peer"], "global") for p in peers]
    assert [each.spec for each in found] == [(("AS Num", p["asn"]),) for p in peers]


def _compare_objects(found: list[CalicoResource], expected: dict[str, Any]) -> None:
    names = [each.name for each in found]
    assert names == expected.get("names", [expected["name"]] if "name" in expected else names)
    assert len(found) == expected.get("n_items", len(found))
    assert {each.api for each in found} <= {expected.get("api", each.api) for each in found}
    said = {key: value for each in found for key, value in (*each.spec, *each.status)}
    said |= {key.rpartition(".")[2]: value for key, value in said.items()}
    for key, value in expected.items():
        if isinstance(value, list) and key.startswith("peers"):
            _compare_peers(said, key, value)
        elif key not in ("names", "name", "n_items", "api", "kind"):
            text = str(value).lower() if isinstance(value, bool) else str(value)
            assert said[key] == text, key


def _compare_peers(said: dict[str, str], key: str, peers: list[dict[str, str]]) -> None:
    for number, peer in enumerate(peers):
        for field, value in peer.items():
            assert said[f"bgp.{key}[{number}].{field}"] == value


COMPARERS: dict[str, Callable[[Case], None]] = {"calicoctl-get": compare_get}
PROBES = {"calicoctl-get": "calicoctl-get"}
