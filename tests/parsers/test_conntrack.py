"""Connection tracking: one record a node, whichever way it is told."""

from parsers.conntrack import read_conntrack
from parsers.reading import Reading
from parsers.records import ConntrackTable
from parsers.text import Text
from tests.golden import SAMPLES


def table(reading: Reading) -> ConntrackTable:
    assert reading.ledger.unknown == ()
    (found,) = reading.records
    assert isinstance(found, ConntrackTable)
    return found


def sample(case: str) -> ConntrackTable:
    return table(read_conntrack(Text((SAMPLES / "conntrack" / f"{case}.txt").read_text())))


def test_processors_are_added_up_and_entries_are_not() -> None:
    text = "entries  clashres insert drop\n00000002 00000001 0000000a 00000000\n"
    found = table(read_conntrack(Text(text + "00000002 00000002 00000006 00000001\n")))
    assert found.count == 2
    assert dict(found.counters) == {"clash_resolve": 3, "insert": 16, "drop": 1}


def test_the_kernels_file_and_the_program_count_by_the_same_names() -> None:
    files, program = dict(sample("files").counters), dict(sample("statistics").counters)
    assert program.keys() <= files.keys()
    assert files["insert"] == program["insert"] == 1


def test_the_old_layout_of_the_program_is_read_too() -> None:
    text = "entries             \t12\nsearched            \t34\ninsert_failed       \t5\n"
    found = table(read_conntrack(Text(text)))
    assert (found.count, dict(found.counters)) == (12, {"searched": 34, "insert_failed": 5})


def test_a_line_that_does_not_fit_the_title_is_refused() -> None:
    text = "entries  found\n00000002 00000001 00000003\n"
    reading = read_conntrack(Text(text))
    assert [each.line for each in reading.ledger.unknown] == [2]
    assert reading.records == ()


def test_a_count_alone_is_a_count() -> None:
    assert sample("count").count == 2
    assert sample("count").counters == ()
