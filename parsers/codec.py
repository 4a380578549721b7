"""A Reading as JSON bytes and back, exactly.

One JSON object on one line of ASCII::

    {"codec": 1, "fields": {"address": ["interface", …]}, "records": [["address", "eth0", …], …],
     "lines": [3, …], "ledger": [lines, parsed, noise, [[line, text], …]], "blind": "",
     "lacking": false}

A ledger with more unknown lines than are kept has [count, digest] of the others at its end.

``fields`` names the columns of each kind that occurs, so that the text explains itself. A field
that a record type has gained since, with a default, may be absent; a kind or a field that this
program does not know is refused and never dropped.
"""

import dataclasses
import json
import re
import types
from collections.abc import Callable, Iterable
from functools import cache
from operator import attrgetter
from typing import Any, Union, get_args, get_origin, get_type_hints

from parsers.reading import Ledger, Reading, UnknownLine
from parsers.records import RECORDS

VERSION = 1

_ONLY_TEXT = frozenset({str})
_KEYS = frozenset({"codec", "fields", "records", "lines", "ledger", "blind", "lacking"})

# Inside a string every quote has a backslash before it, so that only the member itself matches.
_COUNTS = re.compile(rb'(?<!\\)"ledger":\[(\d+),(\d+),(\d+),')

Converter = Callable[[Any], Any]


class CodecError(Exception):
    """The bytes are no Reading that this version of netsnap can decode."""


def encode(reading: Reading) -> bytes:
    """Return a reading as one line of ASCII JSON; equal readings give equal bytes."""
    kinds: dict[str, type] = {record.kind: type(record) for record in reading.records}
    ledger = reading.ledger
    document = {
        "codec": VERSION,
        "fields": {kind: _names(kinds[kind]) for kind in sorted(kinds)},
        "records": [(record.kind, *_as_row(record)) for record in reading.records],
        "lines": reading.line_numbers,
        "ledger": (
            ledger.lines,
            ledger.parsed,
            ledger.noise,
            [(unknown.line, unknown.text) for unknown in ledger.unknown],
            *([(ledger.more, ledger.more_digest)] if ledger.more else ()),
        ),
        "blind": reading.blind,
        "lacking": reading.lacking,
    }
    return json.dumps(document, separators=(",", ":"), default=_as_row).encode("ascii")


def unknown_count(data: bytes) -> int:
    """Return how many unknown lines an encoded reading counts, without decoding it."""
    found = _COUNTS.search(data)
    if found is None:
        raise CodecError("not a reading: no ledger")
    lines, parsed, noise = map(int, found.groups())
    return lines - parsed - noise


def decode(data: bytes) -> Reading:
    """Return the reading that ``encode`` made these bytes of. Raises CodecError for any other."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise CodecError(f"not a reading: {error}") from error
    if not isinstance(document, dict) or "codec" not in document:
        raise CodecError("not a reading: no codec version")
    if document["codec"] != VERSION:
        raise CodecError(f"codec version {document['codec']!r}; this netsnap knows {VERSION}")
    if document.keys() != _KEYS:
        raise CodecError(f"not a reading: its members are {', '.join(sorted(document))}")
    return _reading(document)


def _reading(document: dict[str, Any]) -> Reading:
    try:
        makers = {kind: _maker_of(kind, tuple(names)) for kind, names in document["fields"].items()}
        records = tuple([makers[row[0]](row) for row in document["records"]])
        lines = tuple(document["lines"])
        ledger = _ledger(*document["ledger"])
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        raise CodecError(f"not a reading: {type(error).__name__}: {error}") from error
    blind, lacking = document["blind"], document["lacking"]
    if type(lacking) is not bool or not isinstance(blind, str):
        raise CodecError("not a reading: its blindness has the wrong type")
    if any(type(number) is not int for number in lines):
        raise CodecError("not a reading: its line numbers have the wrong type")
    if len(lines) != len(records):
        raise CodecError(f"{len(records)} records and {len(lines)} line numbers")
    return Reading(records, lines, ledger, blind, lacking)


def _ledger(
    lines: int, parsed: int, noise: int, unknown: Iterable[Any], rest: Iterable[Any] = (0, "")
) -> Ledger:
    more, digest = rest
    found = tuple(UnknownLine(line, text) for line, text in unknown)
    if any(type(number) is not int for number in (lines, parsed, noise, more)):
        raise CodecError("a ledger counts in whole numbers")
    if any(type(each.line) is not int or type(each.text) is not str for each in found):
        raise CodecError("an unknown line is a number and a text")
    if type(digest) is not str:
        raise CodecError("a digest is a text")
    return Ledger(lines, parsed, noise, found, more, digest)


def _type_of(kind: str) -> type:
    for record in RECORDS:
        if record.kind == kind:
            return record
    raise CodecError(f"records of kind {kind!r} are unknown to this version of netsnap")


@cache
def _names(record: type) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(record))


@cache
def _values(record: type) -> Callable[[Any], tuple[Any, ...]]:
    names = _names(record)
    getter = attrgetter(*names)
    return getter if len(names) > 1 else lambda value: (getter(value),)


def _as_row(value: object) -> tuple[Any, ...]:
    """Return the values of a record, or of a value inside it (a next hop), in declared order."""
    own_type: type = type(value)
    return _values(own_type)(value)


@cache
def _maker_of(kind: str, names: tuple[str, ...]) -> Callable[[list[Any]], Any]:
    return _maker(_type_of(kind), names)


def _maker(record: type, names: tuple[str, ...]) -> Callable[[list[Any]], Any]:
    """Return what builds a record of a row [kind, value, …] whose columns are ``names``.

    Raises CodecError for a column that is unknown, or one without a default that is absent.
    """
    _check_columns(record, names)
    hints = get_type_hints(record)
    converters = [_converter(hints[name]) for name in names]
    nested = [place for place, name in enumerate(names) if _is_nested(hints[name])]
    in_order = names == _names(record)
    sound: set[tuple[type, ...]] = set()

    def make(row: list[Any]) -> Any:
        values = row[1:]
        # Rows of the same types are checked once; what holds others is looked into each time.
        types_there = tuple(map(type, values))
        if types_there not in sound:
            _check_row(row, converters)
            sound.add(types_there)
        for place in nested:
            values[place] = converters[place](values[place])
        if in_order:
            return record(*values)
        return record(**dict(zip(names, values, strict=True)))

    return make


def _check_row(row: list[Any], converters: list[Converter]) -> None:
    if len(row) != len(converters) + 1:
        raise CodecError(f"a {row[0]} of {len(row) - 1} values, where {len(converters)} are due")
    for convert, value in zip(converters, row[1:], strict=True):
        convert(value)


def _is_nested(hint: Any) -> bool:
    return get_origin(hint) is tuple or dataclasses.is_dataclass(hint)


def _check_columns(record: type, names: tuple[str, ...]) -> None:
    known = {field.name: field for field in dataclasses.fields(record)}
    if strange := [name for name in names if name not in known]:
        raise CodecError(
            f"{record.__name__} has no field {strange[0]!r} in this version of netsnap"
        )
    if len(set(names)) != len(names):
        raise CodecError(f"{record.__name__} has a field twice")
    for name, field in known.items():
        if name not in names and field.default is dataclasses.MISSING:
            raise CodecError(f"{record.__name__} lacks its field {name!r}")


def _converter(hint: Any) -> Converter:
    """Return what checks a JSON value against a type and turns lists into tuples and rows."""
    if get_origin(hint) in (Union, types.UnionType):
        return _one_of(get_args(hint))
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        make = _maker(hint, _names(hint))
        return lambda value: make([hint.__name__, *value])
    return _exactly(frozenset({hint}))


def _exactly(allowed: frozenset[type]) -> Converter:
    def check(value: Any) -> Any:
        if type(value) not in allowed:
            names = " or ".join(sorted(each.__name__ for each in allowed))
            raise CodecError(f"{value!r:.40} where {names} is due")
        return value

    return check


def _one_of(members: tuple[Any, ...]) -> Converter:
    plain = frozenset(
        each for each in members if isinstance(each, type) and get_origin(each) is None
    )
    if len(plain) != len(members) or any(dataclasses.is_dataclass(each) for each in plain):
        raise TypeError(f"a record's field may be a union of plain types only, not {members}")
    return _exactly(plain)


def _tuple(members: tuple[Any, ...]) -> Converter:
    if len(members) == 2 and members[1] is Ellipsis:  # noqa: PLR2004 -- tuple[T, ...]
        return _texts if members[0] is str else _many(_converter(members[0]))
    parts = [_converter(member) for member in members]
    return lambda values: tuple(
        [part(value) for part, value in zip(parts, _listed(values), strict=True)]
    )


def _many(each: Converter) -> Converter:
    return lambda values: tuple([each(value) for value in _listed(values)])


def _texts(values: Any) -> tuple[str, ...]:
    if not _ONLY_TEXT.issuperset(map(type, _listed(values))):
        raise CodecError(f"{values!r:.40} where only texts are due")
    return tuple(values)


def _listed(value: Any) -> list[Any]:
    if type(value) is not list:
        raise CodecError(f"{value!r:.40} where a list is due")
    return value
