"""What happened and broke no pair, but is worth a line: it may break one yet, or others.

Routes outlive a dead session (hold time, graceful restart), a ping passes where a port is
closed, and a pod that stopped has no pairs left to lose.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from netsnap.diff.changes import Alteration
from netsnap.explain import renamed
from netsnap.explain.causes import Culprit
from netsnap.explain.cells import NO_PAIRS
from netsnap.explain.events import (
    CONFIG,
    CONTAINER,
    DAEMON,
    DUPLICATE,
    FILTER,
    INTENT,
    INTERFACE,
    NODE,
    SESSION,
    Event,
    World,
    chain_of,
    record_of,
    stops,
)
from netsnap.explain.explanation import Cause, Observation, Observed, Pairs, Proof
from netsnap.explain.story import primary, story
from netsnap.explain.tell import clause
from netsnap.model.basechains import FAMILIES
from parsers.records import (
    BirdProtocol,
    CalicoPeer,
    CalicoProcess,
    CalicoResource,
    Container,
    Daemon,
    FilterRule,
    IptablesRule,
)
from parsers.roles import Record

RULE = FilterRule.kind
OF_PODS = ("WorkloadEndpoint", "BlockAffinity")
_ENDS = ("drop", "reject")
UNSURE = "Whether pairs are lost by it cannot be told."
RUNNING = ("running", "paused")


def latent(untold: Iterable[Event], world: World, *, is_sure: bool = True) -> Iterator[str]:
    """Yield a line for each such event; ``untold`` are those that are no cause of lost pairs.

    Where it is not ``is_sure`` that nothing else was lost, no event is said to have cost nothing.
    """
    rules = (fact.key for fact in world.before.of_kind(RULE))
    known = {key[:2] + key.identity[:2] for key in rules}
    for event in untold:
        if event.what == SESSION and _fell(event):
            harmless = "No pair is lost by it (routes outlive a session)."
            yield f"{_told(event, world)} {harmless if is_sure else UNSURE}"
        elif event.what == DAEMON and _ended(event):
            harmless = "No pair is lost by it (routes outlive their daemon)."
            yield f"{_told(event, world)} {harmless if is_sure else UNSURE}"
        elif event.what == FILTER and (_stops(event, known) or _stops_by_iptables(event, world)):
            harmless = "No ping is lost by it; other packets may be."
            yield f"{_told(event, world)} {harmless if is_sure else UNSURE}"
        elif event.what == FILTER and may_stop(event, world):
            unknown = "whether a ping is lost is not known"
            yield f"{_told(event, world)} The model does not follow such rules: {unknown}."
        elif event.what == INTERFACE and _shrank(event):
            small = "No small ping is lost by it; larger" if is_sure else "Larger"
            yield f"{_told(event, world)} {small} packets may be{'' if is_sure else ' lost by it'}."
        elif event.what in _TOLD and _TOLD[event.what](event):
            yield _told(event, world)
        elif event.what == CONTAINER:
            yield from _stopped(event)


def is_all_told(pairs: Pairs, causes: Iterable[Cause], seen: Iterable[Observation]) -> bool:
    """Say whether every pair and ping is known to be whole, or lost by one of the causes."""
    explained = sum(len(cause.explains) for cause in causes)
    unexplained = len(pairs.lost) + len(pairs.outside_lost) > explained
    doubtful = pairs.unknown or pairs.outside_unknown
    return not (doubtful or unexplained or any(each.kind is Observed.LOST for each in seen))


def _shrank(event: Event) -> bool:
    """Say whether an interface that is still there takes only smaller packets than before."""
    return any(
        field.name == "mtu" and (field.after or 0) < (field.before or 0)
        for change in event.changes
        if change.alteration is Alteration.CHANGED
        for field in change.fields
    )


def _told(event: Event, world: World) -> str:
    return story(Culprit(event, (), NO_PAIRS, Proof.RULE), world).sentence


def _comes_and_goes(event: Event) -> bool:
    """Say whether Calico made or took away by itself, with a pod, what it keeps for pods."""
    return all(
        isinstance(record := record_of(change), CalicoResource)
        and record.resource in OF_PODS
        and change.alteration is not Alteration.CHANGED
        for change in event.changes
    )


def _fell(event: Event) -> bool:
    change = primary(event)
    return change is not None and _up(_record(change.before)) and not _up(_record(change.after))


def _up(record: Record | None) -> bool:
    if isinstance(record, BirdProtocol | CalicoPeer):
        return record.connection == "Established"
    return False


def _record(fact: object) -> Record | None:
    return getattr(fact, "record", None)


def _ended(event: Event) -> bool:
    return any(
        _runs(_record(change.before)) and not _runs(_record(change.after))
        for change in event.changes
    )


def _runs(record: Record | None) -> bool:
    if isinstance(record, Daemon):
        return record.state == "running"
    return isinstance(record, CalicoProcess) and record.status == "running"


def _stops(event: Event, known: set[tuple[object, ...]]) -> bool:
    """A new line that ends packets, in a chain that was there (``known``) or that has a hook.

    A chain that is new and hangs on none is a new pod's, which only its own packets come to.
    """
    return any(
        isinstance(record := record_of(change), FilterRule)
        and change.alteration is not Alteration.REMOVED
        and stops(record)
        and (
            " hook " in record.rule
            or (event.node, event.netns, record.table, record.chain) in known
            or _hooked(record, event)
        )
        for change in event.changes
    )


def may_stop(event: Event, world: World) -> bool:
    """Say whether a rule of ebtables or arptables may end packets that passed before.

    The model does not follow these.
    """
    return _of_iptables(event, world, followed=False)


def _stops_by_iptables(event: Event, world: World) -> bool:
    return _of_iptables(event, world, followed=True)


def _of_iptables(event: Event, world: World, *, followed: bool) -> bool:
    """Look for a rule that came and drops, or that went and accepted.

    Its chain is built in, or both snapshots have it: a new pod's own chain is only its own
    packets' way.
    """
    return any(
        isinstance(record := record_of(change), IptablesRule)
        and (record.family in FAMILIES) is followed
        and (
            record.verdict == "accept"
            if change.alteration is Alteration.REMOVED
            else record.verdict in _ENDS
        )
        and (record.chain.isupper() or chain_of(change.key) in world.iptables_chains)
        for change in event.changes
    )


def _hooked(rule: FilterRule, event: Event) -> bool:
    return any(
        isinstance(record := record_of(change), FilterRule)
        and (record.table, record.chain) == (rule.table, rule.chain)
        and record.rule.startswith("type ")
        for change in event.changes
    )


def _stopped(event: Event) -> Iterator[str]:
    """Containers that ran and do not any more, the pod's own first."""
    for change in event.changes:
        was, now = _record(change.before), _record(change.after)
        if not isinstance(was, Container) or was.status not in RUNNING:
            continue
        if now is None or (isinstance(now, Container) and now.status not in RUNNING):
            yield f"{clause(change)}."


def _is_renamed(event: Event) -> bool:
    return any(map(renamed.told, event.changes))


_TOLD: Mapping[str, Callable[[Event], bool]] = {
    CONFIG: lambda _: True,
    NODE: _is_renamed,
    DUPLICATE: lambda _: True,
    INTENT: lambda event: not _comes_and_goes(event),
}
"""What is told as it is: nothing more is known of what it may do."""
