"""One snapshot on its own: the fault that was there before the first snapshot."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from netsnap.explain.checks.bgpfilters import bgp_filters
from netsnap.explain.checks.bgppeers import bgppeers
from netsnap.explain.checks.birdconfigs import birdconfigs
from netsnap.explain.checks.blocks import blocks
from netsnap.explain.checks.clock import clock
from netsnap.explain.checks.counters import counters
from netsnap.explain.checks.daemons import daemons
from netsnap.explain.checks.early import taken_early
from netsnap.explain.checks.fib import fib
from netsnap.explain.checks.filters import blocked, filters
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.checks.homes import homes
from netsnap.explain.checks.intent import endpoints, intent
from netsnap.explain.checks.kernelsays import kernel_says
from netsnap.explain.checks.links import down, hardware, mtu_steps
from netsnap.explain.checks.observed import observed
from netsnap.explain.checks.pairs import pairs
from netsnap.explain.checks.peering import peering
from netsnap.explain.checks.reach import gateways, unreached
from netsnap.explain.checks.sessions import sessions
from netsnap.explain.checks.shadows import shadows
from netsnap.explain.checks.takeovers import takeovers
from netsnap.explain.checks.tunnels import tunnels
from netsnap.explain.checks.wiring import apart, unwired
from netsnap.explain.checks.workloads import duplicates, stale, unrouted
from netsnap.explain.evidence import Raw, Witness
from netsnap.explain.explanation import Evidence
from netsnap.model.network import Network
from parsers.facts import Facts

Check = Callable[[Case], Iterator[Finding]]

CHECKS: tuple[Check, ...] = (
    unreached,
    down,
    apart,
    unwired,
    hardware,
    duplicates,
    takeovers,
    tunnels,
    gateways,
    daemons,
    peering,
    bgppeers,
    birdconfigs,
    blocked,
    filters,
    taken_early,
    bgp_filters,
    sessions,
    fib,
    blocks,
    homes,
    intent,
    endpoints,
    shadows,
    unrouted,
    stale,
    mtu_steps,
    pairs,
    observed,
    kernel_says,
    counters,
    clock,
)
"""All that is looked for, in the order in which a packet's troubles come about: a root stands
before what follows from it."""


@dataclass(frozen=True, slots=True)
class Found:
    """A finding with the raw lines that show it, and the name of the check that found it."""

    finding: Finding
    evidence: tuple[Evidence, ...]
    check: str = ""


def check(
    facts: Facts, raw: Raw, checks: Sequence[Check] = CHECKS, *, called: str = "latest"
) -> tuple[Found, ...]:
    """Look for everything that is wrong in a snapshot, the worst first.

    ``called`` is how a command line names it.
    """
    case = Case(facts, Network.of(facts))
    witness = Witness(facts, facts, raw, {})
    order = list(Severity)
    findings = [(look.__name__, finding) for look in checks for finding in look(case)]
    findings.sort(key=lambda each: order.index(each[1].severity))
    return tuple(
        Found(
            _naming(finding, called),
            tuple(witness.of_fact("", fact) for fact in finding.facts),
            name,
        )
        for name, finding in findings
    )


def _naming(finding: Finding, called: str) -> Finding:
    """Write the snapshot into what to look at: by then the latest may be another."""
    then = finding.then
    if then.startswith("netsnap path "):
        then = f"{then} --at {called}"
    return replace(finding, then=then.replace("netsnap raw T ", f"netsnap raw {called} "))
