"""The effect outlives its cause: what stopped a session is over, and the session is not back."""

from collections.abc import Iterator

from netsnap.explain.events import World
from netsnap.explain.noise import begun_anew
from netsnap.explain.sessions import Sessions, Told
from netsnap.explain.timers import ESTABLISHED, Timers
from netsnap.model.network import Network
from parsers.records import Daemon

RETRY, LISTS = 120, 4
"""BIRD's default in seconds for its next try to connect; sessions that a line lists."""
_ENDED = (
    "Hold timer expired", "Connection closed", "Connection reset", "Connection refused",
    "No route to host", "Connection timed out", "Administrative shutdown", "Network is unreachable",
)  # fmt: skip
"""The last errors of a session that something from outside ended: no other configuration did."""


def aftermath(world: World, earlier: Network, later: Network) -> Iterator[str]:
    """Yield a line for what ended sessions that are still down, and is not there any more.

    ``earlier`` and ``later`` are the networks of t1 and t2.
    """
    now = Sessions(world, later)
    down = {
        frozenset(names): told
        for names, told in now.told.items()
        if told.session.connection != ESTABLISHED
        and now.stops.reason(told.ends, filters=True) is None
    }
    if not down:
        return
    was, timers = Sessions(world, earlier), Timers(world)
    restarted = {
        change.key.node: change.after.record.started
        for change in world.difference.changes
        if change.after is not None
        and isinstance(change.after.record, Daemon)
        and change.after.record.name == "bird"
        and begun_anew(change)
    }
    told: dict[str, list[Told]] = {}
    for session in down.values():
        told.setdefault(_over(session, was, restarted), []).append(session)
    for over, sessions in told.items():
        if over:
            yield f"{over}; {_not_back(sessions, timers)}"


def _over(told: Told, was: Sessions, restarted: dict[str, str]) -> str:
    """Say what is over: the reason of t1, or a BIRD that was started anew; "" if none is known."""
    ends = told.ends
    reason = was.stops.reason(ends, filters=True)
    if reason is not None:
        return f"over at t2: {reason.words}"
    for node in (ends.node, ends.peer):
        if node in restarted:
            return f"over at t2: bird on {node} runs, started anew at {restarted[node]}"
    error = told.session.last_error
    if any(each in error for each in _ENDED):
        return f"nothing that was read stops BGP at t2, its last error was “{error}”"
    return ""


def _not_back(sessions: list[Told], timers: Timers) -> str:
    names = sorted({"–".join(sorted((each.ends.node, each.ends.peer))) for each in sessions})
    listed = ", ".join(names[:LISTS]) + (f" and {len(names) - LISTS} more" * (len(names) > LISTS))
    node = sessions[0].ends.node
    retry = timers.configured(node, "connect retry time")
    words = f"{retry} s" if retry else f"{RETRY} s, its default"
    one = len(names) == 1
    return (
        f"the BGP session{'' if one else 's'} {listed} {'is' if one else 'are'} not back, which "
        f"BIRD tries every {words}"
    )
