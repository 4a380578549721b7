"""Snapshots in one file, to attach to a ticket and to look into on another machine.

A bundle is a zip archive, the same bytes whenever it is made of the same:

- ``manifest.json``: format, versions, the ids with their predecessors, each member's SHA-256;
- ``snapshots/ID.json``: who was visited, every answer and what was read from it;
- ``raw/SHA256``: what the nodes printed;
- whatever else the caller adds: the explanation of a difference, for the ticket's reader.

Bundles come from strangers. ``netsnap.history.unbundle`` reads them back.
"""

import hashlib
import json
import os
import re
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from netsnap.history import reader
from netsnap.history.blobs import batches
from netsnap.history.errors import BundleError, told
from netsnap.history.heads import SnapshotHead
from netsnap.history.store import History
from parsers import codec
from parsers.answer import Answer, NodeView, Snapshot

FORMAT = "netsnap-bundle"
VERSION = 1
MANIFEST = "manifest.json"
_NAME = r"[A-Za-z0-9][A-Za-z0-9_-]*"
EXTRA = re.compile(rf"(?!snapshots/|raw/|manifest\.json$){_NAME}(?:[./]{_NAME})*")
"""Names of members beside our own: relative, forward, and of plain characters."""

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip can say
_OWNER_ONLY = 0o100600 << 16
_AT_ONCE = 100  # outputs held in memory


def export(
    history: History, heads: Iterable[SnapshotHead], *, extra: Mapping[str, bytes], out: Path
) -> None:
    """Write these snapshots and the ``extra`` members into one file, whole or not at all.

    Raises BundleError for a name of an extra member that is not plain, HistoryError for a
    snapshot that cannot be read or a file that cannot be written.
    """
    for name in extra:
        if not EXTRA.fullmatch(name):
            raise BundleError(f"{name!r} cannot be the name of a file in a bundle")
    ordered = sorted(set(heads), key=lambda head: head.number)
    members = dict(extra)
    digests: set[str] = set()
    for head in ordered:
        snapshot = history.load(head)
        members[f"snapshots/{head.id}.json"] = _json(_snapshot(head, snapshot))
        digests |= {
            digest
            for node in snapshot.nodes
            for answer in node.answers
            for digest in (answer.digest, answer.error_digest)
        }
    with _replacing(out) as file:
        _write(file, history, _manifest(ordered, members, digests), members, sorted(digests))


@contextmanager
def _replacing(out: Path) -> Iterator[IO[bytes]]:
    """Give a file that takes the place of ``out`` if all goes well, and else vanishes."""
    if out.exists() and not out.is_file():
        raise BundleError(f"{out} is no file: a bundle would take its place, and it may be needed")
    with told(str(out)):
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
        part = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(out)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _manifest(
    heads: list[SnapshotHead], members: Mapping[str, bytes], digests: set[str]
) -> dict[str, Any]:
    hashes = {name: hashlib.sha256(content).hexdigest() for name, content in members.items()}
    return {
        "format": FORMAT,
        "version": VERSION,
        "netsnap": version("netsnap"),
        "reader": reader.version(),
        "snapshots": [
            {"id": head.id, "previous": head.previous, "label": head.label} for head in heads
        ],
        "members": hashes | {f"raw/{digest}": digest for digest in sorted(digests)},
    }


def _write(
    file: IO[bytes],
    history: History,
    manifest: dict[str, Any],
    members: Mapping[str, bytes],
    digests: list[str],
) -> None:
    with zipfile.ZipFile(file, "w") as archive:
        _add(archive, MANIFEST, _json(manifest))
        for name in sorted(members):
            _add(archive, name, members[name])
        for batch in batches(digests, _AT_ONCE):
            for digest, content in history.raws(batch).items():
                _add(archive, f"raw/{digest}", content)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # Unix, wherever it is made
    info.external_attr = _OWNER_ONLY
    archive.writestr(info, content)


def _snapshot(head: SnapshotHead, snapshot: Snapshot) -> dict[str, Any]:
    return {
        "id": head.id,
        "previous": head.previous,
        "label": head.label,
        "started": head.started.isoformat(),
        "ended": head.ended.isoformat(),
        "visits": [_visit(node) for node in snapshot.nodes],
    }


def _visit(node: NodeView) -> dict[str, Any]:
    return {
        "node": node.node,
        "address": node.address,
        "reach": node.reach.value,
        "started": node.started.isoformat(),
        "ended": node.ended.isoformat(),
        "detail": node.detail,
        "clock_offset": node.clock_offset,
        "answers": [_answer(answer) for answer in node.answers],
    }


def _answer(answer: Answer) -> dict[str, Any]:
    question = answer.question
    return {
        "probe": question.probe,
        "scope": question.scope,
        "subject": question.subject,
        "command": answer.command,
        "outcome": answer.outcome.value,
        "exit_status": answer.exit_status,
        "started": answer.started.isoformat() if answer.started else None,
        "duration": answer.duration,
        "detail": answer.detail,
        "stdout": answer.digest,
        "stderr": answer.error_digest,
        "reading": json.loads(codec.encode(answer.reading)),
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode("ascii")
