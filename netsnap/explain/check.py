"""One snapshot on its own: the fault that was there before the first snapshot."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from netsnap.explain.checks.blocks import blocks
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.checks.links import down, hardware, mtu_steps
from netsnap.explain.checks.observed import observed
from netsnap.explain.checks.pairs import pairs
from netsnap.explain.checks.sessions import sessions
from netsnap.explain.checks.workloads import duplicates, stale, unrouted
from netsnap.explain.evidence import Raw, Witness
from netsnap.explain.explanation import Evidence
from netsnap.model.network import Network
from parsers.facts import Facts

Check = Callable[[Case], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    sessions,
    blocks,
    unrouted,
    stale,
    duplicates,
    hardware,
    down,
    mtu_steps,
    pairs,
    observed,
)
"""All that is looked for, in the order in which a packet's troubles come about."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the raw lines that show it."""

    finding: Finding
    evidence: tuple[Evidence, ...]


def check(facts: Facts, raw: Raw, checks: Sequence[Check] = CHECKS) -> tuple[Found, ...]:
    """Look for everything that is wrong in a snapshot, the worst first."""
    case = Case(facts, Network.of(facts))
    witness = Witness(facts, facts, raw, {})
    order = list(Severity)
    findings = [finding for look in checks for finding in look(case)]
    findings.sort(key=lambda finding: order.index(finding.severity))
    return tuple(
        Found(finding, tuple(witness.of_fact("", fact) for fact in finding.facts))
        for finding in findings
    )
