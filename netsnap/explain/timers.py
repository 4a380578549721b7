"""BIRD's timers: when a session that is not heard of ends, and when the routes of its peer go."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from netsnap.explain.events import World
from netsnap.explain.witnesses import since
from parsers.facts import Fact
from parsers.records import BirdConfig, BirdProtocol

HOLD, RESTART = 240, 120
"""BIRD's defaults, in seconds: hold time and graceful restart time."""

_HOLD_TIMER = re.compile(r"\s*Hold timer:\s+(\d+)(?:\.\d+)?/\d+")
_RESTART_TIMER = re.compile(r"\s*Restart timer:\s+(\d+)(?:\.\d+)?/\S+")


@dataclass(frozen=True, slots=True)
class Timer:
    """When the routes go, None if that cannot be said, and by which timer, in words."""

    until: datetime | None
    words: str


@dataclass(frozen=True)
class Timers:
    """The timers as a snapshot shows them, else as they are configured, else BIRD's defaults."""

    world: World

    def of(self, node: str, peer: str, fact: Fact, session: BirdProtocol) -> Timer | None:
        """Return the timer of a session's end at ``node``; None where none runs."""
        asked = self.world.moments.asked("t2", fact.answer)
        is_up = session.connection == "Established"
        pattern = _HOLD_TIMER if is_up else _RESTART_TIMER
        name = "hold time" if is_up else "graceful restart time"
        left = next((m[1] for line in session.details if (m := pattern.fullmatch(line))), None)
        if left is not None and asked is not None:
            return Timer(asked[1] + timedelta(seconds=int(left)), f"BIRD's {name}")
        configured = self._configured(node if is_up else peer, name)
        seconds = configured if configured is not None else (HOLD if is_up else RESTART)
        words = f"the {name} of {seconds} s" + ("" if configured else ", BIRD's default")
        began = asked[1] if is_up and asked is not None else self._fell(node, session)
        until = began + timedelta(seconds=seconds) if began is not None else None
        if not is_up and (until is None or (asked is not None and until < asked[0])):
            return None  # the routes stay, and it is not for a timer
        return Timer(until, words)

    def _fell(self, node: str, session: BirdProtocol) -> datetime | None:
        told = since(session, self.world.moments.times("t2", node))
        return self.world.moments.at("t2", node, told)

    def _configured(self, node: str, name: str) -> int | None:
        """Return the longest such time in a node's bird.cfg, as it was read at t2 or else at t1."""
        for facts in (self.world.after, self.world.before):
            found = [
                int(words[-1])
                for key, fact in facts.by_key.items()
                if key.kind == BirdConfig.kind and key.node == node
                if isinstance(fact.record, BirdConfig) and fact.record.statement.startswith(name)
                if (words := fact.record.statement.split())[-1].isdecimal()
            ]
            if found:
                return max(found)
        return None
