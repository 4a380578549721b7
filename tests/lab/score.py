"""``make faults``: every fault that the lab can make, made and explained, as a table of scores."""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from tests.lab.couples import draw
from tests.lab.faults import EVERY, Fault, named
from tests.lab.judge import CANNOT_TELL, EXACT, Score, judge
from tests.lab.lab import Lab
from tests.lab.older import BEFORE, NOT_ASKED
from tests.lab.shell import LabError
from tests.tool import Tool

FIRST = 3
HEAD = f"{'fault':30} lost cause {'pairs':11} false check  older  lines    s"


def main(arguments: Sequence[str] | None = None) -> int:
    """Score the faults that are asked for; 0 if all is as it must be, 1 if not, 2 for trouble."""
    options = _parser().parse_args(arguments)
    try:
        faults = [named(name) for name in options.faults] or list(EVERY)
        faults = [each for each in faults if options.faults or options.slow or not each.slow]
        if options.couples:
            drawn = draw(faults, options.couples, options.seed)
            print(drawn)
            faults = list(drawn.couples)
        scores, failed = _run(faults, options.number)
    except LabError as error:
        print(f"lab: {error}", file=sys.stderr)
        return 2
    _summary(faults, scores)
    return 1 if failed or any(score.wrong for score in scores) else 0


def _run(faults: Iterable[Fault], number: int) -> tuple[list[Score], bool]:
    """Score each fault; a lab that does not come back to life is built anew."""
    scores, failed, up = [], False, ""
    print(HEAD)
    lab = Lab(number)
    try:
        for fault in sorted(faults, key=lambda each: each.timers, reverse=True):
            if fault.timers != up:
                lab = _renewed(lab, number, up := fault.timers)
            try:
                scores.append(_scored(fault, lab))
                _show(scores[-1])
            except (LabError, AssertionError) as error:
                failed = True
                print(f"{fault.name:30} NOT RUN: {error}", flush=True)
                lab = _renewed(lab, number, up)
    finally:
        lab.down()
    return scores, failed


def _renewed(lab: Lab, number: int, timers: str) -> Lab:
    with suppress(LabError):
        lab.down()
    fresh = Lab(number, timers=timers)
    fresh.up()
    return fresh


def _scored(fault: Fault, lab: Lab) -> Score:
    lab.restore()
    with tempfile.TemporaryDirectory(prefix="netsnap-faults-") as folder:
        lab.inventory_toml(Path(folder) / "netsnap.toml")
        return judge(fault, lab, Tool(Path(folder)))


def _show(score: Score) -> None:
    rank = str(score.rank) if score.rank else "-"
    print(
        f"{score.name:30} {score.lost:4} {rank:>5} {score.pairs:11} {score.false:5} "
        f"{score.checked:6} {score.older:6} {score.lines:5} {score.seconds:4.0f}",
        *(f"\n  {sentence}" for sentence in score.wrong),
        sep="",
        flush=True,
    )


def _summary(faults: Sequence[Fault], scores: Sequence[Score]) -> None:
    """Print what share of the faults was told as they must be."""
    blamed = {fault.name: len(fault.blame) for fault in faults if fault.blame}
    shown = [score for score in scores if score.name in blamed]
    first = sum(0 < score.rank <= blamed[score.name] for score in shown)
    three = sum(0 < score.rank <= FIRST for score in shown)
    exact = sum(score.pairs == EXACT for score in scores)
    untold = sum(score.pairs == CANNOT_TELL for score in scores)
    false = sum(score.false for score in scores)
    known = sum(score.older == BEFORE for score in scores)
    old = sum(score.older != NOT_ASKED for score in scores)
    print(
        f"\n{len(scores)} of {len(faults)} faults run. Of {len(shown)} that a node shows, the "
        f"fault is the first cause in {first}, among the first three in {three}.\n"
        f"Pairs exact in {exact}, not told in {untold}, wrong in {len(scores) - exact - untold}; "
        f"{false} false causes; {sum(not score.wrong for score in scores)} as they must be.\n"
        f"Asked a second time, with the fault at t1 already: {known} of {old} are told as older."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.lab.score", description=__doc__)
    parser.add_argument("faults", nargs="*", help="names of faults; without any, all")
    parser.add_argument("--number", type=int, default=240, help="the lab's number, 0–255")
    parser.add_argument("--slow", action="store_true", help="those that take minutes, too")
    parser.add_argument("--couples", type=int, default=0, help="so many pairs of faults instead")
    parser.add_argument("--seed", type=int, default=1, help="which pairs")
    return parser


if __name__ == "__main__":
    sys.exit(main())
