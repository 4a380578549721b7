"""A fault: how to make it, how to undo it, what it must cost, what an explanation must say."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from tests.lab.lab import Lab
from tests.lab.plan import NODES, PODS, Pod

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Blame:
    """A cause that an explanation must name: on one of ``nodes``, of the kind ``what``.

    The cause's subject must contain one of ``subjects``; () leaves it open.
    """

    nodes: tuple[str, ...]
    what: str
    subjects: tuple[str, ...] = ()


def as_it_is(_: Lab) -> AbstractContextManager[None]:
    """The setting of most faults: the lab as the plan has it."""
    return nullcontext()


@dataclass(frozen=True, slots=True)
class Fault:
    """``settled`` returns when the effect is there, or raises LabError when it does not come.

    ``lost`` are the pairs that must be lost then, ``may_lose`` those that a timer decides about,
    ``outside`` the workloads that must have lost the world behind the gateway. ``blame`` is empty
    where nothing broke. ``innocent`` are nodes that no cause may stand on. ``shown`` is False
    where no answer of a node shows the cause: then no cause can be named, and none may be made up.
    ``older`` are those of ``lost`` that ``setting`` lost already: no change explains them.

    ``setting`` puts the lab into the shape that the fault needs before the first snapshot, and
    back after the last. ``says`` are words of one of the first sentences of ``check``, all of
    them in one; () where one snapshot alone cannot show it. ``tells`` are words of one line of
    ``diff``'s events. ``verdicts`` are those that a diff may end with, () for the usual ones.
    ``pings`` has both snapshots hold pings. ``timers`` names BIRD's clocks. ``slow`` faults are
    left to ``make faults``.
    """

    name: str
    summary: str
    inject: Callable[[Lab], None]
    heal: Callable[[Lab], None]
    settled: Callable[[Lab], None]
    lost: frozenset[Pair] = frozenset()
    may_lose: frozenset[Pair] = frozenset()
    older: frozenset[Pair] = frozenset()
    outside: frozenset[str] = frozenset()
    blame: tuple[Blame, ...] = ()
    innocent: tuple[str, ...] = ()
    shown: bool = True
    says: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()
    verdicts: tuple[str, ...] = ()
    setting: Callable[[Lab], AbstractContextManager[None]] = as_it_is
    pings: bool = False
    timers: str = "short"
    slow: bool = False


def across(left: Iterable[Pod], right: Iterable[Pod]) -> frozenset[Pair]:
    """All ordered pairs of unequal pods with one in ``left`` and one in ``right``, both ways."""
    right = tuple(right)
    return frozenset(
        pair
        for one in left
        for other in right
        if one != other
        for pair in ((one.workload, other.workload), (other.workload, one.workload))
    )


def pods_on(*names: str) -> tuple[Pod, ...]:
    """The pods of the named nodes."""
    return tuple(pod for node in NODES if node.name in names for pod in node.pods)


def elsewhere(name: str) -> tuple[Pod, ...]:
    """The pods of all other nodes."""
    return tuple(pod for pod in PODS.values() if pod.node != name)


def workloads_on(name: str) -> frozenset[str]:
    """The names of the workloads of a node."""
    return frozenset(pod.workload for pod in pods_on(name))
