"""Bundles carry snapshots whole to another history."""

import hashlib
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from netsnap.history.bundle import export
from netsnap.history.errors import BundleError, HistoryError
from netsnap.history.store import History
from netsnap.history.unbundle import import_bundle
from tests.history.conftest import EXTRA
from tests.history.sweeps import sweep


def test_an_imported_snapshot_is_the_one_that_was_exported(
    source: Path, bundle: Path, place: str
) -> None:
    with History.open(source) as old, History.open(place) as new:
        imported = import_bundle(new, bundle)
        assert [head.id for head in imported] == [head.id for head in old.heads()[1:]]
        assert [head.previous for head in imported] == [head.previous for head in old.heads()[1:]]
        for head in imported:
            assert new.load(head) == old.load(head.id)
            for node in new.load(head).nodes:
                for answer in node.answers:
                    assert new.raw(answer.digest) == old.raw(answer.digest)
        assert new.verify() == []


def test_importing_twice_changes_nothing(bundle: Path, place: str) -> None:
    with History.open(place) as history:
        first = import_bundle(history, bundle)
        assert import_bundle(history, bundle) == first
        assert history.heads() == first


def test_importing_into_the_history_it_came_from_changes_nothing(
    source: Path, bundle: Path
) -> None:
    with History.open(source) as history:
        before = history.heads()
        assert import_bundle(history, bundle) == before[1:]
        assert history.heads() == before


def test_the_own_chain_goes_on_after_an_import(bundle: Path, tmp_path: Path) -> None:
    with History.open(tmp_path / "new.db") as history:
        history.save(sweep(hosts=["10.1.5.5"]))
        imported = import_bundle(history, bundle)
        assert history.save(sweep(9, hosts=["10.1.5.5"])).previous == imported[-1].id
        assert history.verify() == []


def test_a_bundle_is_the_same_bytes_whenever_it_is_made(
    source: Path, bundle: Path, tmp_path: Path
) -> None:
    with History.open(source) as history:
        export(history, reversed(history.heads()[1:]), extra=EXTRA, out=tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()
    with History.open(tmp_path / "new.db") as history:
        export(history, import_bundle(history, bundle), extra=EXTRA, out=tmp_path / "third.zip")
    assert (tmp_path / "third.zip").read_bytes() == bundle.read_bytes()


def test_a_person_can_read_it(bundle: Path) -> None:
    with zipfile.ZipFile(bundle) as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["format"] == "netsnap-bundle"
        assert archive.read("explanation.md") == EXTRA["explanation.md"]
        snapshot = json.loads(archive.read(f"snapshots/{manifest['snapshots'][0]['id']}.json"))
        answer = snapshot["visits"][0]["answers"][1]
        assert answer["command"] == "ip -4 route show table all"
        assert b"blackhole 192.168.0.0/26" in archive.read(f"raw/{answer['stdout']}")
        assert "prefix" in answer["reading"]["fields"]["route"]
        for name, digest in manifest["members"].items():
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest


def test_an_export_that_fails_leaves_no_file_and_the_old_one(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out" / "bundle.zip"
    out.parent.mkdir()
    out.write_bytes(b"the one before")
    with History.open(source) as history:
        heads = history.heads()
        digest = history.load(heads[0]).nodes[0].answers[0].digest
    with closing(sqlite3.connect(source)) as database, database:
        database.execute("UPDATE blobs SET data = x'00' WHERE digest = ?", [bytes.fromhex(digest)])
    with History.open(source) as history, pytest.raises(HistoryError):
        export(history, heads, extra={}, out=out)
    assert list(out.parent.iterdir()) == [out]
    assert out.read_bytes() == b"the one before"


def test_an_export_to_nowhere_says_so(source: Path, tmp_path: Path) -> None:
    with (
        History.open(source) as history,
        pytest.raises(HistoryError, match=r"cannot use .*: No such file or directory"),
    ):
        export(history, history.heads(), extra={}, out=tmp_path / "no" / "bundle.zip")


@pytest.mark.parametrize("name", ["../x", "/x", "raw/x", "manifest.json", "a//b", ".x", "a\\b", ""])
def test_an_extra_member_has_a_plain_name(source: Path, tmp_path: Path, name: str) -> None:
    with History.open(source) as history, pytest.raises(BundleError, match="cannot be the name"):
        export(history, history.heads(), extra={name: b""}, out=tmp_path / "bundle.zip")
