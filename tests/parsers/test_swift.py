"""What is made quickly is what is made the usual way."""

import dataclasses
import pickle
from typing import Any

import pytest

from parsers import records
from parsers.read import read_text
from parsers.records import NextHop, Route
from parsers.roles import Record
from parsers.swift import LONGEST, remembered, swift

KINDS = sorted(
    {
        each
        for each in vars(records).values()
        if isinstance(each, type) and dataclasses.is_dataclass(each) and each is not Record
    },
    key=lambda each: each.__name__,
)


def _values(kind: type) -> dict[str, Any]:
    return {field.name: f"a {field.name}" for field in dataclasses.fields(kind)}


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.__name__)
def test_a_record_made_quickly_is_one_like_any_other(kind: type[Any]) -> None:
    values = _values(kind)
    made, usual = swift(kind)(**values), kind(**values)
    assert type(made) is kind
    assert (made, hash(made), repr(made)) == (usual, hash(usual), repr(usual))
    assert pickle.loads(pickle.dumps(made)) == usual  # noqa: S301 -- made here
    assert swift(kind)(*values.values()) == usual
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, next(iter(values)), "another")
    with pytest.raises(dataclasses.FrozenInstanceError):
        delattr(made, next(iter(values)))


def test_a_record_made_quickly_has_the_defaults_of_its_type() -> None:
    assert swift(NextHop)() == NextHop()
    assert swift(Route)(4, "main", "10.0.0.0/8") == Route(4, "main", "10.0.0.0/8")
    with pytest.raises(TypeError):
        swift(Route)(4, "main")  # type: ignore[call-arg] # what is tested


def test_refuses_a_type_whose_default_is_made_each_time() -> None:
    @dataclasses.dataclass(frozen=True, slots=True)
    class Shelf:
        books: list[str] = dataclasses.field(default_factory=list)

    with pytest.raises(TypeError, match="Shelf"):
        swift(Shelf)


def test_a_line_is_read_once_and_a_long_one_each_time() -> None:
    read: list[str] = []

    def note(line: str) -> str:
        read.append(line)
        return line

    known = remembered(note)
    long = "x" * (LONGEST + 1)
    assert [known(each) for each in ("a", "a", "b", long, long)] == ["a", "a", "b", long, long]
    assert read == ["a", "b", long, long]


def test_a_line_that_was_refused_is_refused_again() -> None:
    for _ in range(2):
        assert read_text("ip-route", b"10.0.0.0/99 dev eth0\n").ledger.unknown_count == 1


def test_a_line_is_not_taken_for_what_another_question_made_of_it() -> None:
    line = b"default dev eth0\n"
    both = [read_text(probe, line).records[0] for probe in ("ip-route", "ip6-route", "ip-route")]
    assert [each.identity[0] for each in both] == [4, 6, 4]
