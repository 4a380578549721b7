"""BIRD, and its configuration ← the container calico-node that brings both."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.diff.changes import Change
from netsnap.explain.events import CONFIG, CONTAINER, DAEMON, Event, EventId
from netsnap.explain.links.happened import Happened
from parsers.records import Container

_BRINGS = frozenset({"bird", "bird6", "confd", "calico-felix", "calico-node", "felix"})


def by_its_container(event: Event, happened: Happened) -> Iterator[EventId]:
    """A daemon ← its container that stopped; a daemon and what confd renders ← another image."""
    if event.what not in (CONFIG, DAEMON) or event.subject.partition(" ")[0] not in _BRINGS:
        return
    for id_, other in happened.at(CONTAINER, event.node, HOST):
        if "calico-node" in id_[3] and any(_brings(each, event.what) for each in other.changes):
            yield id_


def _brings(change: Change, what: str) -> bool:
    was, now = (fact.record if fact else None for fact in (change.before, change.after))
    if not isinstance(was, Container):
        return False
    if not isinstance(now, Container):
        return True
    stopped = was.status == "running" and now.status != "running"
    return was.image != now.image or (what == DAEMON and stopped)
