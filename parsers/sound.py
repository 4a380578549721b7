"""Records with addresses that are none: no reader makes such, but a history may hold them.

What somebody else wrote is imported (``netsnap import``), and a reader may have had a fault. Such
a record is told as unreadable, and its kind is hidden in its namespace: what is left is not all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby

from parsers.addresses import address, family, prefix, with_length
from parsers.facts import BlindSpot, Fact, Facts, Hidden, hidden_at
from parsers.records import Address, Neighbour, Route, Rule
from parsers.roles import Record

FAMILIES = frozenset({4, 6})
_NO_PREFIX = frozenset({"", "default"})


def only_sound(facts: Facts) -> Facts:
    """Return the facts without the records that are not sound, and blind where these were."""
    flawed = [
        (fact, flaw)
        for kinds in facts.places.values()
        for kind in _TEXTS
        for fact in kinds.get(kind.kind, ())
        if (flaw := flaw_of(fact.record)) is not None
    ]
    if not flawed:
        return facts
    gone = {fact.key for fact, _ in flawed}
    hidden = {key[:3] for key in gone}
    return replace(
        facts,
        by_key={key: fact for key, fact in facts.by_key.items() if key not in gone},
        blind=(*facts.blind, *_spots(flawed)),
        hidden=hidden_at((*_places(facts.hidden), *hidden)),
        half_hidden={at: each for at, each in facts.half_hidden.items() if at not in hidden},
    )


def _places(hidden: Hidden) -> Iterator[tuple[str, str, str]]:
    yield from ((*place, kind) for place, kinds in hidden.items() for kind in kinds)


def flaw_of(record: Record) -> str | None:
    """Return what of a record is no address where one should be, None if all are."""
    texts = _TEXTS.get(type(record))
    own = getattr(record, "family", None)
    if texts is None:
        return None
    if own not in FAMILIES:
        return f"family {own}"
    for read, text, of_any in texts(record):
        try:
            read(text)
            if not of_any and family(text) != own:
                return text
        except ValueError:
            return text
    return None


def _spots(flawed: list[tuple[Fact, str]]) -> Iterator[BlindSpot]:
    def place(each: tuple[Fact, str]) -> tuple[str, str, str, str, str]:
        key, asked = each[0].key, each[0].answer.question
        return (key.node, key.netns, key.kind, asked.probe, asked.subject)

    for (node, netns, kind, probe, subject), some in groupby(sorted(flawed, key=place), place):
        unknown = tuple(f"{fact.line}: {flaw!a} is no address" for fact, flaw in some)
        yield BlindSpot(
            node, netns, probe, subject, frozenset({kind}), "unreadable records", unknown
        )


_Text = tuple[Callable[[str], object], str, bool]
"""How it is read, and whether it may be of another family than its record."""


def _route(route: Route) -> Iterator[_Text]:
    yield prefix, route.prefix, False
    if route.from_prefix not in _NO_PREFIX:
        yield prefix, route.from_prefix, False
    if route.source:
        yield address, route.source, True
    yield from ((address, hop.gateway, True) for hop in route.next_hops if hop.gateway)


def _address(own: Address) -> Iterator[_Text]:
    yield with_length, own.address, False
    if own.peer:
        yield with_length, own.peer, False


_TEXTS: Mapping[type[Record], Callable[..., Iterator[_Text]]] = {
    Route: _route,
    Address: _address,
    Neighbour: lambda entry: iter([(address, entry.address, False)]),
    Rule: lambda _: iter(()),
}
