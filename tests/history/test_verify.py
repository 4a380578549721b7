"""Whatever was altered behind the program's back is found."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import zstandard

from netsnap.history.store import History
from tests.history.sweeps import sweep


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sound history of three snapshots."""
    with History.open(tmp_path / "history.db") as history:
        for n in range(3):
            history.save(sweep(n, hosts=["10.1.0.1", f"10.1.{n}.1"]), label=f"run-{n}")
        assert history.verify() == []
    return tmp_path / "history.db"


def found(path: Path, *statements: str, **values: str | bytes) -> str:
    """Run statements as somebody with the file in hand could, and verify."""
    with closing(sqlite3.connect(path)) as database, database:
        for statement in statements:
            database.execute(statement, values)
    with History.open(path) as history:
        return "\n".join(f"{each.what} {each.sentence}" for each in history.verify())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE snapshots SET label = 'run-9' WHERE number = 2",
        "UPDATE snapshots SET started = started + 1 WHERE number = 2",
        "UPDATE snapshots SET ended = ended + 1 WHERE number = 2",
        "UPDATE visits SET head = replace(head, 'k8s1', 'k8s7') WHERE snapshot = 2",
        "UPDATE visits SET head = replace(head, 'refused', 'granted') WHERE snapshot = 2",
        "UPDATE visits SET head = '[' WHERE snapshot = 2 AND position = 0",
        "UPDATE visits SET times = x'00' WHERE snapshot = 2 AND position = 0",
        "UPDATE visits SET sheet = (SELECT max(sheet) FROM visits) WHERE snapshot = 2",
        "DELETE FROM visits WHERE snapshot = 2 AND position = 3",
        "UPDATE visits SET position = position + 10 * (position % 2 = 0) WHERE snapshot = 2",
    ],
)
def test_an_altered_snapshot_is_found(path: Path, statement: str) -> None:
    with History.open(path) as history:
        altered = history.resolve("run-1", now=sweep().started, zone=sweep().started.tzinfo)  # type: ignore[arg-type] # it has a zone
    assert altered.id in found(path, statement)


def test_a_removed_snapshot_is_found(path: Path) -> None:
    said = found(
        path, "DELETE FROM visits WHERE snapshot = 2", "DELETE FROM snapshots WHERE number = 2"
    )
    assert "which is gone" in said


def test_an_altered_id_breaks_the_chain(path: Path) -> None:
    said = found(path, "UPDATE snapshots SET id = :id WHERE number = 2", id="0" * 64)
    assert "0" * 64 in said
    assert "which is gone" in said


def test_an_altered_output_is_found(path: Path) -> None:
    forged = zstandard.compress(b"default via 10.0.0.1 dev eth0\n")
    said = found(
        path,
        "UPDATE blobs SET data = :forged, size = 30, base = NULL "
        "WHERE digest = (SELECT min(digest) FROM blobs WHERE size > 100)",
        forged=forged,
    )
    assert "is not what it was when it was stored" in said


def test_a_damaged_output_is_found_and_never_given_out(path: Path) -> None:
    with History.open(path) as history:
        digest = history.load("latest").nodes[0].answers[0].digest
    statement = "UPDATE blobs SET data = x'ff' WHERE digest = :digest"
    assert digest in found(path, statement, digest=bytes.fromhex(digest))


def test_a_removed_output_is_found(path: Path) -> None:
    with History.open(path) as history:
        digest = history.load("latest").nodes[0].answers[0].digest
    said = found(path, "DELETE FROM blobs WHERE digest = :digest", digest=bytes.fromhex(digest))
    assert "lacks" in said


def test_a_ring_of_bases_ends(path: Path) -> None:
    assert found(path, "UPDATE blobs SET base = digest")


def test_forged_readings_are_found(path: Path) -> None:
    """A page that is whole, and is not what the answers say."""
    said = found(
        path,
        "UPDATE readings SET page = (SELECT page FROM readings ORDER BY page DESC LIMIT 1)",
    )
    assert "what is kept as read from these answers is not so" in said
