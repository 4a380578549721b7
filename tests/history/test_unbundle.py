"""What strangers send: nothing that was tampered with gets into a history."""

import hashlib
import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from netsnap.history import reader
from netsnap.history.errors import BundleError
from netsnap.history.store import History
from netsnap.history.unbundle import import_bundle
from tests.history.sweeps import sweep

Members = dict[str, bytes]


def refusal(path: Path, tmp_path: Path, **options: Any) -> str:
    """Import into a history with one snapshot; return the sentence. Nothing may have changed."""
    with History.open(tmp_path / "target.db") as history:
        history.save(sweep())
        before = history.heads()
        with pytest.raises(BundleError) as caught:
            import_bundle(history, path, **options)
        assert history.heads() == before
        assert history.verify() == []
    return str(caught.value)


def rewritten(bundle: Path, change: Callable[[Members], None], *, fix_hashes: bool = True) -> Path:
    """Write the bundle anew after a change, with a manifest that fits unless told otherwise."""
    with zipfile.ZipFile(bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if fix_hashes and "manifest.json" in members:
        manifest = json.loads(members["manifest.json"])
        manifest["members"] = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in members.items()
            if name != "manifest.json"
        }
        members["manifest.json"] = json.dumps(manifest).encode()
    path = bundle.with_name("rewritten.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def edited(members: Members, edit: Callable[[dict[str, Any]], None], prefix: str = "snap") -> None:
    """Edit the last JSON member of that name."""
    name = max(name for name in members if name.startswith(prefix))
    document = json.loads(members[name])
    edit(document)
    members[name] = json.dumps(document).encode()


def first_answer(document: dict[str, Any]) -> dict[str, Any]:
    return document["visits"][0]["answers"][0]  # type: ignore[no-any-return] # parsed JSON


def test_rewriting_alone_is_no_harm(bundle: Path, tmp_path: Path) -> None:
    """So that the refusals below are for what was changed."""
    with History.open(tmp_path / "new.db") as history:
        assert len(import_bundle(history, rewritten(bundle, lambda _members: None))) == 2


@pytest.mark.parametrize("cut", [0, 1, 10, 1000, -1, -30])
def test_a_truncated_bundle_is_refused(bundle: Path, tmp_path: Path, cut: int) -> None:
    path = tmp_path / "cut.zip"
    path.write_bytes(bundle.read_bytes()[:cut])
    assert "is no bundle, or damaged" in refusal(path, tmp_path)


def test_every_flipped_byte_is_refused_or_harmless(bundle: Path, tmp_path: Path) -> None:
    """A flip may hit a field that means nothing (a time stamp); no other may get through."""
    data = bundle.read_bytes()
    path = tmp_path / "flipped.zip"
    outcomes = []
    with History.open(tmp_path / "new.db") as history:
        for place in range(3, len(data), len(data) // 150):
            path.write_bytes(data[:place] + bytes([data[place] ^ 0x41]) + data[place + 1 :])
            try:
                import_bundle(history, path)
                outcomes.append(True)
            except BundleError:
                outcomes.append(False)
        assert history.verify() == []
    assert outcomes.count(False) > 100


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("not a zip")
    assert "is no bundle" in refusal(path, tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert "cannot read" in refusal(tmp_path / "none.zip", tmp_path)


def test_a_folder_is_named(tmp_path: Path) -> None:
    assert "cannot read" in refusal(tmp_path, tmp_path)


def test_a_foreign_zip_is_refused(bundle: Path, tmp_path: Path) -> None:
    path = rewritten(bundle, lambda members: members.pop("manifest.json"))  # type: ignore[arg-type] # what pop returns is of no interest
    assert "no manifest, so it is no netsnap bundle" in refusal(path, tmp_path)


def test_an_altered_member_is_refused(bundle: Path, tmp_path: Path) -> None:
    def change(members: Members) -> None:
        members["explanation.md"] = b"# nothing happened\n"

    path = rewritten(bundle, change, fix_hashes=False)
    assert "explanation.md was altered" in refusal(path, tmp_path)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "raw/../x", "raw/xyz", "C:\\x", "raw/", "a/../b"]
)
def test_a_path_that_leads_elsewhere_is_refused(bundle: Path, tmp_path: Path, name: str) -> None:
    def change(members: Members) -> None:
        members[name] = b"x"

    assert "has no place in a bundle" in refusal(rewritten(bundle, change), tmp_path)


def test_a_bomb_is_refused_before_it_is_unpacked(bundle: Path, tmp_path: Path) -> None:
    def change(members: Members) -> None:
        members["bomb"] = bytes(50 << 20)

    said = refusal(rewritten(bundle, change), tmp_path, largest=20 << 20)
    assert "it would unpack to" in said


def test_a_bomb_that_lies_about_its_size_is_refused(bundle: Path, tmp_path: Path) -> None:
    def change(members: Members) -> None:
        members["bomb"] = bytes(50 << 20)

    path = rewritten(bundle, change)
    size = struct.pack("<L", 50 << 20)
    path.write_bytes(path.read_bytes().replace(size, struct.pack("<L", 100)))
    assert "bomb" in refusal(path, tmp_path, largest=20 << 20)


def test_a_member_that_is_there_twice_is_refused(bundle: Path, tmp_path: Path) -> None:
    with warnings.catch_warnings(), zipfile.ZipFile(bundle, "a") as archive:
        warnings.simplefilter("ignore")  # zipfile warns of what is meant here
        archive.writestr("explanation.md", b"another")
    assert "a name is there twice" in refusal(bundle, tmp_path)


def test_a_member_that_the_manifest_does_not_list_is_refused(bundle: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(bundle, "a") as archive:
        archive.writestr("more.txt", b"more")
    assert "'more.txt' is not in both" in refusal(bundle, tmp_path)


def test_a_later_format_is_refused(bundle: Path, tmp_path: Path) -> None:
    path = rewritten(bundle, lambda m: edited(m, lambda d: d.update(version=2), "manifest"))
    assert "it has version 2; this netsnap knows 1" in refusal(path, tmp_path)


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d.update(started="2026-11-23T10:00:00+00:00"),
        lambda d: d["visits"].pop(),
        lambda d: d["visits"][0].update(node="k8s7"),
        lambda d: d["visits"][3].update(reach="reached"),
        lambda d: first_answer(d).update(exit_status=1),
        lambda d: first_answer(d).update(duration=0.5),
        lambda d: first_answer(d).update(scope="net:[1]"),
        lambda d: d["visits"][0]["answers"].pop(),
    ],
)
def test_a_snapshot_that_its_id_does_not_fit_is_refused(
    bundle: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    path = rewritten(bundle, lambda members: edited(members, edit))
    said = refusal(path, tmp_path)
    assert "its content does not make its id" in said or "are not what its answer says" in said


def test_records_that_the_answer_does_not_say_are_refused(bundle: Path, tmp_path: Path) -> None:
    """Somebody wrote a route into the records that no node printed."""

    def forge(document: dict[str, Any]) -> None:
        reading = document["visits"][0]["answers"][1]["reading"]
        reading["records"][0][reading["fields"]["route"].index("prefix") + 1] = "10.9.9.0/24"

    path = rewritten(bundle, lambda members: edited(members, forge))
    said = refusal(path, tmp_path)
    assert "the records of 'ip -4 route show table all' on k8s1 are not what its answer" in said


def test_records_of_other_readers_are_read_again(
    bundle: Path, source: Path, tmp_path: Path
) -> None:
    def older(document: dict[str, Any]) -> None:
        document["reader"] = "0" * 16
        assert document["reader"] != reader.version()

    def forge(document: dict[str, Any]) -> None:
        first_answer(document)["reading"]["records"] = []

    def change(members: Members) -> None:
        edited(members, older, "manifest")
        edited(members, forge)

    with History.open(tmp_path / "new.db") as new, History.open(source) as old:
        for head in import_bundle(new, rewritten(bundle, change)):
            assert new.load(head) == old.load(head.id)


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: d.pop("visits"),
        lambda d: d.update(visits=7),
        lambda d: d.update(label="latest"),
        lambda d: d.update(id="x"),
        lambda d: d["visits"].append(None),
        lambda d: d["visits"][0].update(node=7),
        lambda d: d["visits"][0].update(reach="perhaps"),
        lambda d: d["visits"][0].update(started="2026-11-23T10:00:00"),
        lambda d: d["visits"][0].update(clock_offset="1"),
        lambda d: first_answer(d).update(exit_status="0"),
        lambda d: first_answer(d).update(exit_status=True),
        lambda d: first_answer(d).update(duration=float("nan")),
        lambda d: first_answer(d).update(stdout="0" * 64),
        lambda d: first_answer(d).update(stdout="../x"),
        lambda d: first_answer(d).update(stdout=None),
        lambda d: first_answer(d).update(probe=[]),
        lambda d: first_answer(d).update(outcome=""),
        lambda d: first_answer(d).pop("reading"),
    ],
)
def test_what_is_no_snapshot_is_refused(
    bundle: Path, tmp_path: Path, edit: Callable[[dict[str, Any]], None]
) -> None:
    path = rewritten(bundle, lambda members: edited(members, edit))
    assert str(path) in refusal(path, tmp_path)


@pytest.mark.parametrize("content", [b"[" * 100_000, b"", b"null", b'{"format": 1}', b"\xff\xfe"])
def test_a_manifest_of_something_else_is_refused(
    bundle: Path, tmp_path: Path, content: bytes
) -> None:
    def change(members: Members) -> None:
        members["manifest.json"] = content

    assert str(tmp_path) in refusal(rewritten(bundle, change, fix_hashes=False), tmp_path)


def test_one_bad_snapshot_refuses_all(bundle: Path, tmp_path: Path) -> None:
    """The first of the two is whole; it is not imported either."""
    path = rewritten(bundle, lambda m: edited(m, lambda d: d["visits"].pop()))
    assert "does not make its id" in refusal(path, tmp_path)


def test_a_snapshot_listed_twice_is_refused(bundle: Path, tmp_path: Path) -> None:
    def twice(document: dict[str, Any]) -> None:
        document["snapshots"].append(document["snapshots"][0])

    path = rewritten(bundle, lambda members: edited(members, twice, "manifest"))
    assert "its snapshots are not those of its manifest" in refusal(path, tmp_path)
