"""A culprit in words: what happened, to what, before and after, and one sentence for it."""

from dataclasses import replace

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from netsnap.explain import filterwords, renamed
from netsnap.explain.birdconfig import weight
from netsnap.explain.causes import Culprit
from netsnap.explain.events import (
    ADDRESS,
    CONFIG,
    CONTAINER,
    FILTER,
    NODE,
    Event,
    World,
    all_changes,
    record_of,
)
from netsnap.explain.links.node import rebooted
from netsnap.explain.tell import state, subject
from netsnap.explain.tellers import EDITS_SHOWN, TELLERS, Story, plain, sides_of
from netsnap.explain.whose import shared
from parsers.records import (
    BirdProtocol,
    CalicoPeer,
    Container,
    Interface,
)


def story(culprit: Culprit, world: World) -> Story:
    """Tell a culprit's own event; its consequences are told one by one elsewhere."""
    event = culprit.event
    if event.what == NODE and event.node in world.dark:
        return _unread_node(event, world)
    if event.what == NODE and any(map(rebooted, event.changes)):
        return _rebooted(culprit, world)
    if event.what == NODE and (words := next(filter(None, map(renamed.told, event.changes)), "")):
        return Story(NODE, event.node, *sides_of(event.changes[0]), f"{words}.")
    change = primary(event)
    if change is None:
        return _whole_namespace(event, world)
    told = TELLERS.get(event.what, plain)(event, change, world)
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
