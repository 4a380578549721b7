"""How a visit is written down: its head, its sheet of answers, its times; and the snapshot's id.

- The **sheet** is a JSON array with one row an answer, and says all of it but the times; a node
  that answers as it did before has the same sheet, and so costs a digest.
- The **times** are JSON too: {"started": [microseconds after the one before, or null, …],
  "duration": [whole microseconds, or seconds as a float where they are not whole, or null, …]}.
- The **head** is a JSON array with the visit's own fields.
- The **id** is the SHA-256 of a JSON document of all of this and of the id before it.

All JSON is ASCII without blanks: the bytes are the same wherever they are made.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, NamedTuple

from collector.capture import Capture, Outcome, Question, Reach, Visit
from netsnap.history.blobs import digest_of

FORMAT = 1
"""Part of every id; rises when a snapshot is written down differently."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

Key = tuple[str, str, str, str, int | None, str, str, str]
"""All that a reading may depend on: a row without its scope."""


class Row(NamedTuple):
    """One answer on a sheet. Digests are SHA-256 in hex."""

    probe: str
    scope: str
    subject: str
    command: str
    outcome: str
    exit_status: int | None
    detail: str
    digest: str
    error_digest: str

    @property
    def question(self) -> Question:
        """The question that this answers."""
        return Question(self.probe, self.scope, self.subject)

    @property
    def key(self) -> Key:
        """The row without its scope."""
        return (self.probe, *self[2:])


def row_of(capture: Capture) -> Row:
    """Return a capture's row; hashes both of its outputs."""
    question = capture.question
    return Row(
        question.probe,
        question.scope,
        question.subject,
        capture.command,
        capture.outcome.value,
        capture.exit_status,
        capture.detail,
        digest_of(capture.stdout).hex(),
        digest_of(capture.stderr).hex(),
    )


def stripped(row: Row, stdout: bytes, stderr: bytes) -> Capture:
    """Return the capture that a row's reading is made of: without node, scope and times."""
    return Capture(
        node="",
        question=Question(row.probe, subject=row.subject),
        command=row.command,
        outcome=Outcome(row.outcome),
        exit_status=row.exit_status,
        stdout=stdout,
        stderr=stderr,
        detail=row.detail,
    )


def write_sheet(rows: Iterable[Row]) -> bytes:
    """Return the sheet with these rows."""
    return _json(list(rows))


def read_sheet(sheet: bytes) -> list[Row]:
    """Return the rows of a sheet."""
    return [Row(*row) for row in json.loads(sheet)]


def micros(moment: datetime) -> int:
    """Return whole microseconds since 1970. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} says no time zone")
    return (moment - _EPOCH) // _MICROSECOND


def moment(micros_since: int) -> datetime:
    """Undo ``micros``, in UTC."""
    return _EPOCH + timedelta(microseconds=micros_since)


def write_times(visit: Visit) -> bytes:
    """Return when a visit's questions ran and how long they took."""
    started: list[int | None] = []
    before = micros(visit.started)
    for capture in visit.captures:
        if capture.started is None:
            started.append(None)
            continue
        now = micros(capture.started)
        started.append(now - before)
        before = now
    durations = [_duration(capture.duration) for capture in visit.captures]
    return _json({"started": started, "duration": durations})


def _duration(seconds: float | None) -> float | None:
    """Return whole microseconds as an int where that loses nothing."""
    if seconds is None or not math.isfinite(seconds):
        return seconds
    whole = round(seconds * 1e6)
    return whole if whole / 1e6 == seconds else float(seconds)


def read_times(times: bytes, visit_started: datetime) -> list[tuple[datetime | None, float | None]]:
    """Return (started, duration in seconds) of each answer, in the order of the sheet."""
    columns = json.loads(times)
    now = micros(visit_started)
    found: list[tuple[datetime | None, float | None]] = []
    for step, duration in zip(columns["started"], columns["duration"], strict=True):
        now += step or 0
        seconds = duration / 1e6 if type(duration) is int else duration
        found.append((None if step is None else moment(now), seconds))
    return found


def plain(text: str) -> str:
    """Return a text as it stands in JSON, without the quotes: ASCII, and itself if it was."""
    return json.dumps(text)[1:-1]


def write_head(visit: Visit) -> str:
    """Return a visit's own fields."""
    return _json(
        [
            visit.node,
            visit.address,
            visit.reach.value,
            micros(visit.started),
            micros(visit.ended),
            visit.detail,
            visit.clock_offset,
        ]
    ).decode("ascii")


def read_head(head: str) -> Visit:
    """Return the visit of a head, without captures."""
    node, address, reach, started, ended, detail, offset = json.loads(head)
    return Visit(node, address, Reach(reach), moment(started), moment(ended), detail, offset)


class Written(NamedTuple):
    """What of a visit goes into the snapshot's id."""

    head: str
    sheet: bytes  # digest
    times: bytes  # the JSON, not compressed


def snapshot_id(
    previous: str, label: str, started: datetime, ended: datetime, visits: Sequence[Written]
) -> str:
    """Return the id of a snapshot, 64 hex digits: of all that it holds, and of what precedes it."""
    document = {
        "format": FORMAT,
        "previous": previous,
        "label": label,
        "started": micros(started),
        "ended": micros(ended),
        "visits": [(v.head, v.sheet.hex(), digest_of(v.times).hex()) for v in visits],
    }
    return hashlib.sha256(_json(document)).hexdigest()


def distinct(rows: Iterable[Row]) -> dict[Key, int]:
    """Return the place of each key on the page that belongs to a sheet of these rows."""
    places: dict[Key, int] = {}
    following = count()
    for row in rows:
        if row.key not in places:
            places[row.key] = next(following)
    return places


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode("ascii")
