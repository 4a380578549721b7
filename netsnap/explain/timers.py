"""BIRD's timers: when a session that is not heard of ends, and when the routes of its peer go."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from itertools import pairwise

from netsnap.explain.events import World
from netsnap.explain.stops import Ends
from netsnap.explain.witnesses import since
from parsers.facts import Fact
from parsers.records import BirdConfig, BirdProtocol

ESTABLISHED = "Established"
HOLD, RESTART = 240, 120
"""BIRD's defaults, in seconds: hold time and graceful restart time."""

_MOST = 366 * 86400
"""Seconds of no timer: a node may print any number."""
_DIGITS = 18

_HOLD_TIMER = re.compile(r"\s*Hold timer:\s+(\d{1,18})(?:\.\d+)?/(\d{1,18})(?:\.\d+)?")
_RESTART_TIMER = re.compile(r"\s*Restart timer:\s+(\d{1,18})(?:\.\d+)?/\S+")


@dataclass(frozen=True, slots=True)
class Timer:
    """When the routes go, None if that cannot be said, and by which timer, in words."""

    until: datetime | None
    words: str


def is_late(session: BirdProtocol) -> bool:
    """Say whether nothing was heard of the peer for longer than it waits between two keepalives."""
    for line in session.details:
        if "Hold timer" in line and (found := _HOLD_TIMER.fullmatch(line)):
            left, whole = int(found[1]), int(found[2])
            return whole - left > whole / 3
    return False


@dataclass(frozen=True)
class Timers:
    """The timers as a snapshot shows them, else as they are configured, else BIRD's defaults."""

    world: World

    def of(self, ends: Ends, fact: Fact, session: BirdProtocol) -> Timer | None:
        """Return the timer of a session's end; None where none runs."""
        asked = self.world.moments.asked("t2", fact.answer)
        is_up = session.connection == ESTABLISHED
        pattern = _HOLD_TIMER if is_up else _RESTART_TIMER
        name = "hold time" if is_up else "graceful restart time"
        left = next((m[1] for line in session.details if (m := pattern.fullmatch(line))), None)
        if left is not None and asked is not None:
            return Timer(_later(asked[1], int(left)), f"BIRD's {name}")
        at = (ends.node, session.name) if is_up else (ends.peer, "")
        configured = self.configured(at[0], name, at[1])
        seconds = configured if configured is not None else (HOLD if is_up else RESTART)
        if is_up and seconds == 0:
            return None  # such a session waits for ever
        words = f"the {name} of {seconds} s" + (
            "" if configured is not None else ", BIRD's default"
        )
        began = asked[1] if is_up and asked is not None else self._fell(ends.node, session)
        until = _later(began, seconds) if began is not None else None
        if not is_up and (until is None or (asked is not None and until < asked[0])):
            return None  # the routes stay, and it is not for a timer
        return Timer(until, words)

    def _fell(self, node: str, session: BirdProtocol) -> datetime | None:
        told = since(session, self.world.moments.times("t2", node))
        return self.world.moments.at("t2", node, told)

    def configured(self, node: str, name: str, protocol: str = "") -> int | None:
        """Return such a time in a node's bird.cfg, as it was read at t2 or else at t1.

        It is the one of the protocol, or of the template that it is from; where nothing tells
        which that is, the longest of all.
        """
        for statements in self._statements:
            found = [
                (each.block, int(words[-1]))
                for each in statements.get(node, ())
                if each.statement.startswith(f"{name} ")
                if (words := each.statement.replace(",", " ").split())[-1].isdecimal()
                if len(words[-1]) <= _DIGITS
            ]
            if found:
                blocks = _blocks_of(protocol, (each.block for each in statements[node]))
                told = ([s for at, s in found if at == block] for block in blocks)
                own = next(filter(None, told), [])
                return max(own or [seconds for _, seconds in found])
        return None

    @cached_property
    def _statements(self) -> tuple[Mapping[str, list[BirdConfig]], ...]:
        """The statements of each node's bird.cfg, at t2 and at t1."""
        both: list[dict[str, list[BirdConfig]]] = []
        for facts in (self.world.after, self.world.before):
            found: dict[str, list[BirdConfig]] = {}
            for fact in facts.of_kind(BirdConfig.kind):
                if isinstance(fact.record, BirdConfig):
                    found.setdefault(fact.key.node, []).append(fact.record)
            both.append(found)
        return tuple(both)


def _later(began: datetime, seconds: int) -> datetime | None:
    return began + timedelta(seconds=seconds) if seconds <= _MOST else None


def _blocks_of(protocol: str, blocks: Iterable[str]) -> Iterator[str]:
    """Yield the blocks that configure a protocol of BGP, its own first, then its template's."""
    for block in dict.fromkeys(blocks):
        words = block.split()
        if protocol and words[:3] == ["protocol", "bgp", protocol]:
            yield block
            yield from (f"template bgp {name}" for word, name in pairwise(words) if word == "from")
