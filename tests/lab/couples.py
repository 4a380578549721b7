"""Two faults at once: which can be, and what is expected of both together."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from tests.lab.faults import Fault
from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import as_it_is
from tests.lab.lab import Lab
from tests.lab.plan import TIMERS
from tests.lab.shell import LabError


@dataclass(frozen=True)
class Draw:
    """Couples by dice; ``passed_over`` counts by reason those that were not among the drawn."""

    couples: tuple[Fault, ...]
    fitting: int
    passed_over: Counter[str]

    def __str__(self) -> str:
        """Say how many couples there are, and why others cannot be."""
        reasons = "; ".join(f"{count} {why}" for why, count in self.passed_over.most_common())
        return (
            f"{len(self.couples)} of {self.fitting} couples drawn, "
            f"{self.passed_over.total()} cannot be: {reasons}"
        )


def draw(faults: Sequence[Fault], number: int, seed: int) -> Draw:
    """Draw pairs of faults on different nodes, of which neither hides the other's pairs."""
    alone = [each for each in faults if each.blame and each.lost and each.timers == "short"]
    reasons = {pair: obstacle(*pair) for pair in combinations(alone, 2)}
    fitting = [pair for pair, why in reasons.items() if not why]
    dice = random.Random(seed)  # noqa: S311 -- dice for a test
    drawn = dice.sample(fitting, min(number, len(fitting)))
    passed_over = Counter(why for why in reasons.values() if why)
    return Draw(tuple(both(*pair) for pair in drawn), len(fitting), passed_over)


def obstacle(one: Fault, other: Fault) -> str:
    """Say why two faults cannot be told apart or made together, "" if they can."""
    nodes = [{node for blame in each.blame for node in blame.nodes} for each in (one, other)]
    if "" in nodes[0] | nodes[1]:
        return "have a fault that is of no node"
    if nodes[0] & nodes[1]:
        return "are on one node"
    if not (one.setting is other.setting is as_it_is) or one.pings or other.pings:
        return "need another lab"
    if one.older or other.older:
        return "have one that began before t1"
    if not (one.lost - _all(other) and other.lost - _all(one)):
        return "lose the same pairs"
    return ""


def _all(fault: Fault) -> frozenset[tuple[str, str]]:
    return fault.lost | fault.may_lose


def both(one: Fault, other: Fault) -> Fault:
    """Return two faults as one: both are to be blamed, and their pairs are lost.

    What each waits for alone (a route that a node drops) may not come about beside the other: the
    couple waits for its pairs, and until no route moves any more. What is made last is healed
    first.
    """

    def inject(lab: Lab) -> None:
        one.inject(lab)
        other.inject(lab)

    def heal(lab: Lab) -> None:
        other.heal(lab)
        one.heal(lab)

    lost, outside = one.lost | other.lost, one.outside | other.outside

    def settled(lab: Lab) -> None:
        pairs_lost(lab, lost, limit=40.0)
        outside_lost(lab, outside)
        routes_rest(lab)

    return replace(
        one,
        name=f"{one.name} + {other.name}",
        summary=f"{one.summary}; {other.summary}",
        inject=inject,
        heal=heal,
        settled=settled,
        lost=lost,
        may_lose=one.may_lose | other.may_lose,
        outside=outside,
        blame=(*one.blame, *other.blame),
        innocent=tuple(sorted(set(one.innocent) & set(other.innocent))),
        says=(),
        tells=(),
        verdicts=(),
    )


def routes_rest(lab: Lab) -> None:
    """Wait until no node's routes have moved for as long as any of BIRD's timers runs."""
    timers = TIMERS[lab.state.timers]
    quiet = max(timers.hold, timers.graceful_restart) + 3.0
    began = since = time.monotonic()
    seen = _routes(lab)
    while time.monotonic() - since < quiet:
        if time.monotonic() - began > 5 * quiet:
            raise LabError(f"the nodes' routes do not rest for {quiet:g} s")
        time.sleep(1.0)
        if (now := _routes(lab)) != seen:
            seen, since = now, time.monotonic()


def _routes(lab: Lab) -> dict[str, str]:
    return {node: lab.run(node, "ip -4 route show table all") for node in sorted(lab.powered())}
