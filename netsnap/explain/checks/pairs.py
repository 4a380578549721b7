"""Pairs of workloads that do not reach each other, with the line that ends them."""

from collections.abc import Iterator

from collector.capture import HOST
from netsnap.explain.checks.finding import Case, Finding, Severity
from netsnap.explain.explanation import PairGroup
from netsnap.explain.grouping import groups
from netsnap.explain.matrix import Matrix, failing, matrix
from netsnap.explain.pairs import compare_pairs
from parsers.facts import Fact

NAMED = 2


def pairs(case: Case) -> Iterator[Finding]:
    """Yield a finding for each group of pairs that fail alike; a group and its way back are one."""
    now = matrix(case.network)
    told: list[PairGroup] = []
    for group in groups(compare_pairs(now, now).never_worked):
        if any(_is_back(group, each) for each in told):
            continue
        told.append(group)
        pair = _example(group)
        way = failing(now.state(pair))
        end = way.hops[-1] if way.hops else None
        node, netns = (end.node, end.netns) if end else (now.endpoints[pair[0]].node, HOST)
        sentence = f"{_names(group.sources)} cannot reach {_names(group.targets)}: {group.reason}"
        then = f"netsnap path {pair[0]} {pair[1]}"
        yield Finding(Severity.ERROR, node, netns, sentence, _deciding(case, now, pair), then)


def _is_back(group: PairGroup, told: PairGroup) -> bool:
    """Say whether a group is the way back of one that was told, and no more than that."""
    both = {*told.sources, *told.targets}
    return set(group.sources) <= set(told.targets) and set(group.targets) <= both


def _example(group: PairGroup) -> tuple[str, str]:
    source = group.sources[0]
    return source, next(target for target in group.targets if target != source)


def _deciding(case: Case, now: Matrix, pair: tuple[str, str]) -> tuple[Fact, ...]:
    keys = [hop.decided_by for hop in failing(now.state(pair)).hops if hop.decided_by]
    found = (case.facts.by_key.get(key) for key in keys[-1:])
    return tuple(fact for fact in found if fact is not None)


def _names(group: tuple[str, ...]) -> str:
    shown = ", ".join(group[:NAMED])
    return shown if len(group) <= NAMED else f"{shown} and {len(group) - NAMED} more"
