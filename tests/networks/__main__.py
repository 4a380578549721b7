"""Draw random small networks and hold all pairs by classes against all pairs walked one by one.

    python -m tests.networks --networks 10000 --seed 7 --jobs 2
    python -m tests.networks --seed 7 --only 1234          one network of that run again

Prints every difference, and at the end the seed, the counts, and what share of the pairs was
told by a short cut, by its class, and by a walk of its own: a run that tells little shows.
Exit status 1 if there is any difference.
"""

import argparse
import gc
import os
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.networks.judge import KINDS, judge

AT_ONCE = 50
"""Networks that a worker draws before it reports."""

GARBAGE = 200_000
"""Objects after which Python looks for circles: a network is one, and is soon done with."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it. Returns the exit status."""
    options = _options(arguments)
    numbers = [options.only] if options.only is not None else list(range(options.networks))
    parts = [numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE)]
    begun, wrong = time.monotonic(), 0
    counts: Counter[str] = Counter()
    with ProcessPoolExecutor(options.jobs, initializer=gc.set_threshold, initargs=(GARBAGE,)) as of:
        for found, told in of.map(partial(several, options.seed), parts):
            wrong += len(found)
            counts += told
            for line in found:
                print(line, flush=True)
    seconds = time.monotonic() - begun
    print(
        f"seed {options.seed}: {len(numbers)} networks, {wrong} with a difference, "
        f"{len(numbers) / seconds:.1f} networks a second"
    )
    print(*shares(counts), sep="\n")
    return int(wrong > 0)


def several(seed: int, numbers: Sequence[int]) -> tuple[list[str], Counter[str]]:
    """Judge some networks; return a text for each with a difference, and what was told how."""
    wrong = []
    counts: Counter[str] = Counter()
    for number in numbers:
        found = judge(f"{seed}/{number}")
        counts += found.counts
        if found.said:
            wrong.append("\n  ".join([f"network {number}:", *found.said]))
    return wrong, counts


def shares(counts: Counter[str]) -> Iterator[str]:
    """Say what share of the pairs was told how, and what became of them."""
    ways, kinds = ("short cut", "class", "walk"), ("working", *KINDS)
    for what, names in (("told by", ways), ("pairs", kinds)):
        of = max(1, sum(counts[name] for name in ways) if names is ways else counts["total"])
        yield f"{what}: {', '.join(f'{name} {counts[name] / of:.1%}' for name in names)}"


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.networks", description=__doc__)
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--only", type=int, help="the number of one network")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
