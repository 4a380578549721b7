"""Readings go to JSON and come back as they were, or are refused."""

import dataclasses
import json
import types
from typing import Any, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parsers.codec import CodecError, decode, encode
from parsers.reading import Ledger, Reading, UnknownLine
from parsers.records import RECORDS, Address, Neighbour, NextHop, Route
from parsers.roles import Record

# Surrogates too: a text that was decoded leniently must not break the history.
TEXT = st.text(st.characters(exclude_categories=()), max_size=20)
NUMBERS = st.integers(-(2**70), 2**70)
MEASURES = st.floats(allow_nan=False)


def values(hint: Any) -> st.SearchStrategy[Any]:
    """All values that a field of this type can have."""
    if get_origin(hint) in (Union, types.UnionType):
        return st.one_of([values(member) for member in get_args(hint)])
    if get_origin(hint) is tuple:
        members = get_args(hint)
        if members[-1] is Ellipsis:
            return st.lists(values(members[0]), max_size=3).map(tuple)
        return st.tuples(*[values(member) for member in members])
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return records(hint)
    plain = {str: TEXT, int: NUMBERS, float: MEASURES, bool: st.booleans(), type(None): st.none()}
    return plain[hint]


def records(record: type[Any]) -> st.SearchStrategy[Any]:
    hints = get_type_hints(record)
    return st.builds(
        record, **{field.name: values(hints[field.name]) for field in dataclasses.fields(record)}
    )


@st.composite
def readings(draw: st.DrawFn, of: st.SearchStrategy[Record]) -> Reading:
    drawn = tuple(draw(st.lists(of, max_size=4)))
    lines = draw(st.lists(st.integers(1), min_size=len(drawn), max_size=len(drawn)))
    unknown = draw(st.lists(st.builds(UnknownLine, st.integers(1), TEXT), max_size=2))
    ledger = Ledger(
        draw(st.integers(0)), draw(st.integers(0)), draw(st.integers(0)), tuple(unknown)
    )
    return Reading(drawn, tuple(lines), ledger, draw(TEXT))


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.kind)
@given(data=st.data())
def test_every_kind_of_record_comes_back_as_it_was(
    record: type[Record], data: st.DataObject
) -> None:
    reading = data.draw(readings(records(record)))
    assert decode(encode(reading)) == reading


@given(readings(st.one_of([records(record) for record in RECORDS])))
def test_records_of_mixed_kinds_keep_their_order(reading: Reading) -> None:
    text = encode(reading)
    assert decode(text) == reading
    assert b"\n" not in text
    assert encode(decode(text)) == text


def test_a_number_and_a_switch_stay_apart() -> None:
    route = Route(4, "main", "10.0.0.0/8", metric=1, next_hops=(NextHop("10.0.0.1", "eth0"),))
    (back,) = decode(encode(Reading((route,), (1,)))).records
    assert isinstance(back, Route)
    assert type(back.metric) is int
    assert back.next_hops == (NextHop("10.0.0.1", "eth0"),)


def altered(**members: Any) -> bytes:
    """The JSON of one neighbour, with members of the document replaced."""
    document = json.loads(encode(Reading((Neighbour(4, "10.0.0.1", "eth0"),), (1,))))
    return json.dumps({**document, **members}).encode()


def test_refuses_a_kind_of_a_later_version() -> None:
    with pytest.raises(CodecError, match="kind 'wormhole' are unknown to this version"):
        decode(altered(fields={"wormhole": ["mouth"]}, records=[["wormhole", "here"]]))


def test_refuses_a_field_of_a_later_version() -> None:
    with pytest.raises(CodecError, match="Neighbour has no field 'mood' in this version"):
        decode(altered(fields={"neighbour": ["family", "address", "device", "mood"]}))


def test_refuses_a_later_codec() -> None:
    with pytest.raises(CodecError, match="codec version 2; this netsnap knows 1"):
        decode(altered(codec=2))


def test_reads_a_record_from_before_a_field_was_added() -> None:
    text = altered(
        fields={"neighbour": ["device", "family", "address"]},
        records=[["neighbour", "eth0", 4, "10.0.0.1"]],
    )
    assert decode(text).records == (Neighbour(4, "10.0.0.1", "eth0"),)


@pytest.mark.parametrize(
    "members",
    [
        {"records": [["neighbour", 4, "10.0.0.1"]]},
        {"records": [["address", "eth0", 4, "10.0.0.1/8"]]},
        {"records": [[]]},
        {"records": ["neighbour"]},
        {"records": 7},
        {"fields": {"neighbour": ["family", "address"]}, "records": [["neighbour", 4, "10.0.0.1"]]},
        {"fields": {"neighbour": 3}},
        {"fields": []},
        {"lines": []},
        {"lines": ["1"]},
        {"lines": None},
        {"ledger": [1, 2]},
        {"ledger": [1, 1, 0, [["1", "x"]]]},
        {"ledger": [1, 1, "0", []]},
        {"blind": None},
        {"lacking": None},
        {"lacking": 1},
        {"more": 1},
    ],
    ids=json.dumps,
)
def test_refuses_what_encode_does_not_write(members: dict[str, Any]) -> None:
    with pytest.raises(CodecError):
        decode(altered(**members))


@pytest.mark.parametrize("value", [True, "4", 4.0, None, [4]], ids=repr)
def test_refuses_a_value_of_another_type(value: Any) -> None:
    row = ["address", "eth0", value, "10.0.0.1/8"]
    fields = {"address": ["interface", "family", "address"]}
    with pytest.raises(CodecError, match="where int is due"):
        decode(altered(fields=fields, records=[row]))
    row[2] = 4
    assert decode(altered(fields=fields, records=[row])).records == (
        Address("eth0", 4, "10.0.0.1/8"),
    )


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b"{}", b"[" * 200_000, b"null"], ids=len)
def test_refuses_what_is_no_reading(data: bytes) -> None:
    with pytest.raises(CodecError, match="not a reading"):
        decode(data)
