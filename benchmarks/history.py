"""Saving and loading, beside full rows in SQLite written by the driver's own ``executemany``.

A cluster of ``NODES`` with ``PODS`` each; every pod's text is what ``ip`` says in a real network
namespace, with addresses of its own. CPU seconds. ``full rows`` keep every record of every
snapshot as a row, which is the plain way to do it; they keep no raw text, no times of a question,
and prove nothing. ``1 %`` gives one pod in a hundred new MAC addresses between two snapshots.
"""

import dataclasses
import gc
import json
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from collector.capture import Capture, Outcome, Question, Reach, Sweep, Visit
from netsnap.history.heads import SnapshotHead
from netsnap.history.store import History
from parsers.answer import Snapshot
from parsers.read import read
from parsers.records import RECORDS
from parsers.roles import Role, fields_of
from tests.history.sweeps import BEGIN, COMMANDS, said

NODES = 20
PODS = 100
CHANGES = 10  # snapshots, each 1 % unlike the one before
_TEMPLATE = "10.222.111.99"
_MAC = b"02:00:00:00:00:01"


def run() -> None:
    """Print costs, and ratios to full rows."""
    with tempfile.TemporaryDirectory(prefix="netsnap-bench-") as folder:
        plain = FullRows(Path(folder) / "rows.db")
        kept = Path(folder) / "history.db"
        with History.open(kept) as history, closing(plain.database):
            _run(history, kept, plain)


def _run(history: History, kept: Path, plain: "FullRows") -> None:
    cluster = Cluster()
    first = cluster.sweep()
    reading, _ = _spent(lambda: _read_all(first))
    saving = _save(history, first)
    sizes = [kept.stat().st_size]
    same = statistics.median(_save(history, cluster.sweep()) for _ in range(3))
    sizes.append(kept.stat().st_size)
    changed = statistics.median(_save(history, cluster.changed()) for _ in range(CHANGES))
    sizes.append(kept.stat().st_size)
    before, last = history.heads()[-2:]
    cold, snapshot = _spent(lambda: _fresh(kept, last))
    history.load(before)
    warm, _ = _spent(lambda: history.load(last))
    rows = list(_rows(snapshot))
    inserting, _ = _spent(lambda: plain.insert(1, rows))
    selecting, _ = _spent(lambda: plain.select(1))
    _tell_size(sizes, plain.path.stat().st_size, len(rows))
    print(f"  save, first     {saving:7.3f} s, of it reading {reading:.3f} s")
    for name, spent, beside in (
        ("save, unchanged", same, inserting),
        ("save, 1 % new", changed, inserting),
        ("load", cold, selecting),
        ("load, adjacent", warm, selecting),
    ):
        print(f"  {name:16}{spent:7.3f} s = {spent / beside:.2f} x full rows' {beside:.3f} s")


def _tell_size(sizes: list[int], size_of_rows: int, rows: int) -> None:
    first, same, changed = sizes
    change = (changed - same) / CHANGES
    hundred = first + 99 * change
    ratio = 100 * size_of_rows / hundred
    answers = NODES * (PODS + 1) * len(COMMANDS)
    print(f"history: {NODES} nodes, {answers} answers, {rows} records a snapshot")
    print(f"  first {first / 1e3:.0f} kB, full rows {size_of_rows / 1e3:.0f} kB")
    print(f"  unchanged {(same - first) / 3 / NODES:.0f} bytes a node")
    print(f"  1 % new {change / 1e3:.1f} kB; 100 such {hundred / 1e6:.1f} MB = rows / {ratio:.0f}")


class Cluster:
    """Makes sweeps of nodes that do not exist, out of text that is real."""

    def __init__(self) -> None:
        self.random = random.Random(7)  # noqa: S311 -- the same numbers at each run
        self.macs: dict[tuple[int, int], int] = {}
        self.minutes = 0

    def changed(self) -> Sweep:
        """Change one pod in a hundred, and sweep."""
        for _ in range(NODES * PODS // 100):
            pod = (self.random.randrange(NODES), self.random.randrange(PODS + 1))
            self.macs[pod] = self.random.randrange(1, 256)
        return self.sweep()

    def sweep(self) -> Sweep:
        """Return what all nodes say now."""
        self.minutes += 5
        at = BEGIN + timedelta(minutes=self.minutes)
        visits = tuple(self._visit(node, at) for node in range(NODES))
        return Sweep(at, at + timedelta(seconds=4), visits)

    def _visit(self, node: int, at: Any) -> Visit:
        captures = []
        now = at
        for pod in range(PODS + 1):
            for probe in COMMANDS:
                took = self.random.choice([0.0, 0.01, 0.01, 0.02])  # a kernel's clock ticks
                now += timedelta(seconds=took)
                capture = self._capture(node, pod, probe)
                captures.append(dataclasses.replace(capture, started=now, duration=took))
        end = at + timedelta(seconds=3)
        return Visit(f"n{node}", "a", Reach.REACHED, at, end, "", 0.01, tuple(captures))

    def _capture(self, node: int, pod: int, probe: str) -> Capture:
        status, out, err = said(_TEMPLATE)[probe]
        network = f"10.{100 + node}.{pod}."
        out = out.replace(_TEMPLATE.encode(), f"{network}9".encode())
        out = out.replace(_TEMPLATE.removesuffix("99").encode(), network.encode())
        mac = f"02:00:{node:02x}:{pod:02x}:{self.macs.get((node, pod), 0):02x}:01"
        out = out.replace(_MAC, mac.encode())
        question = Question(probe, f"net:[{4_026_532_000 + node * 1000 + pod}]" if pod else "host")
        return Capture(f"n{node}", question, COMMANDS[probe], Outcome.ANSWERED, status, out, err)


class FullRows:
    """A table with a row for each record of each snapshot."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database = sqlite3.connect(path)
        self.database.execute(
            "CREATE TABLE records (snapshot INT, node TEXT, scope TEXT, kind TEXT, identity TEXT,"
            " state TEXT, drift TEXT, incarnation TEXT)"
        )
        self.database.execute("CREATE INDEX by_snapshot ON records (snapshot)")

    def insert(self, snapshot: int, rows: list[tuple[str, ...]]) -> None:
        """Insert a snapshot's rows in one transaction."""
        with self.database:
            self.database.executemany(
                "INSERT INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                ((snapshot, *row) for row in rows),
            )

    def select(self, snapshot: int) -> list[Any]:
        """Return a snapshot's rows as tuples of text."""
        query = "SELECT * FROM records WHERE snapshot = ?"
        return self.database.execute(query, [snapshot]).fetchall()


def _rows(snapshot: Snapshot) -> Any:
    kinds: dict[str, type] = {record.kind: record for record in RECORDS}
    roles = {name: [fields_of(record, role) for role in Role] for name, record in kinds.items()}
    for node in snapshot.nodes:
        for answer in node.answers:
            for record in answer.reading.records:
                values = (
                    json.dumps([getattr(record, name) for name in names], default=str)
                    for names in roles[record.kind]
                )
                yield (node.node, answer.question.scope, record.kind, *values)


def _read_all(sweep: Sweep) -> None:
    """Read each distinct answer once, as saving does."""
    seen = set()
    for visit in sweep.visits:
        for capture in visit.captures:
            key = (capture.question.probe, capture.stdout)
            if key not in seen:
                seen.add(key)
                read(capture)


def _fresh(place: Path, head: SnapshotHead) -> Snapshot:
    with History.open(place) as history:
        return history.load(head)


def _save(history: History, sweep: Sweep) -> float:
    spent, _ = _spent(lambda: history.save(sweep))
    return spent


def _spent(action: Callable[[], Any]) -> tuple[float, Any]:
    """Return the CPU seconds of an action, and its result."""
    gc.collect()  # so that nobody pays for another's garbage
    began = time.process_time()
    result = action()
    return time.process_time() - began, result
