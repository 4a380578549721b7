"""What undoing some changes brings back by cells, held against networks built anew."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

from netsnap.diff.changes import Change
from netsnap.explain.causes import restorer
from netsnap.explain.cells import Pair, PairSet
from netsnap.explain.explanation import OUTSIDE, Pairs
from netsnap.explain.matrix import Matrix, leaves, touched
from netsnap.model.disposition import Endpoint
from netsnap.model.network import Network
from netsnap.model.pairs import pair_state, way_out
from netsnap.model.revert import mirrored, revert
from parsers.facts import Facts

SAMPLED = 8
"""Pairs of a set of cells that are walked one by one."""


def undone(
    changes: Sequence[Change], found: Pairs, matrix: tuple[Matrix, Matrix],
    facts: tuple[Facts, Facts], random: Random,
) -> Iterator[str]:  # fmt: skip
    """Yield the pairs that come back, or do not, otherwise than a network built anew says.

    What is lost is asked in the world of t2 with t1's facts, and what came back the other way.
    """
    apart = touched(changes, *matrix)
    share = random.choice((0.0, 0.3, 0.9))
    chosen = [each for each in changes if random.random() < share]
    chosen = chosen or random.sample(changes, min(len(changes), 1))
    lost = PairSet.of(found.lost, found.outside_lost, apart=apart)
    if len(lost):
        yield from _alike_undone(chosen, facts[::-1], matrix[1], lost, random)
    restored = PairSet.of(found.restored, found.outside_restored, apart=apart)
    if len(restored):
        yield from _alike_undone([*map(mirrored, chosen)], facts, matrix[0], restored, random)


def _alike_undone(
    chosen: list[Change], facts: tuple[Facts, Facts], now: Matrix, lost: PairSet, random: Random
) -> Iterator[str]:
    anew = Network.of(revert(facts[0], chosen), assumed=facts[1])
    told = restorer(now.network, now, lost)(chosen)
    known = {each.name: each for each in anew.endpoints}
    asked = list(lost)
    for pair in random.sample(asked, min(len(asked), SAMPLED)):
        works = _works(anew, known, pair)
        if (pair in told) is not works:
            yield f"undone: {pair} works: {works}, in its cell: {not works}"


def _works(network: Network, known: Mapping[str, Endpoint], pair: Pair) -> bool:
    source, target = pair
    if source not in known or (target != OUTSIDE and target not in known):
        return False
    if target == OUTSIDE:
        return leaves(way_out(network, known[source])) is True
    return pair_state(network, known[source], known[target]).works is True
