"""What fell and came back between the snapshots, so that both show the same."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from collector.capture import HOST
from netsnap.explain.events import World
from netsnap.explain.moments import SKEW
from netsnap.explain.naming import session_id
from netsnap.explain.witnesses import JITTER, since
from parsers.facts import Fact, Key
from parsers.records import (
    BirdProtocol,
    BirdStatus,
    CalicoPeer,
    FilterRule,
    Interface,
    InterfaceCounters,
)

NEARBY = timedelta(seconds=10)
"""Sessions that come back within it came back together."""
SHOWN = 4
_KINDS = tuple(
    each.kind for each in (BirdProtocol, CalicoPeer, BirdStatus, InterfaceCounters, FilterRule)
)
_ESTABLISHED = "Established"


def flaps(world: World) -> Iterator[str]:
    """Yield a line for each thing that is as it was, and was not all the time."""
    both = [
        (now.key, was, now)
        for kind in _KINDS
        for now in world.after.of_kind(kind)
        if (was := world.before.by_key.get(now.key)) is not None
    ]
    yield from _links(both, world)
    yield from _sessions(both, world)
    yield from _configured(both, world)
    yield from _filters(both)


Both = Iterable[tuple[Key, Fact, Fact]]


def _links(both: Both, world: World) -> Iterator[str]:
    """The kernel counts how often a carrier came or went: once is another state, and no flap."""
    for key, was, now in both:
        one, other = was.record, now.record
        if (
            key.netns == HOST
            and isinstance(one, InterfaceCounters)
            and isinstance(other, InterfaceCounters)
            and one.index == other.index
            and None not in (one.carrier_changes, other.carrier_changes)
            and (other.carrier_changes or 0) > (one.carrier_changes or 0) + 1
            and _is_as_it_was(key, other.interface, world)
        ):
            times = (other.carrier_changes or 0) - (one.carrier_changes or 0)
            when = _between(was, now, world)
            yield (
                f"{other.interface} on {key.node} {_flapped(key, other.interface, world)}{when}: "
                f"its carrier came or went {times} times"
            )


def _flapped(key: Key, name: str, world: World) -> str:
    now = world.after.by_key[Key(key.node, key.netns, Interface.kind, (name,))].record
    has_link = isinstance(now, Interface) and "NO-CARRIER" not in now.flags
    return "lost its link and got it back" if has_link else "got a link and lost it again"


def _is_as_it_was(key: Key, name: str, world: World) -> bool:
    place = Key(key.node, key.netns, Interface.kind, (name,))
    was, now = world.before.by_key.get(place), world.after.by_key.get(place)
    return (
        was is not None
        and now is not None
        and isinstance(was.record, Interface)
        and isinstance(now.record, Interface)
        and (was.record.flags, was.record.operstate) == (now.record.flags, now.record.operstate)
    )


def _sessions(both: Both, world: World) -> Iterator[str]:
    """Sessions that are established again, those of one time together."""
    found: dict[str, datetime | str] = {}
    for key, was, now in both:
        one, other = was.record, now.record
        if not isinstance(one, BirdProtocol | CalicoPeer) or type(one) is not type(other):
            continue
        peer = one.neighbour if isinstance(one, BirdProtocol) else one.address
        if peer and one.connection == _ESTABLISHED == getattr(other, "connection", ""):
            moved = _moved(key.node, one, other, world)
            if moved:
                found.setdefault(session_id(key.node, peer, world)[3], moved)
    yield from _together(found)


def _moved(
    node: str, one: BirdProtocol | CalicoPeer, other: object, world: World
) -> datetime | str | None:
    """Return when a session came back, as printed where its zone is not known; None: it stood."""
    if not isinstance(other, BirdProtocol | CalicoPeer):
        return None
    moments = world.moments
    own = [
        since(session, moments.times(side, node)) for side, session in (("t1", one), ("t2", other))
    ]
    then, now = (moments.at(side, node, at) for side, at in zip(("t1", "t2"), own, strict=True))
    if then is not None and now is not None:
        return None if _is_one(*own) or _is_one(then, now) else _within(node, then, now, world)
    is_bird = isinstance(other, BirdProtocol)  # calicoctl's repeats it
    return other.since if is_bird and _differ(one.since, other.since) else None


def _is_one(first: datetime | None, second: datetime | None) -> bool:
    """Compare by either clock: where a node's was set in between, one of them stands still."""
    return first is not None and second is not None and abs(second - first) <= JITTER


def _within(node: str, then: datetime, now: datetime, world: World) -> datetime | None:
    """Return since when it stands by the later visit, None where that contradicts the visits."""
    visits = world.moments.visited(node)
    if visits is None:
        return now
    is_told_backwards = visits.latest < visits.earliest
    last = then if is_told_backwards else now
    first, end = sorted((visits.earliest, visits.latest))
    return last if first - SKEW <= last <= end + SKEW else None


def _differ(before: str, after: str) -> bool:
    """Compare two clock times of one format; another format is no evidence: it turns with age."""
    times = [re.fullmatch(r"(\d\d):(\d\d):(\d\d)(?:\.\d+)?", text) for text in (before, after)]
    if times[0] is None or times[1] is None:
        return False
    first, second = (
        timedelta(hours=int(each[1]), minutes=int(each[2]), seconds=int(each[3]))
        for each in times
        if each
    )
    return abs(first - second) > JITTER


def _together(found: dict[str, datetime | str]) -> Iterator[str]:
    """Yield a line for each time at which sessions came back."""
    groups: dict[datetime | str, list[str]] = defaultdict(list)
    for name, when in sorted(found.items()):
        same = (each for each in groups if _is_near(each, when))
        groups[next(same, when)].append(name)
    for when, names in groups.items():
        told = ", ".join(names[:SHOWN])
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        at = f"{_clock(when)} (BIRD's since)" if isinstance(when, datetime) else when
        yield f"BGP session{'s' * (len(names) > 1)} {told}{more} fell and came back at {at}"


def _is_near(one: datetime | str, other: datetime | str) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other) <= NEARBY
    return one == other


def _configured(both: Both, world: World) -> Iterator[str]:
    """A BIRD that goes on with another configuration, or with the same read again."""
    moments = world.moments
    for key, was, now in both:
        one, other = was.record, now.record
        if not isinstance(one, BirdStatus) or not isinstance(other, BirdStatus):
            continue
        clocks = [moments.times(side, key.node).bird.get(one.daemon) for side in ("t1", "t2")]
        if one.process != other.process or clocks[0] is None or clocks[1] is None:
            continue
        texts = (one.last_reconfiguration, other.last_reconfiguration)
        times = [clock.instant(text) for clock, text in zip(clocks, texts, strict=True) if clock]
        if all(times):
            first, second = (datetime.fromisoformat(each) for each in times)
            at = moments.at("t2", key.node, second)
            is_one = _is_one(moments.at("t1", key.node, first), at)
            if second - first > JITTER and not is_one:
                at = at or second
                yield f"{one.daemon} on {key.node} read its configuration again at {_clock(at)}"


def _filters(both: Both) -> Iterator[str]:
    """Counters of rules only grow: where they are less, the rules were loaded anew."""
    less: dict[tuple[str, str], int] = defaultdict(int)
    for key, was, now in both:
        one, other = was.record, now.record
        if isinstance(one, FilterRule) and isinstance(other, FilterRule):
            less[key.node, key.netns] += (other.packets or 0) < (one.packets or 0)
    for (node, netns), number in sorted(less.items()):
        if number:
            where = node if netns == HOST else f"{netns} on {node}"
            what = "1 counter" if number == 1 else f"{number} counters"
            yield f"{what} of {where}'s packet filter began anew: it was loaded again"


def _between(was: Fact, now: Fact, world: World) -> str:
    first, last = world.moments.asked("t1", was.answer), world.moments.asked("t2", now.answer)
    if first is None or last is None:
        return ""
    return f" between {_clock(first[0])} and {_clock(last[1])}"


def _clock(when: datetime) -> str:
    return f"{when.astimezone(UTC):%H:%M:%SZ}"
