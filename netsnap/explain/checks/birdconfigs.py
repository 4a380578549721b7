"""The two ends of a BGP session as their BIRDs are configured: they must agree with each other."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from collector.capture import HOST
from netsnap.explain.birdconfig import Configured, head, session_of
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.model.numbers import bare
from parsers.facts import Fact
from parsers.records import Address, BirdConfig

_LOCAL = re.compile(r"local (?:\S+ )?as (\d+)")
_NEIGHBOUR = re.compile(r"neighbor ([0-9A-Fa-f.:]+)(?: .*)? as (\d+)")
_SOURCE = re.compile(r"source address (\S+)")
_PASSWORD = re.compile(r"password (.+)")

Said = tuple[str, Fact]
"""A value and the statement that says it."""


@dataclass(frozen=True, slots=True)
class _End:
    """One end of a session between two nodes that were read, as its own node has it."""

    node: str
    peer: str
    local: Said | None
    expected: Said
    password: Said | None


def birdconfigs(case: Case) -> Iterator[Finding]:
    """Yield a finding for each number, password or address on which a session must fail."""
    ends = _ends(case)
    yield from _numbers(ends)
    yield from _passwords(ends)
    yield from _sources(case)


def _ends(case: Case) -> Mapping[tuple[str, str], _End]:
    """Return the ends by their node and the other one."""
    found: dict[tuple[str, str], _End] = {}
    for node in case.nodes:
        facts = {record: fact for fact, record in case.of(BirdConfig, node, HOST)}
        known = Configured(tuple(facts))
        for record, fact in facts.items():
            match = _NEIGHBOUR.fullmatch(record.statement)
            peer = case.node_of(match[1]) if match and session_of(head(record))[0] else ""
            if match and peer and peer != node:
                blocks = known.blocks([match[1]])
                said = [(each.statement, facts[each]) for each in known.in_blocks(blocks)]
                found[node, peer] = _End(
                    node, peer, _first(_LOCAL, said), (match[2], fact), _first(_PASSWORD, said)
                )
    return found


def _first(pattern: re.Pattern[str], said: list[Said]) -> Said | None:
    """Return what a session's own block says, else its template."""
    own = sorted(said, key=lambda each: each[1].key.identity[2].startswith("template"))
    found = ((match[1], fact) for text, fact in own if (match := pattern.fullmatch(text)))
    return next(found, None)


def _numbers(ends: Mapping[tuple[str, str], _End]) -> Iterator[Finding]:
    """Yield a finding for each node that speaks as another AS than its peers expect."""
    wrong: dict[tuple[str, str, str], list[_End]] = defaultdict(list)
    for end in ends.values():
        other = ends.get((end.peer, end.node))
        if end.local and other and other.expected[0] != end.local[0]:
            wrong[end.node, end.local[0], other.expected[0]].append(end)
    for (node, number, expected), some in wrong.items():
        peers = " and ".join(sorted(each.peer for each in some))
        verb = "expects" if len(some) == 1 else "expect"
        sentence = (
            f"{node} is configured to speak BGP as AS {number}, and {peers} {verb} AS {expected}"
        )
        theirs = (ends[each.peer, node].expected[1] for each in some)
        own = some[0].local
        facts = (*([own[1]] if own else []), *theirs)
        yield Finding(Severity.ERROR, node, HOST, sentence, facts)


def _passwords(ends: Mapping[tuple[str, str], _End]) -> Iterator[Finding]:
    for one, other in combinations(sorted({node for pair in ends for node in pair}), 2):
        here, there = ends.get((one, other)), ends.get((other, one))
        if here is None or there is None:
            continue
        mine, theirs = here.password, there.password
        if mine and theirs and mine[0] != theirs[0]:
            sentence = f"{one} and {other} have different BGP passwords for their session"
            yield Finding(Severity.ERROR, one, HOST, sentence, (mine[1], theirs[1]))
        elif mine or theirs:
            signs, not_ = (one, other) if mine else (other, one)
            own = mine or theirs
            if own and not (mine and theirs):
                sentence = (
                    f"{signs} has a BGP password for its session to {not_}, and {not_} has none "
                    f"for {signs}"
                )
                yield Finding(Severity.ERROR, signs, HOST, sentence, (own[1],))


def _sources(case: Case) -> Iterator[Finding]:
    """Yield a finding for each address from which BIRD is to speak and that its node lacks."""
    for fact, record in case.of(BirdConfig, netns=HOST):
        node, match = fact.key.node, _SOURCE.fullmatch(record.statement)
        if match and session_of(head(record))[0] and case.sees(node, Address):
            own = {bare(each.address) for _, each in case.of(Address, node, HOST)}
            if match[1] not in own:
                sentence = (
                    f"{node}'s BIRD is to speak BGP from {match[1]}, which {node} does not have"
                )
                yield Finding(Severity.ERROR, node, HOST, sentence, (fact,))
