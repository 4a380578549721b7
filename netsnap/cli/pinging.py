"""What ``netsnap collect --ping`` does before its sweep: a look at who there is to be pinged."""

from collections.abc import Sequence

from collector.capture import Sweep
from collector.probe import Probe
from netsnap.cli.context import messages, say
from netsnap.model.network import Network
from netsnap.model.sample import A_NODE, Plan, plan
from netsnap.report.words import count
from parsers.asked import ping
from parsers.catalogue import PROBES
from parsers.unsaved import facts_of
from parsers.workloads import NAMING

LOOK: tuple[Probe, ...] = tuple(
    probe for probe in PROBES if probe.name in {"netns", "ip-addr", *NAMING}
)
"""What tells of the nodes' and the workloads' addresses; these answers are not kept."""

LONGER = (1 + A_NODE) * ping.LIMIT
"""Seconds that the pings of a node may take: its own, and those of the workloads sampled there."""


def with_pings(asked: Sequence[Probe], looked: Sweep) -> tuple[Probe, ...]:
    """Return the questions with the pings behind them, and say what they will send."""
    chosen = plan(Network.of(facts_of(looked)))
    say(_cost(chosen), messages())
    return (*asked, ping.probe(chosen.rings)) if chosen.rings else tuple(asked)


def _cost(chosen: Plan) -> str:
    if not chosen.rings:
        return "pings: none: fewer than two nodes, and fewer than two workloads, can be pinged"
    nodes = max((len(ring.addresses) for ring in chosen.nodes), default=0)
    workloads = sum(len(ring.addresses) for ring in chosen.workloads)
    who = [count(nodes, "node")] if nodes else []
    who += [count(workloads, "workload")] if workloads else []
    pairs, packets = count(chosen.pairs, "pair"), count(chosen.packets, "packet")
    return f"pings: {' and '.join(who)}, {pairs} of addresses, at most {packets}"
