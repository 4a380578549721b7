"""The sweep: all nodes, some at a time. A node's failure is a Visit, never an exception."""

import queue
import threading
from collections.abc import Callable, Sequence

from collector.capture import Sweep, Visit
from collector.inventory import Node
from collector.probe import Probe
from collector.ssh.connections import Ssh
from collector.visit import Clock, SweepOptions, visit

__all__ = ["SweepOptions", "sweep"]


def sweep(
    nodes: Sequence[Node],
    probes: Sequence[Probe],
    *,
    options: SweepOptions | None = None,
    clock: Clock,
    on_visit: Callable[[Visit], Visit | None] | None = None,
) -> Sweep:
    """Ask every node everything and return a visit for each, in the order of ``nodes``.

    ``clock`` tells UTC. ``on_visit`` is called in this thread as visits end; a visit that it
    returns takes the place of the one it was given, and those that ended meanwhile wait, so that
    what nodes said need not be held until the last of them has answered. An interruption
    (Ctrl-C) closes all connections and is raised again; nothing is returned then. Raises
    SshConfigError if ~/.ssh/config cannot be read.
    """
    options = options or SweepOptions()
    started = clock()
    visits: dict[int, Visit] = {}
    with Ssh(options) as ssh:
        ended = _start(nodes, probes, ssh, options=options, clock=clock)
        while len(visits) < len(nodes):
            number, done = ended.get()
            if done is None:
                raise RuntimeError(f"the visit to {nodes[number].name} failed; see above")
            visits[number] = (on_visit(done) if on_visit is not None else None) or done
            del done  # or it would be held until the next one ends
    return Sweep(started, clock(), tuple(visits[number] for number in range(len(nodes))))


_Ended = queue.Queue[tuple[int, Visit | None]]
_WAIT = 1.0  # seconds between looks at whether anybody still waits for a visit


def _start(
    nodes: Sequence[Node], probes: Sequence[Probe], ssh: Ssh, *, options: SweepOptions, clock: Clock
) -> _Ended:
    """Start the threads. They are daemons, so that nobody waits for one stuck in a name look-up."""
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    ended: _Ended = queue.Queue(maxsize=1)  # what was not taken yet holds the next visit up
    for number in range(len(nodes)):
        waiting.put(number)

    def work() -> None:
        while not ssh.stopped.is_set():
            try:
                number = waiting.get_nowait()
            except queue.Empty:
                return
            done = None
            try:
                done = visit(nodes[number], probes, ssh, options=options, clock=clock)
            finally:  # an error of our own must not leave the sweep waiting; the thread prints it
                _hand_over((number, done), ended, ssh)

    for number in range(min(options.width, len(nodes))):
        threading.Thread(target=work, name=f"netsnap-{number}", daemon=True).start()
    return ended


def _hand_over(done: tuple[int, Visit | None], ended: _Ended, ssh: Ssh) -> None:
    while not ssh.stopped.is_set():
        try:
            ended.put(done, timeout=_WAIT)
        except queue.Full:
            continue
        return
