"""Benign churn, one line for each kind; and events that left no other trace."""

from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain.events import CONTAINER, DUPLICATE, NEIGHBOUR, NODE, Event, World
from netsnap.explain.flaps import flaps
from netsnap.explain.inherited import inherited, taken_early
from netsnap.explain.links.node import rebooted
from netsnap.explain.losses import losses
from netsnap.explain.skew import clocks
from netsnap.explain.witnesses import parsed
from parsers.facts import Fact
from parsers.records import (
    Container,
    Daemon,
    Interface,
    KernelLog,
    ServiceUnit,
)

_BEGINS = ("started_at", "start_ticks")
"""Fields of containers and daemons that are another only if these were started anew."""


def noise(told: Iterable[Event], world: World) -> tuple[str, ...]:
    """Count the churn that is no cause and no consequence of one; ``told`` are those."""
    told_changes = {id(change) for event in told for change in event.changes}
    rest = [change for change in world.difference.changes if id(change) not in told_changes]
    anew = _rebooted(world)
    counts = Counter(filter(None, (_kind_of_noise(change, anew) for change in rest)))
    lines = [f"{count} {what[count > 1]}" for what, count in sorted(counts.items())]
    if world.difference.drifted:
        drifted = world.difference.drifted
        lines.append(f"{drifted} fact{_s(drifted)} in which only counters or timers moved")
    return tuple(lines)


def _rebooted(world: World) -> frozenset[str]:
    return frozenset(c.key.node for c in world.difference.changes if rebooted(c))


def _kind_of_noise(change: Change, anew: frozenset[str] = frozenset()) -> tuple[str, str] | None:
    """Return what to call one, and several, of its kind; None for what is no churn."""
    kind, node = change.key.kind, change.key.node
    if change.alteration is Alteration.RENEWED and node in anew:
        return f"fact of {node} is new by its reboot", f"facts of {node} are new by its reboot"
    if kind == NEIGHBOUR:
        what = "came, went or rotated"
        return f"neighbour entry {what}", f"neighbour entries {what}"
    if change.alteration is Alteration.RENEWED:
        return (
            f"{kind} record is a new object under its old name",
            f"{kind} records are new objects under their old names",
        )
    return None


def _s(number: int) -> str:
    return "" if number == 1 else "s"


def is_benign(event: Event) -> bool:
    """Say whether an event is churn by its kind: nothing in it is a state that was chosen."""
    return all(map(_kind_of_noise, event.changes)) and event.what not in (CONTAINER, DUPLICATE)


def witnesses(world: World, told: Iterable[Event] = ()) -> tuple[str, ...]:
    """Tell of events between the snapshots that left the same state behind, less those ``told``."""
    nodes = frozenset(event.node for event in told if event.what == NODE)
    return (
        *taken_early(world),
        *inherited(world),
        *_restarts(world, nodes),
        *flaps(world),
        *_kernel_messages(world),
        *clocks(world),
        *losses(world),
    )


def _restarts(world: World, told: frozenset[str]) -> Iterator[str]:
    changes = world.difference.changes
    anew = _rebooted(world)
    yield from (f"{node} was rebooted (new boot id)" for node in sorted(anew - told))
    for change in changes:
        if change.after is None or change.key.node in anew or not begun_anew(change):
            continue
        record = change.after.record
        at = partial(_at, world, change.key.node)
        if isinstance(record, Container):
            yield (
                f"{record.workload or record.name} on {change.key.node} was restarted"
                f"{at(record.started_at)}{_pids(change)}"
            )
        elif isinstance(record, Daemon):
            name = f"{record.name} {record.mode}".strip()
            yield (
                f"{name} on {change.key.node} was started anew{at(record.started)}{_pids(change)}"
            )
        elif isinstance(record, ServiceUnit):
            since = at(record.active_since)
            yield f"the unit {record.name} on {change.key.node} began anew{since}"
        elif isinstance(record, Interface) and change.key.netns == HOST:
            yield f"{record.name} on {change.key.node} was made anew (ifindex {record.index})"


def begun_anew(change: Change) -> bool:
    """Say whether a thing of the old name began anew, whatever else of it is another too.

    The health of a container, say, begins anew with it.
    """
    if change.alteration is Alteration.RENEWED:
        return True
    return any(field.name in _BEGINS and field.before for field in change.fields)


def _at(world: World, node: str, time: str) -> str:
    """Say when, by the collector's clock like all else; as printed where that is not known."""
    when = world.moments.at("t2", node, parsed(time))
    if when is None:
        return f" at {time}" if time else ""
    return f" at {when:%Y-%m-%dT%H:%M:%SZ}"


def _pids(change: Change) -> str:
    """Say which process was followed by which, "" where one of them is not told."""
    was, now = (_pid(fact) for fact in (change.before, change.after))
    return f" (pid {was} → {now})" if was and now else ""


def _pid(fact: Fact | None) -> int | None:
    return fact.record.pid if fact and isinstance(fact.record, Container | Daemon) else None


def _kernel_messages(world: World) -> Iterator[str]:
    """Tell what a kernel said of its network since it was asked first."""
    for fact in world.after.of_kind(KernelLog.kind):
        key, before = fact.key, world.before.by_key.get(fact.key)
        if before is None or not isinstance(fact.record, KernelLog) or not before.answer.started:
            continue
        since = before.answer.started.strftime("%Y-%m-%dT%H:%M:%SZ")
        for message in fact.record.messages:
            if message.last > since:
                times = f", {message.count} times by now" if message.count > 1 else ""
                yield f"the kernel of {key.node} said at {message.last}: {message.text}{times}"
