"""One node's visit: connect, hand in the script, read the frames. Whatever happens is a Visit."""

import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from collector.capture import Capture, Reach, Visit
from collector.frames import BrokenStreamError, Frames
from collector.inventory import Node
from collector.login import SshOptions, VisitFailedError, quoted
from collector.probe import Probe
from collector.script import bootstrap, script
from collector.ssh.connections import Ssh
from collector.ssh.session import Session

Clock = Callable[[], datetime]
MIB = 1 << 20
GRACE = 8.0
"""Seconds the script may need beyond its budget: to end a last command by force, and be heard."""


@dataclass(frozen=True, slots=True)
class SweepOptions(SshOptions):
    """How a sweep is done.

    ``width`` nodes are asked at a time. ``node_limit`` is seconds for one visit (a node's own
    ``time_limit`` outweighs it). ``answer_limit`` and ``node_bytes`` bound, in bytes, one answer
    and all that one node says; what is longer is CUT_OFF.
    """

    width: int = 10
    node_limit: float = 60.0
    answer_limit: int = 16 * MIB
    node_bytes: int = 256 * MIB


@dataclass(slots=True)
class _Notes:
    """What is known of a visit so far."""

    clock_offset: float | None = None
    captures: list[Capture] = field(default_factory=list)


def visit(
    node: Node, probes: Sequence[Probe], ssh: Ssh, *, options: SweepOptions, clock: Clock
) -> Visit:
    """Ask one node everything. Returns a Visit whatever the node does."""
    started = clock()
    notes = _Notes()
    reach, detail, address = Reach.REACHED, "", node.address
    try:
        login = ssh.config.login(node)
        address = login.host
        deadline = time.monotonic() + (node.time_limit or options.node_limit)
        with ssh.session(login, deadline) as session:
            _converse(session, node, probes, deadline, notes, options=options, clock=clock)
    except VisitFailedError as error:
        reach, detail = error.reach, error.detail
    return Visit(
        node=node.name,
        address=address,
        reach=reach,
        started=started,
        ended=clock(),
        detail=detail,
        clock_offset=notes.clock_offset,
        captures=tuple(notes.captures),
    )


def _converse(
    session: Session,
    node: Node,
    probes: Sequence[Probe],
    deadline: float,
    notes: _Notes,
    *,
    options: SweepOptions,
    clock: Clock,
) -> None:
    """Hand in the script and read to its end; what came in is in ``notes``, also on failure."""
    marker = secrets.token_hex(16)
    seconds = deadline - time.monotonic()
    budget = max(1.0, seconds - min(GRACE, seconds / 4))
    program = script(probes, marker=marker, budget=budget, output_limit=options.answer_limit)
    frames = Frames(node.name, probes, marker, options.answer_limit, options.node_bytes)
    command = bootstrap(program, sudo=node.sudo)
    sent = clock()
    try:
        session.run(command, program)
        while not frames.complete:
            data = session.receive(deadline)
            if not data:
                raise _ended_early(session, frames, node)
            frames.feed(data)
            if notes.clock_offset is None:
                notes.clock_offset = offset(frames, sent, clock())
    except BrokenStreamError as error:
        frames.finish(str(error))
        raise VisitFailedError(Reach.CUT_OFF, f"{node.name}: {error}") from error
    except VisitFailedError as error:
        frames.finish(error.detail)
        raise
    finally:
        notes.captures = frames.captures


def offset(frames: Frames, sent: datetime, received: datetime) -> float | None:
    """Return node clock minus collector clock in seconds, once the greeting is there.

    The greeting's clock was read between ``sent`` and ``received``: half way is the best guess.
    """
    if frames.greeting is None or frames.greeting.wall is None:
        return None
    middle = (sent.timestamp() + received.timestamp()) / 2
    return round(frames.greeting.wall - middle, 3)


def _ended_early(session: Session, frames: Frames, node: Node) -> VisitFailedError:
    status = session.exit_status()
    if status is None:
        return VisitFailedError(Reach.CUT_OFF, f"{node.name}: the connection broke half way")
    said = quoted(session.stderr) or quoted(frames.noise) or "it said nothing"
    if frames.greeting is not None:
        return VisitFailedError(
            Reach.CUT_OFF, f"{node.name}: the probe script ended early (exit status {status})"
        )
    if node.sudo and b"sudo" in session.stderr:
        return VisitFailedError(Reach.SUDO_REFUSED, f"{node.name}: sudo refused: {said}")
    return VisitFailedError(
        Reach.NO_SHELL, f"{node.name}: sh did not start (exit status {status}): {said}"
    )
