"""Which event follows from which is found by looking each one up, and not through them all."""

from collections.abc import ItemsView, Iterator
from dataclasses import replace

import pytest

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.chain import children_of, descendants, parents
from netsnap.explain.events import Event, EventId
from netsnap.explain.events import World as Compared
from netsnap.explain.links.happened import Happened
from netsnap.explain.naming import events
from parsers.records import Interface, Neighbour
from tests.model.cluster import NIC, facts
from tests.model.large import large, node_of


class Counted(dict[EventId, Event]):
    """Events, and how often somebody went through all of them."""

    walks = 0

    def __iter__(self) -> Iterator[EventId]:
        self.walks += 1
        return super().__iter__()

    def items(self) -> ItemsView[EventId, Event]:  # type: ignore[override] # dict_items is one
        self.walks += 1
        return super().items()


def _happened(changes: int) -> Happened:
    world = large(3, 60)
    later = {place: list(records) for place, records in world.items()}
    pods = [place for place in world if place[1] != HOST]
    for place in pods[:changes]:
        later[place] = [
            replace(each, mac="0a:00:00:00:00:01") if isinstance(each, Interface) else each
            for each in world[place]
        ]
    for number in range(changes):
        later[node_of(number % 3), HOST].append(Neighbour(4, f"10.0.9.{number}", NIC))
    before, after = facts(world), facts(later)
    compared = Compared(before, after, compare(before, after))
    return Happened(Counted(events(compared)), compared)


@pytest.mark.parametrize("changes", [4, 40])
def test_goes_through_all_events_no_more_often_the_more_there_are(changes: int) -> None:
    happened = _happened(changes)
    assert len(happened.events) == 2 * changes
    parents(happened)
    assert isinstance(happened.events, Counted)
    assert happened.events.walks <= 8


def test_a_hosts_end_is_found_by_its_pod() -> None:
    assert _happened(1).veths["n1", "default/p1-7"] == ["cali1x7"]


def test_what_follows_is_told_nearest_first_and_never_the_root() -> None:
    root, near, far, apart = (("route", "n", HOST, name) for name in "abcd")
    links = {root: (far,), near: (root,), far: (near,), apart: ()}
    assert descendants(root, children_of(links)) == (near, far)
