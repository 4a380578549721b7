"""Build random network namespaces by the thousand and hold all witnesses of each together.

    python -m tests.oracle --states 10000 --seed 7 --jobs 2
    python -m tests.oracle --seed 7 --only 1234          one state of that run again
    python -m tests.oracle --states 2000 --what nft      packet filters (bridge: bridges and queues)

Prints every difference, and at the end the seed and the counts. Exit status 1 if there is any.
"""

import argparse
import os
import secrets
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager
from functools import partial
from typing import NamedTuple

from tests.oracle import beside, compare, rulesets, state
from tests.oracle.compare import Verdict
from tests.oracle.namespaces import namespace, remove_leftovers
from tests.oracle.world import World, world

AT_ONCE = 25
"""States that a worker builds before it reports."""


class Play(NamedTuple):
    """How states of one kind are made, and how their witnesses are held together."""

    build: Callable[..., list[str]]
    check: Callable[[World], Verdict]
    do: Callable[[World, Sequence[str]], object] = World.do


PLAYS = {
    "ip": Play(state.numbered, compare.check),
    "bridge": Play(beside.numbered, beside.check),
    "nft": Play(rulesets.numbered, rulesets.check, rulesets.do),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it. Returns the exit status."""
    options = _options(arguments)
    remove_leftovers()
    program = tuple(options.program.split())
    numbers = [options.only] if options.only is not None else list(range(options.states))
    asked = partial(world, program=program, speaks_json=not options.without_json)
    play = PLAYS[options.what]
    build = partial(play.build, options.seed, size=options.commands)
    work = partial(_several, build, play, asked)
    parts = [numbers[at : at + AT_ONCE] for at in range(0, len(numbers), AT_ONCE)]
    begun, done, wrong, records = time.monotonic(), 0, 0, 0
    with ProcessPoolExecutor(options.jobs) as workers:
        for part, (found, told) in zip(parts, workers.map(work, parts), strict=True):
            done, wrong, records = done + len(part), wrong + len(found), records + told
            for line in found:
                print(line, flush=True)
            if sys.stderr.isatty():
                print(f"\r{done} states", end="", file=sys.stderr, flush=True)
    seconds = time.monotonic() - begun
    print(
        f"seed {options.seed}: {done} states, {records} records, {wrong} of the states with a "
        f"difference, {done / seconds:.1f} states a second"
    )
    return int(wrong > 0)


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.oracle", description=__doc__)
    parser.add_argument("--states", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**6))
    parser.add_argument("--only", type=int, help="the number of one state")
    parser.add_argument("--commands", type=int, default=80, help="given to each state")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--what", choices=PLAYS, default="ip", help="what is random")
    parser.add_argument("--program", default="ip", help="the ip to ask: another version's")
    parser.add_argument("--without-json", action="store_true", help="it is too old for that")
    return parser.parse_args(arguments)


def _several(
    build: Callable[[int], list[str]],
    play: Play,
    asked: Callable[[str], AbstractContextManager[World]],
    numbers: Sequence[int],
) -> tuple[list[str], int]:
    """Build some states; return a sentence for each with a difference, and the records of all."""
    wrong, records = [], 0
    with namespace() as far:
        for number in numbers:
            with asked(far) as here:
                play.do(here, build(number))
                verdict = play.check(here)
            records += verdict.records
            if verdict.differences:
                wrong.append("\n  ".join([f"state {number}:", *verdict.differences]))
    return wrong, records


if __name__ == "__main__":
    sys.exit(main())
