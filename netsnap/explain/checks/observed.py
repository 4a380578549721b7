"""Pings that tell something else than the model: of one of the two, something is not known."""

from collections.abc import Iterator, Sequence

from collector.capture import HOST
from netsnap.explain.cells import among
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.fulltables import dropping
from netsnap.explain.matrix import matrix
from netsnap.explain.pairs import compare_pairs
from netsnap.explain.pings import FULL, SMALL, Pings, Seen
from netsnap.explain.scope import scope
from netsnap.explain.toosmall import too_small
from parsers.pings import TOO_BIG

SHOWN = 3


def observed(case: Case) -> Iterator[Finding]:
    """Yield a finding for each sort of ping that disagrees with the model."""
    pings = Pings(case.network)
    if not pings.ways:
        return
    every = tuple(pings.ways.values())
    for of_nodes in (False, True):
        yield from _silent(pings, [seen for seen in every if seen.of_nodes is of_nodes])
    yield from _answered(case, pings, every)
    yield from _told(every)


def _silent(pings: Pings, sort: Sequence[Seen]) -> Iterator[Finding]:
    """Tell of pings without an answer, but not of those that the model says fail."""
    small = [s for s in sort if s.ping.size == SMALL]
    lost = [s for s in small if s.lost and pings.state(s).works is not False]
    if lost:
        count = f"{len(lost)} of {len(small)} pings between {_ends(lost[0])}"
        are = "are" if len(lost) > 1 else "is"
        where = scope(lost, small, pings.ways.values())
        common = frozenset[str].intersection(*(seen.nodes for seen in lost))
        full = " and ".join(dropping(pings.network.facts, common))
        why = full or "nothing that was read is in the way"
        sentence = f"{count} {are} not answered, and {why}{where}"
        yield _finding(Severity.ERROR, lost, sentence)
    holes = [
        s for s in sort if s.ping.size == FULL and s.lost and pings.state(s).works is not False
    ]
    if holes:
        first = holes[0]
        more = f" and on {len(holes) - 1} more ways" if len(holes) > 1 else ""
        sentence = (
            f"MTU black hole between {first.pair[0]} and {first.pair[1]}{more}: small packets are "
            f"answered, those with {first.ping.bytes} bytes of data are not, and nobody says so"
        )
        if why := too_small(pings, holes):
            sentence += f"; {why}"
        yield _finding(Severity.ERROR, holes, sentence)


def _answered(case: Case, pings: Pings, every: Sequence[Seen]) -> Iterator[Finding]:
    now = matrix(case.network)
    pinged = {seen.pair for seen in every}
    lost = among(compare_pairs(now, now).never_worked, pinged)
    failing = {(pair.source, pair.target) for pair in lost}
    wrong = [
        seen
        for seen in every
        if seen.answered
        and seen.ping.size == SMALL
        and (pings.state(seen).works is False if seen.of_nodes else seen.pair in failing)
    ]
    if wrong:
        reached = f"{wrong[0].pair[0]} → {wrong[0].pair[1]}"
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        sentence = (
            f"{reached}{more}: a ping is answered where the model says that none can be: it is "
            "wrong there, or things moved while the nodes were read"
        )
        yield _finding(Severity.WARNING, wrong, sentence)


def _told(every: Sequence[Seen]) -> Iterator[Finding]:
    big = [seen for seen in every if seen.ping.answered == TOO_BIG]
    if big:
        more = f" and on {len(big) - 1} more ways" if len(big) > 1 else ""
        sentence = (
            f"packets of full size are too big from {big[0].pair[0]} to {big[0].pair[1]}{more}; "
            f"the sender is told: {big[0].ping.said}"
        )
        yield _finding(Severity.NOTICE, big, sentence)


def _finding(severity: Severity, some: Sequence[Seen], sentence: str) -> Finding:
    first = some[0]
    source = first.source.node if first.of_nodes else first.source.name
    target = first.target.addresses[0] if first.of_nodes else first.target.name
    facts = tuple(seen.fact for seen in some[:SHOWN])
    netns = HOST if first.of_nodes else first.source.netns
    then = f"netsnap path {source} {target}"
    return Finding(severity, first.source.node, netns, sentence, facts, then)


def _ends(seen: Seen) -> str:
    return "nodes" if seen.of_nodes else "workloads"
