"""What came back from a node: captures, visits and the sweep. All of it is data, also failure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

HOST = "host"
"""The scope of the node's own network namespace; others are ``net:[INODE]``."""


class Outcome(StrEnum):
    """How one question ended. Only ANSWERED lets "nothing in the text" mean "nothing there"."""

    ANSWERED = "answered"  # ran to its end; the exit status says how well
    TIMED_OUT = "timed out"  # its own time limit ended it
    MISSING = "missing"  # the node has no such program
    CUT_OFF = "cut off"  # the connection or the size limit ended the answer before its end
    NOT_ASKED = "not asked"  # the visit ended before this question


class Reach(StrEnum):
    """How the visit to a node ended."""

    REACHED = "reached"  # every question has its own outcome
    UNREACHABLE = "unreachable"  # no TCP connection: refused, no route, name unknown, timed out
    HOST_KEY_UNKNOWN = "host key unknown"
    HOST_KEY_CHANGED = "host key changed"
    LOGIN_REFUSED = "login refused"
    SUDO_REFUSED = "sudo refused"
    NO_SHELL = "no shell"  # logged in, but the probe script did not start
    TIMED_OUT = "timed out"  # the node's time limit ended the visit; captures so far are kept
    CUT_OFF = "cut off"  # the connection broke half way; captures so far are kept


@dataclass(frozen=True, slots=True, order=True)
class Question:
    """Which probe, in which network namespace (HOST or ``net:[INODE]``), about which interface."""

    probe: str
    scope: str = HOST
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Capture:
    """Exactly what one question brought back.

    ``started`` is UTC by the node's clock, ``duration`` is seconds; both None if it never ran.
    ``exit_status`` is None unless the command ended by itself. ``command`` is as a person would
    type it. ``detail`` is a sentence where the outcome is not ANSWERED.
    """

    node: str
    question: Question
    command: str
    outcome: Outcome
    exit_status: int | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    started: datetime | None = None
    duration: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """One node's part of a sweep.

    ``started``/``ended`` are UTC by the collector's clock. ``clock_offset`` is node clock minus
    collector clock in seconds, None if it could not be measured. ``detail`` is one sentence for a
    person, "" when REACHED. ``captures`` are what answered, whatever ``reach`` says.
    """

    node: str
    address: str
    reach: Reach
    started: datetime
    ended: datetime
    detail: str = ""
    clock_offset: float | None = None
    captures: tuple[Capture, ...] = ()


@dataclass(frozen=True, slots=True)
class Sweep:
    """One pass over all nodes: a visit for each node that was to be asked, in inventory order."""

    started: datetime
    ended: datetime
    visits: tuple[Visit, ...]
