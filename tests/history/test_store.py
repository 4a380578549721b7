"""What was saved comes back as it was, and is stored once."""

import dataclasses
import hashlib
import sqlite3
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from collector.capture import Capture, Outcome, Question, Reach, Sweep, Visit
from netsnap.history import reader
from netsnap.history.errors import CorruptHistoryError, LabelError, UnknownSnapshotError
from netsnap.history.store import History
from parsers.answer import NodeView, Snapshot
from parsers.read import read
from parsers.records import Address, Route
from tests.history.sweeps import BEGIN, COMMANDS, capture, sweep, visit


def as_visit(history: History, node: NodeView) -> Visit:
    """Undo the saving: the visit with the bytes of its captures."""
    captures = tuple(
        Capture(
            answer.node,
            answer.question,
            answer.command,
            answer.outcome,
            answer.exit_status,
            history.raw(answer.digest),
            history.raw(answer.error_digest),
            answer.started,
            answer.duration,
            answer.detail,
        )
        for answer in node.answers
    )
    head = (node.node, node.address, node.reach, node.started, node.ended, node.detail)
    return Visit(*head, node.clock_offset, captures)


def as_sweep(history: History, snapshot: Snapshot) -> Sweep:
    visits = tuple(as_visit(history, node) for node in snapshot.nodes)
    return Sweep(snapshot.started, snapshot.ended, visits)


def test_every_byte_and_every_outcome_comes_back(history: History) -> None:
    """Also the visits that broke off or came to nothing, and text that no database likes."""
    saved = sweep(hosts=["10.1.0.1", "10.1.0.2"])
    head = history.save(saved, label="before")
    snapshot = history.load(head)
    assert as_sweep(history, snapshot) == saved
    assert (snapshot.id, snapshot.label) == (head.id, "before")
    assert (head.asked, head.reached, head.captures) == (4, 2, 34)


def test_the_readings_are_those_of_the_captures(history: History) -> None:
    saved = sweep()
    snapshot = history.load(history.save(saved))
    for node, was in zip(snapshot.nodes, saved.visits, strict=True):
        for answer, answered in zip(node.answers, was.captures, strict=True):
            assert answer.reading == read(answered)
    records = [record for answer in snapshot.nodes[0].answers for record in answer.reading.records]
    assert Address in map(type, records)
    assert any(isinstance(each, Route) and each.type == "blackhole" for each in records)


def test_what_was_not_answered_stays_blind(history: History) -> None:
    snapshot = history.load(history.save(sweep()))
    broken = next(node for node in snapshot.nodes if node.reach is Reach.CUT_OFF)
    assert {answer.outcome for answer in broken.answers} == set(Outcome) - {Outcome.ANSWERED}
    assert all(answer.reading.blind for answer in broken.answers)


def test_a_question_without_a_reader_is_blind_and_not_empty(history: History) -> None:
    """A later netsnap may have asked it, or one that has since stopped asking."""
    strange = dataclasses.replace(
        capture("k8s1", "ip-addr", "10.1.0.1", BEGIN), question=Question("crystal-ball")
    )
    seen = Visit("k8s1", "", Reach.REACHED, BEGIN, BEGIN, captures=(strange,))
    snapshot = history.load(history.save(Sweep(BEGIN, BEGIN, (seen,))))
    assert "does not read it" in snapshot.nodes[0].answers[0].reading.blind


def test_an_empty_sweep_is_a_snapshot(history: History) -> None:
    head = history.save(Sweep(BEGIN, BEGIN, ()))
    assert history.load(head).nodes == ()
    assert history.verify() == []


def test_snapshots_chain(history: History) -> None:
    first, second = history.save(sweep()), history.save(sweep(5))
    assert (first.previous, second.previous) == ("", first.id)
    assert history.heads() == [first, second]


def test_the_same_sweep_twice_is_two_snapshots(history: History) -> None:
    assert history.save(sweep()).id != history.save(sweep()).id


def test_equal_parts_of_two_snapshots_are_one_object(history: History) -> None:
    """So that a comparison can skip them unread."""
    first = history.load(history.save(sweep(hosts=["10.1.0.1", "10.1.0.2"])))
    second = history.load(history.save(sweep(5, hosts=["10.1.0.1", "10.1.0.3"])))
    for old, new in zip(first.nodes[0].answers, second.nodes[0].answers, strict=True):
        assert old.reading is new.reading
    pairs = list(zip(first.nodes[1].answers, second.nodes[1].answers, strict=True))
    assert any(old.reading != new.reading for old, new in pairs)
    assert all(old.reading is new.reading for old, new in pairs if old.reading == new.reading)


def test_equal_answers_are_stored_once(tmp_path: Path) -> None:
    with History.open(tmp_path / "history.db") as history:
        first = history.save(sweep(hosts=["10.1.0.1"] * 3))
        answered = [each for node in sweep().visits for each in node.captures]
        outputs = {output for each in answered for output in (each.stdout, each.stderr)}
        again = history.save(sweep(5, hosts=["10.1.0.1"] * 3))
        assert again.bytes_new == 0
        assert sum(map(len, outputs)) < first.bytes_new < 3 * sum(map(len, outputs))
    with closing(sqlite3.connect(tmp_path / "history.db")) as database:
        kept = {digest for (digest,) in database.execute("SELECT digest FROM blobs")}
        assert {hashlib.sha256(output).digest() for output in outputs} < kept
        assert len(kept) < 3 * len(outputs)


def test_ten_equal_snapshots_grow_by_less_than_1_kb_a_node(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    pods, nodes = 18, 4  # 95 answers a node
    with History.open(path) as history:
        history.save(sweep(hosts=[f"10.1.0.{n}" for n in range(nodes)], pods=pods))
        before = path.stat().st_size
        for minutes in range(10):
            history.save(sweep(minutes, hosts=[f"10.1.0.{n}" for n in range(nodes)], pods=pods))
        grown = path.stat().st_size - before
    assert grown < 10 * nodes * 1000


def test_a_change_costs_what_changed(tmp_path: Path) -> None:
    path = tmp_path / "history.db"
    addresses = [f"10.1.0.{n}" for n in range(40)]
    with History.open(path) as history:
        before = Sweep(BEGIN, BEGIN, (visit("k8s1", addresses, BEGIN),))
        first = history.save(before)
        addresses[20] = "10.1.9.9"
        second = history.save(Sweep(BEGIN, BEGIN, (visit("k8s1", addresses, BEGIN),)))
        assert second.bytes_stored * 5 < first.bytes_stored
        snapshot = history.load(second)
        assert as_visit(history, snapshot.nodes[0]) == visit("k8s1", addresses, BEGIN)


def test_a_long_history_of_changes_comes_back(tmp_path: Path) -> None:
    """More changes of one answer than steps in a chain of deltas."""
    with History.open(tmp_path / "history.db") as history:
        sweeps = [sweep(n, hosts=[f"10.1.{n}.1"], pods=1) for n in range(30)]
        heads = [history.save(each) for each in sweeps]
        for head, saved in zip(heads, sweeps, strict=True):
            assert as_sweep(history, history.load(head)) == saved
        assert history.verify() == []


def test_what_other_readers_read_is_read_again(tmp_path: Path) -> None:
    """An upgrade of the readers must not look like a change of the network."""
    path = tmp_path / "history.db"
    with History.open(path) as history:
        first = history.load(history.save(sweep()))
    with closing(sqlite3.connect(path)) as database, database:
        # As an older netsnap left it: other readers, and a page that they made otherwise.
        database.execute("UPDATE readings SET reader = 'older', page = sheet")
    with History.open(path) as history:
        assert history.load(first.id) == first
        assert history.save(sweep(5)).bytes_new == 0
    with closing(sqlite3.connect(path)) as database:
        readers = {name for (name,) in database.execute("SELECT reader FROM readings")}
        assert readers == {"older", reader.version()}
    with History.open(path) as history:
        assert history.load(first.id) == first
        second = history.load("latest")
        assert second.nodes[0].answers[0].reading == first.nodes[0].answers[0].reading
        assert history.verify() == []


@pytest.mark.parametrize("whole", [0.25, 1 / 3, 1e-7, 12345.678901, 0.0])
def test_durations_come_back_to_the_last_bit(history: History, whole: float) -> None:
    taken = dataclasses.replace(capture("k8s1", "ip-rule", "10.1.0.1", BEGIN), duration=whole)
    seen = Visit("k8s1", "", Reach.REACHED, BEGIN, BEGIN, captures=(taken,))
    snapshot = history.load(history.save(Sweep(BEGIN, BEGIN, (seen,))))
    assert snapshot.nodes[0].answers[0].duration == whole


def test_a_clock_far_off_comes_back(history: History) -> None:
    """Node clocks are the nodes' own: before 1970, or jumping back during the visit."""
    times = (BEGIN.replace(year=1, month=1, day=1), None, BEGIN.replace(year=9999), BEGIN)
    captures = tuple(
        dataclasses.replace(capture("k8s1", probe, "10.1.0.1", BEGIN), started=when)
        for probe, when in zip(COMMANDS, times, strict=False)
    )
    seen = Visit("k8s1", "", Reach.REACHED, BEGIN, BEGIN, captures=captures)
    snapshot = history.load(history.save(Sweep(BEGIN, BEGIN, (seen,))))
    assert tuple(answer.started for answer in snapshot.nodes[0].answers) == times


def test_a_label_is_given_once(history: History) -> None:
    history.save(sweep(), label="before")
    with pytest.raises(LabelError, match=r"'before' is taken: [0-9a-f]{12} 2026-11-23"):
        history.save(sweep(5), label="before")
    assert len(history.heads()) == 1


@pytest.mark.parametrize(
    "label",
    ["beef", "2026-11-23", "latest", "latest~2", "14:00", "10 minutes ago", "now", "yesterday",
     "a b", "-x", "x" * 65, "é", "a\n", "LATEST", "2h ago", "a/b"],
)  # fmt: skip
def test_a_label_cannot_look_like_an_id_or_a_time(tmp_path: Path, label: str) -> None:
    with (
        History.open(tmp_path / "history.db") as history,
        pytest.raises(LabelError, match="cannot be a label"),
    ):
        history.check_label(label)


def test_resolves_and_loads_by_name(history: History) -> None:
    first, second = history.save(sweep(), label="before"), history.save(sweep(5))
    now = BEGIN + timedelta(hours=1)
    for text, head in {
        "before": first,
        first.id: first,
        second.id[:9]: second,
        "latest~1": first,
        "58 minutes ago": first,
        "55m ago": second,
        "2026-11-23T11:04": first,
    }.items():
        assert history.resolve(text, now=now, zone=UTC) == head
    assert history.load("latest").id == second.id
    assert history.load("before").id == first.id


def test_an_empty_history_says_so(history: History) -> None:
    with pytest.raises(UnknownSnapshotError, match="the history is empty"):
        history.resolve("latest", now=BEGIN, zone=UTC)
    with pytest.raises(UnknownSnapshotError, match="no snapshot 'latest'"):
        history.load("latest")


def test_an_output_that_was_never_stored_is_an_error_and_not_empty(history: History) -> None:
    with pytest.raises(CorruptHistoryError, match="lacks content"):
        history.raw(hashlib.sha256(b"never").hexdigest())
    with pytest.raises(UnknownSnapshotError, match="no SHA-256"):
        history.raw("xyz")
