"""What one snapshot holds of one node, as plain lines for a person."""

from collections import Counter
from collections.abc import Iterable, Iterator

from collector.capture import HOST
from netsnap.explain.tell import state, subject
from netsnap.report.words import count
from parsers.answer import NodeView
from parsers.facts import BlindSpot, Fact, Facts
from parsers.records import (
    Address,
    CalicoPeer,
    Container,
    FilterRule,
    Interface,
    Neighbour,
    NodeIdentity,
    Route,
    Sysctl,
)
from parsers.roles import Record

_COUNTED: tuple[tuple[type[Record], str], ...] = (
    (Interface, "interface"),
    (Route, "route"),
    (Neighbour, "neighbour"),
    (Sysctl, "switch"),
    (FilterRule, "filter rule"),
)
UNKNOWN_SHOWN = 3
_LOCAL = ("host", "link")
MAIN = "main"


def overview(view: NodeView, facts: Facts, *, details: bool = False) -> Iterator[str]:
    """Tell a node in a few lines: how the visit ended, its network, its workloads, what is hidden.

    What could not be read is told as such, never by a count of nothing. With ``details``, every
    line that no template knows is shown, else the first few of each answer.
    """
    own = [fact for key, fact in facts.by_key.items() if key.node == view.node]
    yield _visit(view, own)
    if view.node in facts.reached or own:
        yield from _host(view.node, own, facts)
        yield from _workloads(view.node, own, facts)
    yield from not_seen(view.node, facts.blind, details=details)


def records(view: NodeView, facts: Facts) -> Iterator[str]:
    """List every record of a node, a line each, one namespace after the other."""
    own = [fact for key, fact in facts.by_key.items() if key.node == view.node]
    for netns in sorted({fact.key.netns for fact in own}, key=_host_first):
        yield f"  records of {netns}"
        for fact in own:
            if fact.key.netns == netns:
                yield f"    {fact.key.kind:<18} {_record(fact.record)}"


def not_seen(node: str, blind: Iterable[BlindSpot], *, details: bool = False) -> Iterator[str]:
    """List what is hidden on a node, with the lines that no template knows.

    What the node has no program for is one line, however many namespaces it could not be asked in.
    """
    lacking: dict[str, set[str]] = {}
    for spot in blind:
        if spot.node != node:
            continue
        if spot.lacking and spot.probe:
            lacking.setdefault(spot.reason, set()).add(spot.probe)
            continue
        where = " ".join(part for part in (spot.netns, spot.probe, spot.subject) if part)
        yield f"  not seen    {where + ': ' if where else ''}{spot.reason}"
        shown = len(spot.unknown) if details else UNKNOWN_SHOWN
        yield from (f"              {line}" for line in spot.unknown[:shown])
        if len(spot.unknown) > shown:
            more = count(len(spot.unknown) - shown, "more line")
            yield f"              … {more}: netsnap show --node {node}"
    for reason, probes in lacking.items():
        yield f"  not there   {', '.join(sorted(probes))}: {reason}"


def _visit(view: NodeView, own: list[Fact]) -> str:
    seconds = (view.ended - view.started).total_seconds()
    words = [f"{view.node} ({view.address}): {view.reach} in {seconds:.1f} s"]
    if view.detail:
        words.append(view.detail)
    words += [f"kernel {f.record.kernel}" for f in own if isinstance(f.record, NodeIdentity)]
    if view.clock_offset is not None:
        words.append(f"clock {view.clock_offset:+.1f} s")
    return ", ".join(words)


def _host(node: str, own: list[Fact], facts: Facts) -> Iterator[str]:
    here = [fact.record for fact in own if fact.key.netns == HOST]
    yield f"  host        {_addresses(node, HOST, here, facts)}"
    counts = [
        _count(node, kind, name, here, facts)
        for kind, name in _COUNTED
        if kind is not FilterRule or any(isinstance(each, FilterRule) for each in here)
    ]
    yield f"              {', '.join(counts)}"
    peers = [f"{p.address} {state(p)}" for p in here if isinstance(p, CalicoPeer)]
    if peers:
        yield f"  BGP         {', '.join(peers)}"


def _count(node: str, kind: type[Record], name: str, here: list[Record], facts: Facts) -> str:
    found = [each for each in here if isinstance(each, kind)]
    words = count(len(found), name)
    if kind is Route:
        sources = Counter(
            r.protocol or "boot" for r in here if isinstance(r, Route) and r.table == MAIN
        )
        if sources:
            listed = ", ".join(f"{number} {who}" for who, number in sources.most_common())
            words += f" ({sources.total()} in main: {listed})"
    return words if facts.sees(node, HOST, kind.kind) else f"{words} seen, not all"


def _workloads(node: str, own: list[Fact], facts: Facts) -> Iterator[str]:
    states: dict[str, list[str]] = {}
    for fact in own:
        if isinstance(fact.record, Container) and fact.record.role != "sandbox":
            name = fact.record.workload or fact.record.name
            states.setdefault(name, []).append(state(fact.record))
    spaces = {name for (where, _), name in facts.netns.items() if where == node} - {HOST}
    everyone = sorted(spaces | states.keys())
    wide = max(map(len, everyone), default=0)
    if not facts.sees(node, HOST, Container.kind):
        yield "  workloads   not all seen"
    elif not everyone:
        yield "  workloads   none"
    for number, name in enumerate(everyone):
        here = [fact.record for fact in own if fact.key.netns == name]
        where = _addresses(node, name, here, facts) if name in spaces else "no namespace of its own"
        told = ", ".join(f"{n} {how}" if n > 1 else how for how, n in _counted(states, name))
        head = "workloads" if number == 0 and facts.sees(node, HOST, Container.kind) else ""
        yield f"  {head:<11} {name:<{wide}}  {where}{'  ' + told if told else ''}"


def _counted(states: dict[str, list[str]], name: str) -> list[tuple[str, int]]:
    return Counter(states.get(name, ())).most_common()


def _addresses(node: str, netns: str, here: list[Record], facts: Facts) -> str:
    found = [
        f"{each.address} on {each.interface}"
        for each in here
        if isinstance(each, Address) and each.scope not in _LOCAL
    ]
    if not facts.sees(node, netns, Address.kind):
        found.append("addresses not all seen" if found else "addresses not seen")
    return ", ".join(found) or "no address"


def _record(record: Record) -> str:
    how = state(record)
    words = subject(record)
    if isinstance(record, NodeIdentity):
        words = f"{record.hostname} {record.kernel}"
    if isinstance(record, Container):
        words = record.name  # its workload has other containers
    if isinstance(record, Route) and record.table != MAIN:
        words += f" in table {record.table}"
    return words if how == "present" else f"{words}  {how}"


def _host_first(netns: str) -> tuple[bool, str]:
    return netns != HOST, netns
