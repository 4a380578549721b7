"""Each kind of event in words: what it was before, what it is now, and one sentence."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain import filterwords, takeover
from netsnap.explain.altered import altered, sides
from netsnap.explain.birdconfig import head, told, weight
from netsnap.explain.events import (
    ADDRESS,
    CONFIG,
    CONTAINER,
    DUPLICATE,
    FILTER,
    FORWARDING,
    INTENT,
    INTERFACE,
    IPSET,
    SESSION,
    Event,
    World,
    record_of,
)
from netsnap.explain.podwords import left_unwired, still_there, whose_switch
from netsnap.explain.tell import DEFAULTS, KINDS, clause, place, state, subject
from netsnap.explain.whose import whose
from parsers.records import (
    Address,
    BirdConfig,
    CalicoResource,
    FdbEntry,
    Route,
)

EDITS_SHOWN = 2
"""Edits of a configuration that a sentence tells; the rest is counted."""


@dataclass(frozen=True)
class Story:
    """The words of a cause: see ``explanation.Cause``."""

    what: str
    subject: str
    before: str
    after: str
    sentence: str


def plain(event: Event, change: Change, world: World) -> Story:
    record = record_of(change)
    is_default = isinstance(record, Route) and record.prefix in DEFAULTS
    what = "default route" if is_default else event.what
    name = subject(record)
    told = clause(change).replace(name, name + whose_switch(record, event, world), 1)
    return Story(what, name, *sides_of(change), f"{told}.")


def _address(event: Event, change: Change, world: World) -> Story:
    """Tell an address that came back with another length, or on another interface, as one."""
    records = [
        [a.record for a in side if a]
        for side in zip(*((c.before, c.after) for c in event.changes), strict=True)
    ]
    was, now = ((side[0] if len(side) == 1 else None) for side in records)
    told = plain(event, change, world)
    if not isinstance(was, Address) or not isinstance(now, Address):
        return told
    name = f"{place(change)}'s address {was.address}"
    how = (
        f"on {was.interface} became {now.address}"
        if was.interface == now.interface
        else f"moved from {was.interface} to {now.interface}"
    )
    return replace(told, before=subject(was), after=subject(now), sentence=f"{name} {how}.")


def _forwarding(event: Event, change: Change, world: World) -> Story:
    """Tell a tunnel's forwarding entry with the nodes that it led and leads to."""
    told = plain(event, change, world)
    for address in dict.fromkeys(_ends_of(change)):
        node, _ = world.owners.get(address, ("", ""))
        if node:
            told = replace(told, sentence=told.sentence.replace(address, f"{address} ({node})"))
    return told


def _ends_of(change: Change) -> Iterator[str]:
    for fact in (change.before, change.after):
        if fact is not None and isinstance(fact.record, FdbEntry):
            yield fact.record.destination or fact.record.remote


def sides_of(change: Change) -> tuple[str, str]:
    before = state(change.before.record if change.before else None)
    after = state(change.after.record if change.after else None)
    return before, after


def _session(event: Event, change: Change, world: World) -> Story:
    before, after = sides_of(change)
    record = record_of(change)
    span = world.when(event)
    is_told = span is not None and span.at is not None  # which is told for every cause
    since = "" if is_told else getattr(record, "since", "")
    when = f", since {since} by {change.key.node}'s clock" if since and change.after else ""
    gone = change.alteration is Alteration.REMOVED
    if before == after:  # what changed is another field: a filter, an address
        sentence = f"BGP session {event.subject} changed: {clause(change)}{when}."
        return Story(SESSION, event.subject, before, after, sentence)
    how = "is no longer configured" if gone else f"{_verb(change)}: {before} → {after}{when}"
    return Story(SESSION, event.subject, before, after, f"BGP session {event.subject} {how}.")


def _verb(change: Change) -> str:
    was = getattr(change.before.record, "connection", "") if change.before else ""
    now = getattr(change.after.record, "connection", "") if change.after else ""
    if now == "Established":
        return "came up"
    return "fell" if was == "Established" else "changed"


def _interface(event: Event, change: Change, world: World) -> Story:
    before, after = sides_of(change)
    pod = world.pod_of.get((event.node, event.subject)) if event.netns == HOST else event.netns
    name = f"{event.subject} (the veth of {pod})" if pod else event.subject
    if change.alteration is Alteration.REMOVED:
        how = "was deleted"
        if pod and (event.node, pod) not in world.renewed:
            how += still_there(event.node, pod, world)
    elif change.alteration is Alteration.ADDED:
        how = f"is new ({after})"
    else:
        how = {
            "down": "was set down",
            "up without carrier": "lost its carrier",
        }.get(after, f"changed: {before} → {after}")
        if master := _moved(change):
            was, now = master
            how = f"is no longer a port of {was}" if was else f"is a port of {now} now"
            return Story(INTERFACE, event.subject, was, now, f"{name} on {event.node} {how}.")
        if before == after:
            told = f"{name} on {event.node}: {altered(change)}."
            return Story(INTERFACE, event.subject, before, after, told)
    return Story(INTERFACE, event.subject, before, after, f"{name} on {event.node} {how}.")


def _moved(change: Change) -> tuple[str, str] | None:
    """Return the bridges of which an interface was and is a port, None if it did not move."""
    field = next((each for each in change.fields if each.name == "master"), None)
    return (str(field.before or ""), str(field.after or "")) if field is not None else None


def _container(event: Event, change: Change, world: World) -> Story:
    before, after = sides_of(change)
    record = record_of(change)
    started = getattr(record, "started_at", "")
    how = {
        Alteration.REMOVED: "is gone",
        Alteration.ADDED: "is new",
        Alteration.RENEWED: f"was restarted at {started}" if started else "was restarted",
        Alteration.CHANGED: f"went {before} → {after}",
    }[change.alteration]
    if change.alteration is Alteration.CHANGED and before == after:
        how = f"has other settings: {altered(change)}"
    how += left_unwired(event, world)
    return Story(CONTAINER, event.subject, before, after, f"{event.subject} on {event.node} {how}.")


def _filter(event: Event, change: Change, world: World) -> Story:
    rule = subject(record_of(change))
    return Story(FILTER, rule, *sides_of(change), filterwords.filter_words(event, world))


def _ipset(event: Event, change: Change, world: World) -> Story:
    sentence = filterwords.set_words(event, world)
    return Story(IPSET, event.subject, *sides_of(change), sentence)


def _config(event: Event, change: Change, _: World) -> Story:
    """Tell the edits that can do most, and in which block the first one is."""
    before, after = sides_of(change)
    ordered = sorted(event.changes, key=weight)
    words = [told(each) for each in ordered[:EDITS_SHOWN]]
    if len(ordered) > EDITS_SHOWN:
        words.append(f"{len(ordered) - EDITS_SHOWN} more")
    record = record_of(change)
    where = head(record) if isinstance(record, BirdConfig) else ""
    sentence = f"{event.node}'s BIRD configuration changed: {'; '.join(words)}."
    return Story(CONFIG, where or subject(record), before, after, sentence)


def _duplicate(event: Event, change: Change, world: World) -> Story:
    was, now = (getattr(each and each.record, "mac", "") for each in (change.before, change.after))
    sentence = takeover.told(event.changes, event.node, world.hardware)
    return Story(DUPLICATE, event.subject, was, now, sentence)


def _intent(_: Event, change: Change, world: World) -> Story:
    """Tell what somebody told Calico, and who; every node that lists the object says the same."""
    before, after = sides_of(change)
    record = record_of(change)
    name = f"{KINDS[record.kind]} {subject(record)}"
    told = f"{before} → {after}"
    if change.alteration is Alteration.CHANGED and isinstance(record, CalicoResource):
        told = altered(change)
        before, after = sides(change)
    how = {
        Alteration.REMOVED: f"was deleted ({before})",
        Alteration.ADDED: f"is new ({after})",
        Alteration.RENEWED: "is a new object under its old name",
        Alteration.CHANGED: f"changed: {told}{whose(change, world)}",
    }[change.alteration]
    return Story(INTENT, subject(record), before, after, f"{name} {how}{_writer(change)}.")


def _writer(change: Change) -> str:
    """Say who wrote the object last, where it is told and new."""
    was, now = (each.record if each else None for each in (change.before, change.after))
    if not isinstance(now, CalicoResource) or not now.managers:
        return ""
    if isinstance(was, CalicoResource) and was.managers[:1] == now.managers[:1]:
        return ""
    when, _, who = now.managers[0].partition(" ")
    return f" (by {who} at {when})"


TELLERS: Mapping[str, Callable[[Event, Change, World], Story]] = {
    ADDRESS: _address,
    SESSION: _session,
    INTERFACE: _interface,
    CONTAINER: _container,
    FILTER: _filter,
    FORWARDING: _forwarding,
    IPSET: _ipset,
    CONFIG: _config,
    INTENT: _intent,
    DUPLICATE: _duplicate,
}
