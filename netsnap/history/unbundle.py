"""Reading a bundle that may be damaged, altered, or made to do harm.

Nothing is unpacked to the disk. Names, sizes and hashes are checked before anything is believed;
then every answer is read again from the raw outputs, and each snapshot's id is computed anew: what
is imported is what the nodes printed, and the records in the bundle are only compared with it.
"""

import hashlib
import json
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from collector.capture import Capture, Outcome, Question, Reach, Sweep, Visit
from netsnap.history import reader, times
from netsnap.history.bundle import EXTRA, FORMAT, MANIFEST, VERSION
from netsnap.history.errors import BundleError, LabelError
from netsnap.history.heads import SnapshotHead
from netsnap.history.sheet import Key, row_of, stripped
from netsnap.history.store import History, Imported

LARGEST = 4 << 30
"""Bytes that a bundle may hold, unpacked."""

_OURS = re.compile(r"manifest\.json|snapshots/[0-9a-f]{64}\.json|raw/[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{64}")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED = 1  # bit of a member's flags
_CHUNK = 1 << 20


def check_bundle(path: Path, *, largest: int = LARGEST) -> None:
    """Raise BundleError as ``import_bundle`` does for a file that is none, is damaged or altered.

    It asks no history: none need be made for a file that is refused.
    """
    with _refused(path), zipfile.ZipFile(path) as archive:
        _Bundle(archive, path, largest).check()


def import_bundle(history: History, path: Path, *, largest: int = LARGEST) -> list[SnapshotHead]:
    """Save the snapshots of a bundle: all of them, under their own ids, or none.

    Those that the history has already are left as they are. Raises BundleError for a file that is
    no bundle, is damaged, was altered, or would unpack to over ``largest`` bytes.
    """
    with _refused(path), zipfile.ZipFile(path) as archive:
        bundle = _Bundle(archive, path, largest)
        bundle.check()
        return history.save_imported(bundle.snapshots())


@contextmanager
def _refused(path: Path) -> Iterator[None]:
    """Turn what a bad archive makes Python raise into a BundleError."""
    try:
        yield
    except zipfile.BadZipFile as error:
        raise BundleError(f"{path} is no bundle, or damaged: {error}") from error
    except (zlib.error, EOFError, struct.error, NotImplementedError, RecursionError) as error:
        raise BundleError(f"{path} is damaged: {error}") from error
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError) as error:
        raise BundleError(f"{path} does not read as a bundle: {error}") from error
    except OSError as error:
        raise BundleError(f"cannot read {path}: {error.strerror or error}") from error


@dataclass
class _Bundle:
    """An open archive."""

    archive: zipfile.ZipFile
    path: Path
    largest: int
    manifest: dict[str, Any] = field(default_factory=dict)

    def refuse(self, why: str) -> NoReturn:
        """Raise BundleError."""
        raise BundleError(f"{self.path} is refused: {why}")

    def check(self) -> None:
        """Check names, sizes, the manifest, and every member's hash."""
        names = self._check_directory()
        self.manifest = _loads(self.archive.read(MANIFEST))
        if self.manifest.get("format") != FORMAT:
            self.refuse("its manifest is not that of a netsnap bundle")
        if self.manifest["version"] != VERSION:
            self.refuse(
                f"it has version {self.manifest['version']!r}; this netsnap knows {VERSION}"
            )
        hashes: dict[str, str] = self.manifest["members"]
        if different := names.symmetric_difference([MANIFEST, *hashes]):
            self.refuse(f"{min(different)!r} is not in both its manifest and its members")
        for name, expected in hashes.items():
            if self._hash(name) != expected:
                self.refuse(f"{name} was altered: its hash is not the manifest's")

    def _check_directory(self) -> set[str]:
        infos = self.archive.infolist()
        names = {info.filename for info in infos}
        if MANIFEST not in names:
            self.refuse("it has no manifest, so it is no netsnap bundle")
        if len(names) != len(infos):
            self.refuse("a name is there twice")
        for info in infos:
            if not _OURS.fullmatch(info.filename) and not EXTRA.fullmatch(info.filename):
                self.refuse(f"the name {info.filename!r:.80} has no place in a bundle")
            if info.flag_bits & _ENCRYPTED or info.compress_type not in _METHODS:
                self.refuse(f"{info.filename} is encrypted or compressed in another way")
        total = sum(info.file_size for info in infos)
        if total > self.largest:
            self.refuse(f"it would unpack to {total} bytes; {self.largest} are allowed")
        return names

    def _hash(self, name: str) -> str:
        digest = hashlib.sha256()
        with self.archive.open(name) as member:
            while chunk := member.read(_CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def snapshots(self) -> Iterator[Imported]:
        """Yield the snapshots, read and compared. Raises BundleError."""
        listed = self.manifest["snapshots"]
        names = {f"snapshots/{each['id']}.json" for each in listed}
        there = {name for name in self.manifest["members"] if name.startswith("snapshots/")}
        if not listed or names != there or len(listed) != len(names):
            self.refuse("its snapshots are not those of its manifest")
        for each in listed:
            with _refused(self.path):
                document = _loads(self.archive.read(f"snapshots/{each['id']}.json"))
                if any(document[name] != each[name] for name in ("id", "previous", "label")):
                    self.refuse(f"snapshot {each['id']} is not what its manifest says")
                imported = self._imported(document)
            yield imported

    def _imported(self, document: dict[str, Any]) -> Imported:
        label, id_, previous = (_text(document[n]) for n in ("label", "id", "previous"))
        if not _ID.fullmatch(id_) or (previous and not _ID.fullmatch(previous)):
            self.refuse("an id is not 64 hex digits")
        try:
            if label:
                times.check_label(label)
        except LabelError as error:
            self.refuse(str(error))
        lines: dict[Key, bytes] = {}
        visits = tuple([self._visit(visit, lines) for visit in document["visits"]])
        sweep = Sweep(_time(document["started"]), _time(document["ended"]), visits)
        return Imported(sweep, label, id_, previous, lines)

    def _visit(self, visit: dict[str, Any], lines: dict[Key, bytes]) -> Visit:
        node = _text(visit["node"])
        return Visit(
            node,
            _text(visit["address"]),
            Reach(visit["reach"]),
            _time(visit["started"]),
            _time(visit["ended"]),
            _text(visit["detail"]),
            _seconds(visit["clock_offset"]),
            tuple([self._capture(node, answer, lines) for answer in visit["answers"]]),
        )

    def _capture(self, node: str, answer: dict[str, Any], lines: dict[Key, bytes]) -> Capture:
        status = answer["exit_status"]
        if status is not None and type(status) is not int:
            self.refuse(f"{status!r:.40} is no exit status")
        capture = Capture(
            node,
            Question(*(_text(answer[name]) for name in ("probe", "scope", "subject"))),
            _text(answer["command"]),
            Outcome(answer["outcome"]),
            status,
            self._raw(answer["stdout"]),
            self._raw(answer["stderr"]),
            None if answer["started"] is None else _time(answer["started"]),
            _seconds(answer["duration"]),
            _text(answer["detail"]),
        )
        self._compare(capture, answer["reading"], lines)
        return capture

    def _raw(self, digest: str) -> bytes:
        content = self.archive.read(f"raw/{digest}")
        if hashlib.sha256(content).hexdigest() != digest:
            self.refuse(f"raw/{digest} is not what its name says")
        return content

    def _compare(self, capture: Capture, reading: Any, lines: dict[Key, bytes]) -> None:
        """Read a capture, and see that the bundle says the same if the same readers made it."""
        row = row_of(capture)
        if row.key not in lines:
            lines[row.key] = reader.line(stripped(row, capture.stdout, capture.stderr))
        if self.manifest["reader"] == reader.version() and lines[row.key] != _line(reading):
            self.refuse(
                f"the records of '{row.command}' on {capture.node} are not what its answer says"
            )


def _line(reading: Any) -> bytes:
    return json.dumps(reading, separators=(",", ":")).encode("ascii")


def _loads(data: bytes) -> dict[str, Any]:
    document = json.loads(data, parse_constant=_no_number)
    if not isinstance(document, dict):
        raise TypeError("a JSON object is due")
    return document


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")


def _text(value: Any) -> str:
    if type(value) is not str:
        raise TypeError(f"{value!r:.40} where a text is due")
    return value


def _time(value: Any) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(f"{value} says no time zone")
    return moment


def _seconds(value: Any) -> float | None:
    if value is not None and type(value) not in (int, float):
        raise TypeError(f"{value!r:.40} where seconds are due")
    return None if value is None else float(value)
