"""Hold netsnap's reading of a namespace against its witnesses, field by field."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import zip_longest
from typing import Any

from parsers.read import read_text
from parsers.reading import Reading
from parsers.records import Address, Interface, Route, Rule
from parsers.roles import Record
from tests.oracle import (
    from_json,
    from_json_rules,
    from_netlink,
    from_netlink_rules,
    tables,
)
from tests.oracle.world import ASKED, World

SECONDS = 2
"""How far two looks at a lifetime may be apart."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The differences between the witnesses of a namespace, and how many records it has."""

    differences: tuple[str, ...]
    records: int


def check(world: World) -> Verdict:
    """Hold the witnesses of a namespace together."""
    records = 0

    def look() -> tuple[dict[str, bytes], list[str]]:
        nonlocal records
        texts = ask(world)
        readings = {probe: read_text(probe, text) for probe, text in texts.items()}
        records = sum(len(reading.records) for reading in readings.values())
        return texts, list(unread(readings)) or _between(world, readings)

    return Verdict(tuple(settled(look)), records)


def settled(look: Callable[[], tuple[object, list[str]]]) -> list[str]:
    """Look until two looks at the same texts give the same differences, or one gives none.

    A namespace moves (a neighbour's state, a carrier, a counter): differences while it does are
    none. After TRIES looks those of the last one count.
    """
    last: tuple[object, list[str]] = (None, [])
    for _ in range(TRIES):
        now = look()
        if not now[1] or now == last:
            return now[1]
        last = now
        time.sleep(PAUSE)
    return last[1]


def _between(world: World, readings: dict[str, Reading]) -> list[str]:
    in_json = against_json(world, readings) if world.speaks_json else ()
    return [*in_json, *against_netlink(world, readings)]


TRIES, PAUSE = 8, 0.3


def ask(world: World) -> dict[str, bytes]:
    """Return what ``ip`` prints at the catalogue's questions."""
    return {probe: world.ask(*words) for probe, words in ASKED.items()}


def unread(readings: dict[str, Reading]) -> Iterator[str]:
    """Yield the lines that were not understood."""
    for probe, reading in readings.items():
        if reading.ledger.unknown or reading.blind:
            yield f"{probe}: {reading.blind} {reading.ledger.unknown}"


def against_json(world: World, readings: dict[str, Reading]) -> Iterator[str]:
    """Yield how the text's records differ from what ``ip -j`` says."""
    for probe, reading in readings.items():
        told = _told(world, probe)
        found = [_in_its_words(each) for each in reading.records]
        yield from differences(f"{probe} and JSON", found, told)


def against_netlink(world: World, readings: dict[str, Reading]) -> Iterator[str]:
    """Yield how the text's records differ from what pyroute2 hears, and from what we read of it."""
    heard = world.hear()
    links = from_netlink.Links({each["index"]: each for each in heard.links})
    interfaces = [from_netlink.interface(each, links) for each in heard.links]
    told: dict[str, Iterable[Record | None]] = {
        "addr": [*interfaces, *(from_netlink.address(each, links) for each in heard.addresses)],
        "route": [from_netlink.route(each, links) for each in heard.routes],
        "rule": [from_netlink_rules.rule(each) for each in heard.rules],
        "neigh": [from_netlink.neighbour(each, links) for each in heard.neighbours],
    }
    for what, texts in TEXTS.items():
        text = [in_few_words(record) for name in texts for record in readings[name].records]
        ours = read_text(f"netlink-{what}", heard.texts[f"netlink-{what}"].encode())
        if ours.ledger.unknown or ours.blind:
            yield f"netlink-{what}: {ours.blind} {ours.ledger.unknown}"
        theirs = [in_few_words(record) for record in told[what] if record is not None]
        yield from differences(f"{texts[0]} and pyroute2", _in_order(text), _in_order(theirs))
        ours_told = [in_few_words(record) for record in ours.records]
        yield from differences(f"{texts[0]} and our netlink", _in_order(text), _in_order(ours_told))


TEXTS = {
    "addr": ("ip-addr",),
    "route": ("ip-route", "ip6-route"),
    "rule": ("ip-rule", "ip6-rule"),
    "neigh": ("ip-neigh",),
}


def in_few_words(record: Record) -> Record:
    """Leave out of a record what only ``ip`` puts into words, or only netlink's number says."""
    match record:
        case Interface():
            return replace(record, kind_detail="", slave_detail="", volatile=(), peer_netns="")
        case Route():
            hops = tuple(replace(hop, encap="") for hop in record.next_hops)
            return replace(record, next_hops=hops)
        case Rule():
            named = _PROTOCOL.sub(lambda found: tables.transport(int(found[1])), record.selector)
            return replace(record, selector=named)
    return record


_PROTOCOL = re.compile(r"(?<=ipproto )ipproto-(\d+)")
"""What ``ip`` prints where there is no /etc/protocols."""


def _in_order(records: Iterable[Record]) -> list[Record]:
    return sorted(records, key=lambda each: (each.kind, [str(part) for part in each.identity]))


def _told(world: World, probe: str) -> list[Record]:
    said = world.ask_json(*ASKED[probe])
    family = 6 if "6" in probe else 4
    match probe:
        case "ip-addr":
            return [record for link in said for record in _link(link, world)]
        case "ip-route" | "ip6-route":
            return [from_json.route(each, family) for each in said]
        case "ip-rule" | "ip6-rule":
            return [from_json_rules.rule(each, family) for each in said]
        case _:
            return [from_json.neighbour(each) for each in said]


def _link(link: Any, world: World) -> Iterator[Record]:
    yield from_json.interface(link, world.elsewhere(link.get("link_netnsid")))
    yield from (from_json.address(each, link["ifname"]) for each in link["addr_info"])


def _in_its_words(record: Record) -> Record:
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
