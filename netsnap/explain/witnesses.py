"""What tells when something happened, apart from the captures themselves, by the node's clock."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from collector.capture import HOST
from netsnap.diff.changes import Alteration, Change
from parsers.answer import Answer
from parsers.birdtime import RECENT, Clock
from parsers.records import (
    BirdProtocol,
    BirdStatus,
    CalicoPeer,
    CalicoResource,
    Container,
    Daemon,
    Interface,
    KernelLog,
    KernelMessage,
    NodeIdentity,
    ServiceUnit,
)
from parsers.roles import Record

SECOND = timedelta(seconds=1)
JITTER = timedelta(seconds=2)
"""BIRD reckons an instant back by whole seconds; a process' start hangs on the boot's second."""

_QUARTER = timedelta(minutes=15)  # all time zones are whole quarters of an hour from UTC
_ZONES = (timedelta(hours=-12), timedelta(hours=14))  # further off is a clock that is wrong
_YEARS = (1970, 9000)  # an instant outside of them tells nothing, and cannot be reckoned with
_NEVER = "0001-"  # the instant of what did not happen yet, as docker prints it


@dataclass(frozen=True, slots=True)
class Told:
    """An instant, give or take ``grain``, and who tells it: "BIRD's since"."""

    at: datetime
    by: str
    grain: timedelta = SECOND


@dataclass(frozen=True)
class Times:
    """What tells the times of one node in one snapshot.

    ``bird`` maps a daemon to its clock; ``messages`` are what the kernel said.
    """

    bird: Mapping[str, Clock]
    messages: tuple[KernelMessage, ...]

    @classmethod
    def of(cls, answers: Iterable[Answer]) -> "Times":
        """Gather them from what one node answered."""
        bird: dict[str, Clock] = {}
        messages: tuple[KernelMessage, ...] = ()
        for answer in answers:
            for record in answer.reading.records[:1]:
                if isinstance(record, BirdStatus) and (its := _clock(answer, record)):
                    bird[record.daemon] = its
                elif isinstance(record, KernelLog):
                    messages = record.messages
        return cls(bird, messages)


def _clock(answer: Answer, status: BirdStatus) -> Clock | None:
    """Return BIRD's clock: its zone is by how many quarters of an hour it is ahead."""
    started = answer.started
    now = parsed(status.server_time)
    if started is None or now is None:
        return None
    ahead = now - started
    zone = round(ahead / _QUARTER) * _QUARTER
    late = timedelta(seconds=answer.duration or 0.0) + JITTER
    if not -JITTER <= ahead - zone <= late or not _ZONES[0] <= zone <= _ZONES[1]:
        return None
    return Clock(now.replace(tzinfo=None), zone, RECENT + JITTER)


def parsed(text: str) -> datetime | None:
    """Read an instant as programs print it (RFC 3339, or a date and a time, then in UTC)."""
    if not text or text.startswith(_NEVER):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not _YEARS[0] <= found.year <= _YEARS[1]:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def since(record: BirdProtocol | CalicoPeer, times: Times) -> datetime | None:
    """Return since when a session is as it is; calicoctl prints what BIRD told it."""
    told = parsed(record.since_at) if isinstance(record, BirdProtocol) else None
    if told is not None:
        return told
    daemon = record.daemon if isinstance(record, BirdProtocol) else "bird"
    if isinstance(record, CalicoPeer) and record.family != 4:  # noqa: PLR2004 -- IPv4
        daemon = "bird6"
    its_clock = times.bird.get(daemon)
    return parsed(its_clock.instant(record.since)) if its_clock else None


def told_times(change: Change, was: Times, now: Times) -> Iterator[Told]:
    """Yield what tells when a change happened; ``was`` and ``now`` are its node's times."""
    record = change.after.record if change.after else None
    for kind, tell in _TELLERS:
        if isinstance(record, kind):
            yield from tell(change, was, now)


def _records(change: Change) -> tuple[Record | None, Record | None]:
    before, after = (fact.record if fact else None for fact in (change.before, change.after))
    return before, after


def _session(change: Change, was: Times, now: Times) -> Iterator[Told]:
    after = change.after.record if change.after else None
    if not isinstance(after, BirdProtocol | CalicoPeer):
        return
    both = was.bird.keys() & now.bird.keys()
    if any(was.bird[name].offset != now.bird[name].offset for name in both):
        return  # BIRD's zone is another one: an hour may stand for two
    told = since(after, now)
    if told is not None and change.alteration is not Alteration.ADDED:
        yield Told(told, "BIRD's since", JITTER)


def _container(change: Change, _: Times, __: Times) -> Iterator[Told]:
    before, after = _records(change)
    if not isinstance(after, Container):
        return
    ran = isinstance(before, Container) and before.status == "running"
    if ran and after.status in ("exited", "dead"):
        name, text = "the container's FinishedAt", after.finished_at
    elif isinstance(before, Container) and before.started_at == after.started_at:
        return
    else:
        name, text = "the container's StartedAt", after.started_at
    told = parsed(text)
    if told is not None:
        yield Told(told, name)


def _daemon(change: Change, _: Times, __: Times) -> Iterator[Told]:
    before, after = _records(change)
    if not isinstance(after, Daemon):
        return
    anew = not isinstance(before, Daemon) or before.start_ticks != after.start_ticks
    told = parsed(after.started)
    if anew and told is not None:
        yield Told(told, "the process' start", JITTER)


def _unit(change: Change, _: Times, __: Times) -> Iterator[Told]:
    after = change.after.record if change.after else None
    if isinstance(after, ServiceUnit) and after.active == "active":
        told = parsed(after.active_since)
        if told is not None:
            yield Told(told, "systemd's ActiveEnterTimestamp")


def _node(change: Change, _: Times, __: Times) -> Iterator[Told]:
    before, after = _records(change)
    if isinstance(before, NodeIdentity) and isinstance(after, NodeIdentity):
        told = parsed(after.boot_time) if before.boot_id != after.boot_id else None
        if told is not None:
            yield Told(told, "the kernel's boot time", JITTER)


def _interface(change: Change, _: Times, now: Times) -> Iterator[Told]:
    """The kernel's log says when a link went or came; which of these, the interface's state."""
    after = change.after.record if change.after else None
    if not isinstance(after, Interface) or change.key.netns != HOST:
        return
    is_up = "NO-CARRIER" not in after.flags and "UP" in after.flags
    for message in now.messages:
        if message.about == after.name and message.subject == ("link-up" if is_up else "link-down"):
            told = parsed(message.last)
            if told is not None:
                yield Told(told, "the kernel's log", JITTER)


def _calico(change: Change, _: Times, __: Times) -> Iterator[Told]:
    """Calico's store stamps its objects by a clock of its own, which may be apart from a node's."""
    before, after = _records(change)
    if not isinstance(after, CalicoResource):
        return
    if before is None:
        name, text = "its creationTimestamp", after.created_at
    else:
        old = before.managers if isinstance(before, CalicoResource) else ()
        newest = max((each for each in after.managers if each not in old), default="")
        name, text = "its managedFields", newest.partition(" ")[0]
    told = parsed(text)
    if told is not None:
        yield Told(told, name, JITTER)


_Teller = Callable[[Change, Times, Times], Iterator[Told]]
_TELLERS: tuple[tuple[type[Record] | tuple[type[Record], ...], _Teller], ...] = (
    ((BirdProtocol, CalicoPeer), _session),
    (Container, _container),
    (Daemon, _daemon),
    (ServiceUnit, _unit),
    (NodeIdentity, _node),
    (Interface, _interface),
    (CalicoResource, _calico),
)
