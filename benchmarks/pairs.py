"""All pairs of a large cluster: by classes of workloads that are alike, and one by one.

The records are made (``tests/model/large.py``); one route is lost between the two snapshots.
"""

import resource
import time
from itertools import islice

from collector.capture import HOST
from netsnap.diff.compare import compare
from netsnap.explain.explain import explain
from netsnap.explain.pairs import compare_pairs, matrix
from netsnap.model.network import Network
from netsnap.model.pairs import pairs
from netsnap.model.wording import Lexicon
from parsers.facts import Facts
from parsers.records import Route
from tests.model.cluster import facts
from tests.model.large import block_of, large, node_of

SIZES = ((20, 50), (50, 100), (100, 100))
ONE_BY_ONE = 20_000


def run() -> None:
    """Print a line a size: pairs, CPU seconds, and the rate beside that of single walks."""
    print("\npairs: nodes x workloads, two snapshots, one route lost")
    print(
        f"{'':12} {'pairs':>12} {'one by one':>12} {'by classes':>22} {'explained':>10} {'MB':>6}"
    )
    for nodes, pods in SIZES:
        before, after = _snapshots(nodes, pods)
        single = _rate_one_by_one(before)
        began = time.process_time()
        lexicon = Lexicon()
        matrices = [matrix(Network.of(each), lexicon) for each in (before, after)]
        found = compare_pairs(*matrices)
        classes = time.process_time() - began
        rate = 2 * found.total / classes
        began = time.process_time()
        explain(before, after, compare(before, after), lambda _: b"")
        explained = time.process_time() - began
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(
            f"{nodes:5} x {pods:4} {found.total:12} {single:10.0f}/s {classes:8.2f} s"
            f" {rate / single:8.0f} x {explained:8.2f} s {memory:6}"
        )


def _snapshots(nodes: int, pods: int) -> tuple[Facts, Facts]:
    world = large(nodes, pods)
    before = facts(world)
    place = (node_of(3), HOST)
    world[place] = [
        record
        for record in world[place]
        if not (isinstance(record, Route) and record.prefix == block_of(5))
    ]
    return before, facts(world)


def _rate_one_by_one(snapshot: Facts) -> float:
    network = Network.of(snapshot)
    began = time.process_time()
    walked = sum(1 for _ in islice(pairs(network), ONE_BY_ONE))
    return walked / (time.process_time() - began)
