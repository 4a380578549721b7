"""A culprit in words: what happened, to what, before and after, and one sentence for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain import filterwords, renamed, takeover
from netsnap.explain.altered import altered, sides
from netsnap.explain.birdconfig import head, told, weight
from netsnap.explain.causes import Culprit
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
    NODE,
    SESSION,
    Event,
    World,
    all_changes,
    record_of,
)
from netsnap.explain.links.node import rebooted
from netsnap.explain.podwords import left_unwired, still_there, whose_switch
from netsnap.explain.tell import DEFAULTS, KINDS, clause, place, state, subject
from netsnap.explain.whose import shared, whose
from parsers.records import (
    Address,
    BirdConfig,
    BirdProtocol,
    CalicoPeer,
    CalicoResource,
    Container,
    FdbEntry,
    Interface,
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


def story(culprit: Culprit, world: World) -> Story:
    """Tell a culprit's own event; its consequences are told one by one elsewhere."""
    event = culprit.event
    if event.what == NODE and event.node in world.dark:
        return _unread_node(event, world)
    if event.what == NODE and any(map(rebooted, event.changes)):
        return _rebooted(culprit, world)
    if event.what == NODE and (words := next(filter(None, map(renamed.told, event.changes)), "")):
        return Story(NODE, event.node, *_sides(event.changes[0]), f"{words}.")
    change = primary(event)
    if change is None:
        return _whole_namespace(event, world)
    told = _TELLERS.get(event.what, _plain)(event, change, world)
    more = _secondary(culprit)
    if event.what in (ADDRESS, CONTAINER):
        more += shared(all_changes((event, *culprit.follows)), world)
    return replace(told, sentence=f"{told.sentence.removesuffix('.')}{more}.") if more else told


def _whole_namespace(event: Event, world: World) -> Story:
    """Tell a namespace that came, went or is another one, where nothing in it is told of it."""
    namespace = world.renewed.get((event.node, event.subject))
    before, after, how = {
        Alteration.ADDED: ("absent", "present", "is new"),
        Alteration.REMOVED: ("present", "absent", "is gone"),
    }.get(
        namespace.alteration if namespace else Alteration.RENEWED,
        ("present", "renewed", "is a new one under its old name"),
    )
    sentence = f"the network namespace of {event.subject} on {event.node} {how}."
    return Story(event.what, event.subject, before, after, sentence)


def _secondary(culprit: Culprit) -> str:
    """Name the addresses that the kernel took with another one."""
    if culprit.event.what != ADDRESS:
        return ""
    own = (primary(each) for each in culprit.follows if each.what == ADDRESS)
    names = [subject(record_of(change)) for change in own if change is not None]
    return f", and with it its secondary {' and '.join(names)}" if names else ""


def primary(event: Event) -> Change | None:
    """Choose the change that tells the event best."""
    if event.what == CONFIG:
        return min(event.changes, key=weight)
    if event.what == FILTER:
        return min(event.changes, key=filterwords.weight)
    order = (CalicoPeer, BirdProtocol, Interface, Container)

    def rank(change: Change) -> tuple[int, int, int]:
        record = record_of(change)
        kind = order.index(type(record)) if type(record) in order else len(order)
        gone = 0 if change.alteration in (Alteration.REMOVED, Alteration.CHANGED) else 1
        sandbox = 0 if isinstance(record, Container) and record.role == "sandbox" else 1
        return gone, kind, sandbox

    return min(event.changes, key=rank, default=None)


def _plain(event: Event, change: Change, world: World) -> Story:
    record = record_of(change)
    is_default = isinstance(record, Route) and record.prefix in DEFAULTS
    what = "default route" if is_default else event.what
    name = subject(record)
    told = clause(change).replace(name, name + whose_switch(record, event, world), 1)
    return Story(what, name, *_sides(change), f"{told}.")


def _address(event: Event, change: Change, world: World) -> Story:
    """Tell an address that came back with another length, or on another interface, as one."""
    records = [
        [a.record for a in side if a]
        for side in zip(*((c.before, c.after) for c in event.changes), strict=True)
    ]
    was, now = ((side[0] if len(side) == 1 else None) for side in records)
    told = _plain(event, change, world)
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
    told = _plain(event, change, world)
    for address in dict.fromkeys(_ends_of(change)):
        node, _ = world.owners.get(address, ("", ""))
        if node:
            told = replace(told, sentence=told.sentence.replace(address, f"{address} ({node})"))
    return told


def _ends_of(change: Change) -> Iterator[str]:
    for fact in (change.before, change.after):
        if fact is not None and isinstance(fact.record, FdbEntry):
            yield fact.record.destination or fact.record.remote


def _sides(change: Change) -> tuple[str, str]:
    before = state(change.before.record if change.before else None)
    after = state(change.after.record if change.after else None)
    return before, after


def _unread_node(event: Event, world: World) -> Story:
    view = next((v for v in world.after.snapshot.nodes if v.node == event.node), None)
    failed = sorted(
        node
        for node, peer in _failed_neighbours(world)
        if world.owners.get(peer, ("", ""))[0] == event.node
    )
    seen = f"; {' and '.join(failed)} get no answer from it either" if failed else ""
    reach = str(view.reach) if view else "not asked"
    why = f"{reach}: {view.detail}".removesuffix(": ") if view else reach
    what = "could not be" if view else "was not"
    sentence = f"{event.node} {what} read at t2 ({why}){seen}."
    return Story(NODE, event.node, "reached", reach, sentence)


def _rebooted(culprit: Culprit, world: World) -> Story:
    """Tell a reboot with what is not again as it was, where that is known to have cost pairs."""
    node = culprit.event.node
    told = [story(each, world).sentence.removesuffix(".") for each in culprit.lacks]
    more = f"; {len(told) - EDITS_SHOWN} more" if len(told) > EDITS_SHOWN else ""
    lacks = f", and since then: {'; '.join(told[:EDITS_SHOWN])}{more}" if told else ""
    sentence = f"{node} was rebooted (new boot id){lacks}."
    return Story(NODE, node, "booted before t1", "booted since t1", sentence)


def _failed_neighbours(world: World) -> set[tuple[str, str]]:
    return {
        (change.key.node, change.key.identity[1])
        for change in world.difference.changes
        if change.key.kind == "neighbour"
        and change.key.netns == HOST
        and change.after is not None
        and state(change.after.record).startswith(("failed", "unresolved"))
    }


def _session(event: Event, change: Change, world: World) -> Story:
    before, after = _sides(change)
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
    before, after = _sides(change)
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
    before, after = _sides(change)
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
    return Story(FILTER, rule, *_sides(change), filterwords.filter_words(event, world))


def _ipset(event: Event, change: Change, world: World) -> Story:
    sentence = filterwords.set_words(event, world)
    return Story(IPSET, event.subject, *_sides(change), sentence)


def _config(event: Event, change: Change, _: World) -> Story:
    """Tell the edits that can do most, and in which block the first one is."""
    before, after = _sides(change)
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
    before, after = _sides(change)
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


_TELLERS: Mapping[str, Callable[[Event, Change, World], Story]] = {
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
