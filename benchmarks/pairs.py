"""What two snapshots of a large cluster cost: all pairs, and which change cut which.

The records are made (``tests/model/large.py``). The clock starts with the facts of both snapshots
in memory, as the history hands them out: what is equal in both is one object. What it
takes to get there from a database is printed by ``benchmarks.history``. Each size is measured in
a process of its own, so that MB is what it takes and not what the one before left behind.
"""

import gc
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice
from random import Random
from typing import TypeVar

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.matrix import matrices
from netsnap.explain.pairs import compare_pairs
from netsnap.model.network import Network
from netsnap.model.pairs import pairs
from parsers.facts import Facts
from parsers.records import Interface, Neighbour, Route
from tests.model.cluster import NIC, World, facts
from tests.model.large import block_of, large, node_address, node_of, shared

T = TypeVar("T")

SIZES = ((50, 100, 1), (100, 100, 1), (200, 110, 500))
LARGEST = (500, 110, 500)
ROOM = 8 << 30
"""Bytes of memory that the largest size is not tried without."""
BY_CHANGES = tuple((50, 50, changes) for changes in (1, 10, 100, 500, 1000))
BY_NODES = tuple((nodes, 20, 100) for nodes in (25, 50, 100, 200))
ONE_BY_ONE = 20_000
HEAD = ("pairs", "one by one", "difference", "all pairs", "rate", "with causes", "in all", "MB")


def run() -> None:
    """Print a line a size; then the cost by the number of changed facts, and of nodes."""
    print("\npairs: nodes x workloads / changed facts; CPU seconds, from facts in memory")
    _table(SIZES)
    if os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >= ROOM:
        _table((LARGEST,))
    else:
        print(f"  {LARGEST[0]} nodes left out: less than {ROOM >> 30} GiB of memory are free")
    print("by changed facts")
    _table(BY_CHANGES)
    print("by nodes")
    _table(BY_NODES)


def _table(sizes: tuple[tuple[int, int, int], ...]) -> None:
    print(" " * 18 + "".join(f"{each:>13}" for each in HEAD), flush=True)
    for size in sizes:
        subprocess.run((sys.executable, "-m", "benchmarks.pairs", *map(str, size)), check=True)


def _measured(nodes: int, pods: int, changes: int) -> str:
    before, after = snapshots(nodes, pods, changes)
    gc.collect()
    gc.disable()  # as the commands do
    difference, differing = _timed(lambda: compare(before, after))
    found, walking = _timed(
        lambda: compare_pairs(*matrices(before, after, difference.same)),
    )
    total = found.total
    del found  # explain makes its own: two at once are not what a command holds
    gc.collect()
    _, explaining = _timed(lambda: explain(before, after, difference, lambda _: b""))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    rate = 2 * total / (differing + walking)
    single = _rate_one_by_one(before)
    gc.enable()
    return (
        f"{nodes:5} x {pods:4} /{len(difference.changes):5}{total:13}{single:11.0f}/s"
        f"{differing:11.2f} s{walking:11.2f} s{rate / single:11.0f} x{explaining:11.2f} s"
        f"{differing + explaining:11.2f} s{memory:13}"
    )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.process_time()
    found = work()
    return found, time.process_time() - began


def snapshots(nodes: int, pods: int, changes: int) -> tuple[Facts, Facts]:
    """Return two snapshots: one route is lost, and all else that changed is churn."""
    world = large(nodes, pods)
    later = {place: list(records) for place, records in world.items()}
    place = (node_of(3), HOST)
    later[place] = [
        record
        for record in later[place]
        if not (isinstance(record, Route) and record.prefix == block_of(5))
    ]
    _churn(later, nodes, changes - 1)
    before = facts(world)
    after = shared(before, facts(later))
    for each in (before, after):
        each.places  # noqa: B018 -- sorted, as ``assemble`` hands them out
    return before, after


def _churn(world: World, nodes: int, number: int) -> None:
    """Let neighbours come on the nodes, and pods' interfaces be made anew, two to one."""
    random = Random(number)  # noqa: S311 -- no secret is drawn
    chosen = random.sample([place for place in world if place[1] != HOST], number)
    for at, place in enumerate(chosen):
        if at % 3:
            host = world[node_of(at % nodes), HOST]
            host.append(Neighbour(4, node_address(nodes + at), NIC, condition="resolved"))
        else:
            world[place] = [
                replace(each, mac="0a:00:00:00:00:01") if isinstance(each, Interface) else each
                for each in world[place]
            ]


def _rate_one_by_one(snapshot: Facts) -> float:
    network = Network.of(snapshot)
    began = time.process_time()
    walked = sum(1 for _ in islice(pairs(network), ONE_BY_ONE))
    return walked / (time.process_time() - began)


if __name__ == "__main__":
    print(_measured(*map(int, sys.argv[1:])), flush=True)
