"""The effect outlives its cause: what stopped a session is over, and the session is not back."""

from collections.abc import Iterator

from netsnap.explain.events import World
from netsnap.explain.noise import begun_anew
from netsnap.explain.sessions import Sessions, Told
from netsnap.explain.timers import ESTABLISHED, Timers
from netsnap.model.network import Network
from parsers.records import Daemon

NOTHING = "nothing"
RETRY, LISTS = 120, 4
"""BIRD's default in seconds for its next try to connect; sessions that a line lists."""
_ENDED = (
    "Hold timer expired", "Connection closed", "Connection reset", "Connection refused",
    "No route to host", "Connection timed out", "Administrative shutdown", "Network is unreachable",
)  # fmt: skip
"""The last errors of a session that something from outside ended: no other configuration did."""


def aftermath(
    world: World, earlier: Network, later: Network, explained: frozenset[str] = frozenset()
) -> Iterator[str]:
    """Yield a line for what ended sessions that are still down, and is not there any more.

    ``earlier`` and ``later`` are the networks of t1 and t2, ``explained`` the sessions
    ("k8s1–k8s2") that follow from a cause: of these it is told what stops them.
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
        over = _over(session, was, restarted)
        if over != NOTHING or _name(session) not in explained:
            told.setdefault(over, []).append(session)
    for over, sessions in told.items():
        if over == NOTHING:
            names = _names(sessions)
            yield f"nothing that was read stops {names} at t2; {_tries(sessions, timers)}"
        elif over:
            yield f"over at t2: {over}; {_not_back(sessions, timers)}"


def _over(told: Told, was: Sessions, restarted: dict[str, str]) -> str:
    """Say what is over: the reason of t1, or a BIRD that was started anew; "" if none is known."""
    ends = told.ends
    reason = was.stops.reason(ends, filters=True)
    if reason is not None:
        return reason.words
    for node in (ends.node, ends.peer):
        if node in restarted:
            return f"bird on {node} runs, started anew at {restarted[node]}"
    return NOTHING if any(each in told.session.last_error for each in _ENDED) else ""


def _name(told: Told) -> str:
    return "–".join(sorted((told.ends.node, told.ends.peer)))


def _names(sessions: list[Told]) -> str:
    names = sorted(set(map(_name, sessions)))
    more = f" and {len(names) - LISTS} more" if len(names) > LISTS else ""
    return f"the BGP session{'s' * (len(names) > 1)} {', '.join(names[:LISTS])}{more}"


def _tries(sessions: list[Told], timers: Timers) -> str:
    retry = timers.configured(sessions[0].ends.node, "connect retry time")
    return (
        f"BIRD tries again every {retry} s" if retry else f"BIRD tries every {RETRY} s by default"
    )


def _not_back(sessions: list[Told], timers: Timers) -> str:
    one = len(sessions) == 1
    return f"{_names(sessions)} {'is' if one else 'are'} not back, {_tries(sessions, timers)}"
