"""From a sweep to rows: what of it is new, and what was read from that.

Everything is prepared without a lock, node by node, against what the history has of that node;
then the rows are written at once. Contents are never removed, so what was there at the time of
preparing is there at the time of writing; what another process stored meanwhile is not stored
twice, because rows go by their digest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import sqlalchemy as sa

from collector.capture import Capture, Question, Sweep, Visit
from netsnap.history import reader, schema
from netsnap.history.blobs import Base, Blob, Press, Shelf, digest_of, squeeze
from netsnap.history.rows import Prepared, ReadingRow, VisitRow
from netsnap.history.sheet import (
    Key,
    Row,
    Written,
    distinct,
    plain,
    read_sheet,
    row_of,
    stripped,
    write_head,
    write_sheet,
    write_times,
)


def prepare(
    connection: sa.Connection, sweep: Sweep, label: str, lines: Mapping[Key, bytes]
) -> Prepared:
    """Return a sweep as rows. Raises HistoryError if what it builds upon is damaged.

    ``lines`` are what this program's readers have read already.
    """
    preparation = Preparation(connection, lines=dict(lines))
    return preparation.rows(sweep, label, [preparation.visit(visit) for visit in sweep.visits])


@dataclass(frozen=True, slots=True)
class _Before:
    """What the history has of a node: its last sheet that holds answers, and what was read."""

    sheet: Base | None = None
    page: Base | None = None
    is_read: bool = False  # the page was made by these very readers
    answers: dict[Question, Row] = field(default_factory=dict)

    @property
    def bases(self) -> dict[tuple[str, str], str]:
        """Return the digests of one answer to each probe, by (probe, stream)."""
        found: dict[tuple[str, str], str] = {}
        for row in self.answers.values():
            found.setdefault((row.probe, "out"), row.digest)
            found.setdefault((row.probe, "err"), row.error_digest)
        return found


class _Output(NamedTuple):
    """One output of a capture that the history does not have, and where it came from."""

    digest: bytes
    content: bytes
    question: Question
    stream: str  # "out" or "err"

    @property
    def sort(self) -> tuple[str, str]:
        """What outputs are like each other by."""
        return self.question.probe, self.stream


@dataclass
class Preparation:
    """Gathers the rows of one sweep, a visit at a time. It may go on through another connection."""

    connection: sa.Connection
    press: Press = field(default_factory=Press)
    blobs: dict[bytes, Blob] = field(default_factory=dict)
    readings: list[ReadingRow] = field(default_factory=list)
    bytes_new: int = 0
    lines: dict[Key, bytes] = field(default_factory=dict)
    examples: dict[tuple[str, str], Base] = field(default_factory=dict)

    @property
    def shelf(self) -> Shelf:
        """The contents that the history has."""
        return Shelf(self.connection)

    def rows(self, sweep: Sweep, label: str, pairs: Sequence[tuple[VisitRow, Written]]) -> Prepared:
        """Return all rows; ``pairs`` are what ``visit`` made of the sweep's visits, in order."""
        return Prepared(
            sweep,
            label,
            tuple(row for row, _ in pairs),
            tuple(written for _, written in pairs),
            tuple(self.blobs.values()),
            tuple(self.readings),
            self.bytes_new,
        )

    def visit(self, visit: Visit) -> tuple[VisitRow, Written]:
        """Return the visit's rows; what they refer to is in ``blobs`` or in the history."""
        rows = [row_of(capture) for capture in visit.captures]
        content = write_sheet(rows)
        sheet = digest_of(content)
        last = self._last_sheet(visit.node)
        pages = self._pages(last)
        if sheet != last or reader.version() not in pages:
            before = self._before(last, pages)
            self._keep_outputs(visit, rows, before)
            if sheet != last:
                self._keep(sheet, content, ("sheet", ""), before.sheet)
            self._keep_page(sheet, zip(rows, visit.captures, strict=True), before)
        times = write_times(visit)
        head = write_head(visit)
        row = VisitRow(plain(visit.node), head, len(rows), sheet, squeeze(times))
        return row, Written(head, sheet, times)

    def read_of(self, visit: Visit, sheet: bytes) -> list[bytes]:
        """Return what was read from each answer of a visit that was prepared, in order."""
        keys = [row_of(capture).key for capture in visit.captures]
        if any(key not in self.lines for key in keys):  # nothing had to be read: the page is there
            page = self._pages(sheet)[reader.version()]
            content = self.shelf.fetch([page])[page]
            self.lines.update(zip(dict.fromkeys(keys), content.split(b"\n"), strict=True))
        return [self.lines[key] for key in keys]

    def forget(self, *, longer: int, most: int) -> None:
        """Keep no readings in mind that are longer than this, and no more than so many."""
        short = ((key, line) for key, line in self.lines.items() if len(line) <= longer)
        self.lines = dict(islice(short, most))

    def _last_sheet(self, node: str) -> bytes | None:
        """Return the digest of the node's last sheet that holds answers."""
        visits = schema.visits
        query = sa.select(visits.c.sheet).where(visits.c.node == plain(node), visits.c.captures > 0)
        last = query.order_by(visits.c.snapshot.desc()).limit(1)
        return self.connection.execute(last).scalar()

    def _pages(self, sheet: bytes | None) -> dict[str, bytes]:
        """Return the digests of what was read from a sheet, by reader."""
        readings = schema.readings
        query = sa.select(readings.c.reader, readings.c.page).where(readings.c.sheet == sheet)
        return {row.reader: row.page for row in self.connection.execute(query)}

    def _before(self, last: bytes | None, pages: dict[str, bytes]) -> _Before:
        if last is None:
            return _Before()
        page = pages.get(reader.version()) or next(iter(pages.values()), None)
        bases = self._bases([last] if page is None else [last, page])
        before = _Before(
            bases[last],
            bases.get(page) if page else None,
            reader.version() in pages,
            {row.question: row for row in read_sheet(bases[last].content)},
        )
        self._remember_lines(before)
        return before

    def _remember_lines(self, before: _Before) -> None:
        if before.is_read and before.page:
            keys = distinct(before.answers.values())
            self.lines.update(zip(keys, before.page.content.split(b"\n"), strict=True))

    def _bases(self, digests: Iterable[bytes]) -> dict[bytes, Base]:
        wanted = list(dict.fromkeys(digests))
        depths = self.shelf.depths(wanted)
        contents = self.shelf.fetch(wanted)
        return {digest: Base(digest, depths[digest], contents[digest]) for digest in wanted}

    def _keep_outputs(self, visit: Visit, rows: list[Row], before: _Before) -> None:
        fresh = self._fresh(visit, rows, before)
        alike = before.bases
        origins: dict[bytes, bytes] = {}
        for output in fresh:
            origin = _digest_in(before.answers.get(output.question), output.stream)
            if origin is None and output.sort not in self.examples:
                origin = alike.get(output.sort)
            if origin is not None:
                origins[output.digest] = bytes.fromhex(origin)
        bases = self._bases(origins.values())
        for output in fresh:
            base = bases.get(origins.get(output.digest, b""))
            self._keep(output.digest, output.content, output.sort, base)
            self.bytes_new += len(output.content)

    def _fresh(self, visit: Visit, rows: list[Row], before: _Before) -> list[_Output]:
        """Return what no one has stored yet, each content once."""
        seen = {d for row in before.answers.values() for d in (row.digest, row.error_digest)}
        fresh: dict[bytes, _Output] = {}
        for digest, content, question, stream in _outputs(rows, visit.captures):
            raw = bytes.fromhex(digest)
            if digest not in seen and raw not in self.blobs:
                fresh.setdefault(raw, _Output(raw, content, question, stream))
        known = self.shelf.depths(fresh)
        return [output for digest, output in fresh.items() if digest not in known]

    def _keep(
        self, digest: bytes, content: bytes, sort: tuple[str, str], base: Base | None
    ) -> None:
        """Make a blob, against ``base`` or else against the first of its sort in this sweep."""
        if digest in self.blobs:
            return
        blob = self.press.blob(digest, content, (base, self.examples.get(sort)))
        self.blobs[digest] = blob
        if sort not in self.examples:
            self.examples[sort] = Base(digest, blob.depth, content)
            self.press.keep_ready(self.examples[sort])

    def _keep_page(
        self, sheet: bytes, answers: Iterable[tuple[Row, Capture]], before: _Before
    ) -> None:
        readings = schema.readings
        found = self.connection.execute(
            sa.select(readings.c.page).where(
                readings.c.sheet == sheet, readings.c.reader == reader.version()
            )
        ).scalar()
        if found is None:
            content = b"\n".join(self._lines(answers))
            page = digest_of(content)
            self._keep(page, content, ("page", ""), before.page)
            self.readings.append(ReadingRow(sheet, reader.version(), page))

    def _lines(self, answers: Iterable[tuple[Row, Capture]]) -> Iterator[bytes]:
        """Yield what was read from each distinct answer; reads only what no one has read."""
        done: set[Key] = set()
        for row, capture in answers:
            if row.key in done:
                continue
            done.add(row.key)
            if row.key not in self.lines:
                self.lines[row.key] = reader.line(stripped(row, capture.stdout, capture.stderr))
            yield self.lines[row.key]


def page_rows(
    connection: sa.Connection, pages: Mapping[bytes, bytes]
) -> tuple[list[Blob], list[ReadingRow]]:
    """Return the rows for pages that these readers made, by sheet, of answers kept already."""
    press, shelf = Press(), Shelf(connection)
    blobs, rows = [], []
    for sheet, content in pages.items():
        page = digest_of(content)
        rows.append(ReadingRow(sheet, reader.version(), page))
        readings = schema.readings
        others = sa.select(readings.c.page).where(readings.c.sheet == sheet).limit(1)
        other: bytes | None = connection.execute(others).scalar()
        if other != page:
            base = _base(shelf, other) if other else None
            blobs.append(press.blob(page, content, (base,)))
    return blobs, rows


def _base(shelf: Shelf, digest: bytes) -> Base:
    return Base(digest, shelf.depths([digest])[digest], shelf.fetch([digest])[digest])


def _outputs(
    rows: Iterable[Row], captures: Iterable[Capture]
) -> Iterator[tuple[str, bytes, Question, str]]:
    for row, capture in zip(rows, captures, strict=True):
        yield row.digest, capture.stdout, capture.question, "out"
        yield row.error_digest, capture.stderr, capture.question, "err"


def _digest_in(row: Row | None, stream: str) -> str | None:
    if row is None:
        return None
    return row.digest if stream == "out" else row.error_digest
