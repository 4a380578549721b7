"""Tables that are nearly full, and what was counted as lost.

One snapshot does not say since when: a count is no rate, and so no more than a notice.
"""

from collections.abc import Iterator, Mapping

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.fulltables import drops, is_full
from parsers.facts import Fact
from parsers.records import (
    ConntrackTable,
    InterfaceCounters,
    NeighbourTable,
    SoftnetStatistics,
    Sysctl,
)

NEARLY = 0.9
_LOST_CONNECTIONS = ("insert_failed", "drop", "early_drop")
_LOST_PACKETS = (
    *("rx_errors", "rx_dropped", "rx_overrun_errors", "rx_missed_errors", "rx_crc_errors"),
    *("tx_errors", "tx_dropped", "tx_carrier_errors", "collisions"),
)
_FLAPS = 6
"""Carrier changes beyond those of being set up: what went and came back twice."""
_MOST = 4
"""Interfaces and counters that a sentence names."""
_FAMILIES = {"arp_cache": "ipv4", "ndisc_cache": "ipv6"}


def counters(case: Case) -> Iterator[Finding]:
    """Yield a finding for each full table, and one a node for what its interfaces lost."""
    yield from _connections(case)
    yield from _neighbours(case)
    for node in case.nodes:
        yield from _interfaces(case, node)
    yield from _backlogs(case)


def _connections(case: Case) -> Iterator[Finding]:
    for fact, table in case.of(ConntrackTable):
        what = f"the table of connections of {_name(fact)}"
        said = "new connections are dropped"
        if is_full(table) and not drops(table):
            sentence = f"{what} is full ({table.count} of {table.maximum}), and drops none so far"
            yield Finding(Severity.WARNING, *fact.key[:2], sentence, (fact,))
        else:
            yield from _filled(fact, what, table.count, table.maximum, said)
        lost = _counted(dict(table.counters), _LOST_CONNECTIONS)
        if lost:
            yield _notice(fact, f"{what} has refused or dropped some: {lost}")


def _neighbours(case: Case) -> Iterator[Finding]:
    for fact, table in case.of(NeighbourTable):
        family = _FAMILIES.get(table.name, "")
        limits = {
            said.name.rpartition(".")[2]: int(said.value)
            for _, said in case.of(Sysctl, fact.key.node, HOST)
            if said.name.startswith(f"net.{family}.neigh.default.") and said.value.isdecimal()
        }
        what = f"the neighbour table {table.name} of {fact.key.node}"
        limit = limits.get("gc_thresh3")
        yield from _filled(fact, what, table.entries, limit, "new neighbours are not found")
        full = dict(table.counters).get("table_fulls", 0)
        if full:
            yield _notice(fact, f"{what} was full: {_times(full)}")


def _filled(
    fact: Fact, what: str, count: int | None, maximum: int | None, then: str
) -> Iterator[Finding]:
    if not count or not maximum or count < NEARLY * maximum:
        return
    told = f"{count} of {maximum}"
    is_full = count >= maximum
    severity = Severity.ERROR if is_full else Severity.WARNING
    sentence = f"{what} is full ({told}): {then}" if is_full else f"{what} is nearly full ({told})"
    yield Finding(severity, *fact.key[:2], sentence, (fact,))


def _interfaces(case: Case, node: str) -> Iterator[Finding]:
    lossy: dict[str, tuple[Fact, str]] = {}
    for fact, record in case.of(InterfaceCounters, node):
        counts = {name: getattr(record, name) or 0 for name in _LOST_PACKETS}
        if (record.carrier_changes or 0) >= _FLAPS and fact.key.netns == HOST:
            counts["carrier_changes"] = record.carrier_changes or 0
        lost = _counted(counts, counts)
        if lost:
            where = "" if fact.key.netns == HOST else f" of {fact.key.netns}"
            lossy[f"{record.interface}{where}"] = (fact, lost)
    if lossy:
        told = [f"{name} ({lost})" for name, (_, lost) in lossy.items()]
        more = f" and {len(told) - _MOST} more" if len(told) > _MOST else ""
        sentence = f"interfaces of {node} have lost packets: {', '.join(told[:_MOST])}{more}"
        facts = tuple(fact for fact, _ in lossy.values())
        yield Finding(Severity.NOTICE, node, HOST, f"{sentence}; since when is not told", facts)


def _backlogs(case: Case) -> Iterator[Finding]:
    for fact, softnet in case.of(SoftnetStatistics, netns=HOST):
        if softnet.dropped:
            sentence = f"{fact.key.node} had no room for {softnet.dropped} packets in its backlog"
            yield _notice(fact, sentence)


def _counted(counts: Mapping[str, int], names: Mapping[str, int] | tuple[str, ...]) -> str:
    """Return what is not 0: "rx_dropped 12, tx_errors 3"."""
    return ", ".join(f"{name} {counts[name]}" for name in names if counts.get(name))


def _notice(fact: Fact, sentence: str) -> Finding:
    return Finding(Severity.NOTICE, *fact.key[:2], sentence, (fact,))


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _name(fact: Fact) -> str:
    return fact.key.node if fact.key.netns == HOST else f"{fact.key.netns} on {fact.key.node}"
