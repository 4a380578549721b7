"""The answer to "what changed, which change did it, who is cut off", as data.

``docs/explanation.schema.json`` is this file in JSON; ``VERSION`` rises with each change that a
reader of the JSON could notice.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from netsnap.diff.changes import Difference
from netsnap.model.disposition import Disposition
from parsers.facts import Key

VERSION = 3

OUTSIDE = "(outside)"
"""The target that stands for everything beyond the cluster's way out."""


class Verdict(StrEnum):
    """The first line of every report."""

    UNCHANGED = "unchanged"  # nothing changed, and nothing was hidden
    NOTHING_BROKE = "nothing broke"  # something changed, no pair was lost
    PENDING = "pending"  # no pair was lost yet; when a timer runs out, some will be
    BROKEN = "broken"  # pairs were lost, or pings are that the model does not explain
    RESTORED = "restored"  # pairs came back and none was lost
    BROKEN_BEFORE = "broken before"  # no pair was lost or restored; some failed at t1 already
    CANNOT_TELL = "cannot tell"  # what is hidden could be the answer


class Proof(StrEnum):
    """Why a change is called a cause."""

    COUNTERFACTUAL = "counterfactual"  # undone in the model of t2, it brings the pairs back
    RULE = "rule"  # known to do this; the model cannot test it


@dataclass(frozen=True, slots=True)
class Evidence:
    """A raw line as a node printed it. ``line`` is its number in the capture, 0 for none."""

    node: str
    netns: str
    command: str
    time: datetime | None
    line: int
    text: str
    snapshot: str  # "t1" or "t2"


@dataclass(frozen=True, slots=True)
class When:
    """Not before ``earliest`` and not after ``latest``, by the collector's clock.

    ``at`` is the instant that a witness tells and ``by`` its name ("BIRD's since"); ``by`` alone
    says what set ``latest``.
    """

    earliest: datetime
    latest: datetime
    at: datetime | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Effect:
    """A change that follows from a cause, told as one sentence."""

    node: str
    netns: str
    what: str
    sentence: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class PairGroup:
    """Pairs with one story. ``sources`` × ``targets`` less equal names, both workload names."""

    sources: tuple[str, ...]
    targets: tuple[str, ...]
    pairs: int
    disposition: Disposition
    reason: str
    is_common: bool = True  # else it is one pair's, and the others' tell of other names


@dataclass(frozen=True, slots=True)
class Cause:
    """A change that broke connectivity. What mended it is told among the witnesses.

    ``what`` names the kind of change in few words ("BGP session", "interface", "route"),
    ``subject`` the thing ("k8s2–k8s3", "cali5b3…"); ``before``/``after`` are its state in words.
    ``explains`` are the pairs, as (source, target) names.
    """

    node: str
    netns: str
    what: str
    subject: str
    before: str
    after: str
    proof: Proof
    sentence: str
    evidence: tuple[Evidence, ...]
    consequences: tuple[Effect, ...]
    explains: Collection[tuple[str, str]]  # pair by pair only where somebody asks for them
    keys: tuple[Key, ...] = ()
    agree: int = 0  # of the pairs explained, those whose ping saw them lost at t2
    ways_out: int = 0  # of what it explains, those that are ways out of the cluster
    disagree: int = 0  # those whose ping was answered all the same
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """Pairs that are lost when a timer runs out, unless something happens before.

    ``cause`` explains none yet. ``sessions`` will end ("k8s1–k8s3") and BIRD will take their
    routes away, by ``until`` at the latest (None: not known) and because of ``timer``. ``pairs``
    are then lost in the model of t2, ways out among them.
    """

    cause: Cause
    sessions: tuple[str, ...]
    until: datetime | None
    timer: str
    pairs: Sequence["PairChange"]
    groups: tuple[PairGroup, ...]


@dataclass(frozen=True, slots=True)
class PairChange:
    """One pair by name, before and after. None stands for "the pair did not exist"."""

    source: str
    target: str
    before: Disposition | None
    after: Disposition | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pairs:
    """All ordered pairs of workloads that exist at t1 or t2."""

    total: int
    working: int
    lost: Sequence[PairChange]
    restored: Sequence[PairChange]
    never_worked: Sequence[PairChange]
    new: Sequence[PairChange]
    gone: Sequence[PairChange]
    unknown: Sequence[PairChange]
    lost_groups: tuple[PairGroup, ...]
    outside_lost: Sequence[PairChange] = ()  # workloads whose way out of the cluster is lost
    outside_restored: Sequence[PairChange] = ()
    outside_unknown: Sequence[PairChange] = ()  # told at t1, and not any more
    all: Iterable[PairChange] = ()


class Observed(StrEnum):
    """How pings and the model disagree."""

    LOST = "lost"  # answered at t1 and not at t2, on ways that the model does not have lost
    CONTRADICTED = "contradicted"  # answered at t2, on ways that the model has lost
    STILL_LOST = "still lost"  # not answered at t1 nor at t2, on ways that the model calls whole
    ONLY_AT_T2 = "only at t2"  # not answered at t2, not sent at t1
    RESTORED = "restored"  # not answered at t1, answered at t2; the model saw no fault


@dataclass(frozen=True, slots=True)
class Observation:
    """Pings of one kind that tell something else than the model.

    ``pairs`` are by name; a node is called with the address that was pinged. ``suspects`` are
    changes, in words, of what the model does not follow, on the nodes of these pings. ``doubts``
    are lines of packet filters on their ways that the model does not understand, changed or not.
    """

    kind: Observed
    size: str  # "small" or "full"
    of_nodes: bool
    sentence: str
    pairs: tuple[PairChange, ...]
    groups: tuple[PairGroup, ...]
    evidence: tuple[Evidence, ...]
    suspects: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything a report says. ``sentence`` is the whole of it in one line."""

    verdict: Verdict
    sentence: str
    causes: tuple[Cause, ...]
    pairs: Pairs
    difference: Difference
    noise: tuple[str, ...]  # one line for each kind of benign churn, with its count
    witnesses: tuple[str, ...]  # events between the snapshots that left no other trace
    observed: tuple[Observation, ...] = ()  # where pings disagree with the model
    pending: tuple[Pending, ...] = ()  # what timers will do after t2
