"""Clocks: where they differ, one cannot tell by the times which of two events came first."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from parsers.records import ClockState

APART = 2.0
"""Seconds; less may be the sweep's own delay."""


def clock(case: Case) -> Iterator[Finding]:
    """Yield a finding where nodes' clocks are apart, and for each clock that nobody sets."""
    known = {
        view.node: view.clock_offset
        for view in case.facts.snapshot.nodes
        if view.clock_offset is not None and view.node in case.facts.reached
    }
    if known:
        slow, fast = (choose(known, key=lambda node: known[node]) for choose in (min, max))
        apart = known[fast] - known[slow]
        if apart > APART:
            sentence = (
                f"the clock of {fast} is {apart:.1f} s ahead of that of {slow}: times of events "
                "on them cannot be compared"
            )
            yield Finding(Severity.WARNING, fast, HOST, sentence)
    for fact, state in case.of(ClockState, netns=HOST):
        if state.synchronized is False:
            sentence = f"the clock of {fact.key.node} is not held to the time, says {state.program}"
            yield Finding(Severity.NOTICE, fact.key.node, HOST, sentence, (fact,))
