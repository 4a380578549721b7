"""Hold netsnap's reading of a namespace against its witnesses, field by field."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from itertools import zip_longest
from typing import Any

from parsers.read import read_text
from parsers.reading import Reading
from parsers.records import Address, Interface, Route
from parsers.roles import Record
from tests.oracle import from_json
from tests.oracle.world import ASKED, World

SECONDS = 2
"""How far two looks at a lifetime may be apart."""


def against_json(world: World, readings: dict[str, Reading]) -> Iterator[str]:
    """Yield how the text's records differ from what ``ip -j`` says."""
    for probe, reading in readings.items():
        told = _told(world, probe)
        found = [_without_locks(each) for each in reading.records]
        yield from differences(f"{probe} and JSON", found, told)


def read(world: World) -> dict[str, Reading]:
    """Read the answers to the catalogue's questions. Raises AssertionError for an unknown line."""
    readings = {}
    for probe, words in ASKED.items():
        readings[probe] = read_text(probe, world.ask(*words))
        assert readings[probe].ledger.unknown == (), (probe, readings[probe].ledger.unknown)
        assert readings[probe].blind == ""
    return readings


def _told(world: World, probe: str) -> list[Record]:
    said = world.ask_json(*ASKED[probe])
    family = 6 if "6" in probe else 4
    match probe:
        case "ip-addr":
            return [record for link in said for record in _link(link, world.far)]
        case "ip-route" | "ip6-route":
            return [from_json.route(each, family) for each in said]
        case "ip-rule" | "ip6-rule":
            return [from_json.rule(each, family) for each in said]
        case _:
            return [from_json.neighbour(each) for each in said]


def _link(link: Any, far: str) -> Iterator[Record]:
    yield from_json.interface(link, far)
    yield from (from_json.address(each, link["ifname"]) for each in link["addr_info"])


def _without_locks(record: Record) -> Record:
    """Put a record of the text in the words of ``from_json``."""
    match record:
        case Interface():
            return replace(
                record,
                kind_detail=_sorted(record.kind_detail),
                slave_detail=_sorted(record.slave_detail),
                volatile=tuple(each.split()[0] for each in record.volatile),
            )
        case Route():
            hops = tuple(replace(hop, encap=_sorted(hop.encap)) for hop in record.next_hops)
            unlocked = (each.replace(" lock ", " ") for each in record.attributes)
            return replace(record, next_hops=hops, attributes=tuple(sorted(unlocked)))
    return record


def _sorted(words: str) -> str:
    return " ".join(sorted(words.split()))


def differences(what: str, ours: Sequence[Record], theirs: Sequence[Record]) -> Iterator[str]:
    """Yield a sentence for each record that the two do not tell alike."""
    for mine, later in zip_longest(ours, theirs):
        if mine is None or later is None:
            yield f"{what}: {mine or 'nothing'} but {later or 'nothing'}"
            continue
        other = _at_the_time_of(mine, later)
        if mine == other:
            continue
        if type(mine) is not type(other):
            yield f"{what}: {mine} but {other}"
            return
        pairs = zip(asdict(mine).items(), asdict(other).values(), strict=True)
        fields = "; ".join(f"{key}: {a!r} but {b!r}" for (key, a), b in pairs if a != b)
        yield f"{what}: {mine.kind} {mine.identity}: {fields}"


def _at_the_time_of(mine: Record, other: Record) -> Record:
    """Take two looks at a clock for one, if they are that near."""
    if isinstance(mine, Address) and isinstance(other, Address):
        valid = _near(mine.valid_lifetime, other.valid_lifetime)
        preferred = _near(mine.preferred_lifetime, other.preferred_lifetime)
        return replace(other, valid_lifetime=valid, preferred_lifetime=preferred)
    if isinstance(mine, Route) and isinstance(other, Route) and mine.expires and other.expires:
        ours, theirs = (int(each.expires.removesuffix("sec")) for each in (mine, other))
        return replace(other, expires=f"{_near(ours, theirs)}sec")
    return other


def _near(mine: int | None, other: int | None) -> int | None:
    if mine is None or other is None or abs(mine - other) > SECONDS:
        return other
    return mine
