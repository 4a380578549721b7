"""Draw random small networks and hold all pairs by classes against all pairs walked one by one.

    python -m tests.networks --networks 10000 --seed 7 --jobs 2
    python -m tests.networks --seed 7 --only 1234          one network of that run again

Prints every difference, and at the end the seed and the counts. Exit status 1 if there is any.
"""

import argparse
import os
import secrets
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

from tests.networks.judge import judge

AT_ONCE = 50
"""Networks that a worker draws before it reports."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it. Returns the exit status."""
    options = _options(arguments)
    numbers = [options.only] if options.only is not None else list(range(options.networks))
    parts = [numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE)]
    begun, wrong = time.monotonic(), 0
    with ProcessPoolExecutor(options.jobs) as workers:
        for found in workers.map(partial(several, options.seed), parts):
            wrong += len(found)
            for line in found:
                print(line, flush=True)
    seconds = time.monotonic() - begun
    print(
        f"seed {options.seed}: {len(numbers)} networks, {wrong} with a difference, "
        f"{len(numbers) / seconds:.1f} networks a second"
    )
    return int(wrong > 0)


def several(seed: int, numbers: Sequence[int]) -> list[str]:
    """Judge some networks; return a text for each with a difference."""
    wrong = []
    for number in numbers:
        said = judge(f"{seed}/{number}")
        if said:
            wrong.append("\n  ".join([f"network {number}:", *said]))
    return wrong


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.networks", description=__doc__)
    parser.add_argument("--networks", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--only", type=int, help="the number of one network")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
