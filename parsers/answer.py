"""A snapshot as it is compared: who was visited, what each question's answer says.

The bytes stay in the history under ``digest``; an Answer carries what was read from them.
"""

from dataclasses import dataclass, field
from datetime import datetime

from collector.capture import Outcome, Question, Reach
from parsers.reading import Reading


@dataclass(frozen=True, slots=True)
class Answer:
    """One capture without its bytes, and its reading.

    ``digest`` is the SHA-256 (hex) of stdout as stored, ``error_digest`` that of stderr.
    """

    node: str
    question: Question
    command: str
    outcome: Outcome
    exit_status: int | None
    started: datetime | None
    duration: float | None
    detail: str
    digest: str
    error_digest: str
    reading: Reading


@dataclass(frozen=True, slots=True)
class NodeView:
    """One node's part of a snapshot: the visit's outcome and its answers."""

    node: str
    address: str
    reach: Reach
    detail: str
    started: datetime
    ended: datetime
    clock_offset: float | None
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that one sweep said. ``id`` is the hex digest that chains it to the one before."""

    id: str
    label: str
    started: datetime
    ended: datetime
    nodes: tuple[NodeView, ...] = field(default=())
