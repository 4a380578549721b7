"""One fault, made for real: what netsnap says of it, held against what ping saw.

The pairs that count are those that the kernels really lost: a ping matrix is taken right before
and right after the second sweep.
"""

import json
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

from tests.lab.faults import Blame, Fault, broken
from tests.lab.faults.fault import Pair
from tests.lab.lab import Lab
from tests.lab.older import Older, is_asked
from tests.lab.older import outcome as told_older
from tests.lab.older import wrong as wrong_older
from tests.lab.shell import LabError
from tests.tool import Tool

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "docs" / "explanation.schema.json").read_text(encoding="utf-8")
)
ALL_READ, SOME_NOT_READ = 0, 1
FIRST = 3
SCREEN = 12  # lines of a diff before its details
BROKEN, QUIET = ("broken",), ("unchanged", "nothing broke")
EXACT, CANNOT_TELL, WRONG = "exact", "cannot tell", "WRONG"


@dataclass(frozen=True)
class Score:
    """How netsnap did on one fault; ``wrong`` are sentences, none if all is as it must be.

    ``rank`` is the place of the blamed cause among those that were told, 0 if it was not (and
    where none is to be told). ``false`` counts causes that nobody is to be blamed for. ``lines``
    is the first screen's height, ``seconds`` what the whole run took, lab and all.
    """

    name: str
    lost: int
    rank: int
    pairs: str
    false: int
    checked: str
    older: str
    lines: int
    seconds: float
    verdict: str
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class Seen:
    """What ping saw, and what netsnap said of it: its document, its first screen, its checks."""

    truth: frozenset[Pair]
    moved: frozenset[
        Pair
    ]  # of those that a timer decides about: lost before or after the sweep only
    older: frozenset[Pair]  # lost at t1 already
    outside: frozenset[str]  # lost since t1
    whole: bool  # every node was read at t2
    told: dict[str, Any]
    screen: str
    alone: tuple[str, ...]
    again: Older | None  # with the fault at t1 already


def judge(fault: Fault, lab: Lab, tool: Tool) -> Score:
    """Collect, break, collect, heal, diff and check. Raises LabError where the lab fails."""
    began = time.monotonic()
    seen = observe(fault, lab, tool)
    causes = seen.told["causes"]
    matched = [_rank(blame, causes) for blame in fault.blame]
    false = sum(not any(names(blame, cause) for blame in fault.blame) for cause in causes)
    pairs = _pairs(fault, seen)
    return Score(
        name=fault.name,
        lost=len(seen.truth),
        rank=max(matched, default=0) if all(matched) else 0,
        pairs=pairs,
        false=false,
        checked=_checked(fault, seen.alone),
        older=told_older(fault, seen.again),
        lines=len(seen.screen.splitlines()),
        seconds=time.monotonic() - began,
        verdict=seen.told["verdict"],
        wrong=tuple(_wrong(fault, seen, pairs, false)),
    )


def observe(fault: Fault, lab: Lab, tool: Tool) -> Seen:
    """Run netsnap around a fault."""
    pings = ("--ping",) * fault.pings
    with fault.setting(lab):
        older = lab.lost_pairs() if fault.older else frozenset()
        alone = _without_outside(lab) if fault.older else frozenset()
        _collect(tool, "t1", *pings)
        with broken(lab, fault):
            truth = lab.lost_pairs()
            outside = _without_outside(lab) - alone
            status = _collect(tool, "t2", "--connect-limit", "3", *pings)
            moved = lab.lost_pairs() ^ truth
            if moved - fault.may_lose:
                raise LabError(f"{fault.name} was not settled: ping changed during the sweep")
            again = _again(fault, lab, tool, truth) if is_asked(fault) else None
        screen = tool.run("diff", "t1", "t2").stdout
        told = tool.diff("t1", "t2", "--pairs")
        jsonschema.validate(told, SCHEMA)
        found = sentences(tool, "t2")
    return Seen(truth, moved, older, outside, status == ALL_READ, told, screen, found, again)


def _again(fault: Fault, lab: Lab, tool: Tool, truth: frozenset[Pair]) -> Older:
    """Collect once more, and hold that against the snapshot that has the fault already."""
    pings = ("--ping",) * fault.pings
    _collect(tool, "t3", "--connect-limit", "3", *pings)
    told = tool.diff("t2", "t3", "--pairs")
    matrix = lab.ping_matrix()
    now = frozenset(pair for pair, answered in matrix.items() if not answered)
    first = sentences(tool, "t3")[:FIRST]
    return Older(told, truth & now, truth ^ now, frozenset(matrix), first)


def _without_outside(lab: Lab) -> frozenset[str]:
    return frozenset(name for name, reached in lab.ping_outside().items() if not reached)


def sentences(tool: Tool, label: str) -> tuple[str, ...]:
    """Return what ``check`` calls an error or a warning of a snapshot, the worst first."""
    done = tool.run("check", label, "--format", "json")
    if done.returncode not in (0, 1):
        raise AssertionError(done.stderr)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return tuple(each["sentence"] for each in found if each["severity"] != "notice")


def names(blame: Blame, cause: dict[str, Any]) -> bool:
    """Say whether a cause is the one to blame."""
    return (
        cause["what"] == blame.what
        and any(node in (cause["node"], *cause["subject"].split("–")) for node in blame.nodes)
        and (not blame.subjects or any(each in cause["subject"] for each in blame.subjects))
    )


def _collect(tool: Tool, label: str, *options: str) -> int:
    done = tool.run("collect", "--label", label, *options)
    if done.returncode not in (ALL_READ, SOME_NOT_READ):
        raise AssertionError(done.stderr)
    return done.returncode


def _rank(blame: Blame, causes: list[dict[str, Any]]) -> int:
    return next((i for i, cause in enumerate(causes, 1) if names(blame, cause)), 0)


def _pairs(fault: Fault, seen: Seen) -> str:
    """Hold the pairs against ping's: by the model, and by pings where there are any."""
    listed = seen.told["pairs"]
    lost, unknown = _named(listed["lost"]), _named(listed["unknown"])
    lost |= _observed(seen.told) | (_named(listed["never_worked"]) & seen.older)
    ways = frozenset(pair["source"] for pair in listed["outside_lost"])
    if lost ^ seen.truth <= seen.moved and (ways == seen.outside or not seen.whole):
        return EXACT
    sure = seen.truth - seen.moved
    if lost <= seen.truth | seen.moved and ways <= seen.outside and sure - lost <= unknown:
        return CANNOT_TELL
    return WRONG if fault.shown or lost - seen.truth - seen.moved else CANNOT_TELL


def _named(listed: Iterable[dict[str, Any]]) -> frozenset[Pair]:
    return frozenset((pair["source"], pair["target"]) for pair in listed)


def _observed(told: dict[str, Any]) -> frozenset[Pair]:
    return frozenset(
        (source, target)
        for seen in told["observed"]
        if seen["kind"] == "lost" and seen["between"] == "workloads" and seen["size"] == "small"
        for source, target in seen["pairs"]
    )


def _checked(fault: Fault, alone: tuple[str, ...]) -> str:
    if fault.says:
        return "named" if _said(fault.says, alone[:FIRST]) else "MISSED"
    if fault.blame or not fault.shown:
        return "-"
    return "ALARM" if alone else "quiet"


def _said(words: Iterable[str], lines: Iterable[str]) -> bool:
    return any(all(each in line for each in words) for line in lines)


def _wrong(fault: Fault, seen: Seen, pairs: str, false: int) -> Iterator[str]:
    verdict, lines = seen.told["verdict"], len(seen.screen.splitlines())
    yield from _other_fault(fault, seen)
    if verdict not in (fault.verdicts or _usual(fault)):
        yield f"the verdict is {verdict}"
    yield from _wrong_causes(fault, seen.told["causes"], false)
    if pairs == WRONG:
        yield "the lost pairs are not those that ping lost"
    reason = seen.told["blind"] or seen.told["pairs"]["unknown"]
    if fault.shown and pairs == CANNOT_TELL and not reason:
        yield "pairs are not told, and no reason is"
    if _checked(fault, seen.alone) in ("MISSED", "ALARM"):
        yield f"check says: {'; '.join(seen.alone[:FIRST]) or 'nothing'}"
    if fault.tells and not _said(fault.tells, seen.told["witnesses"]):
        yield f"among the events is no {' … '.join(fault.tells)}"
    yield from wrong_older(fault, seen.again)
    if lines > SCREEN:
        yield f"the first screen has {lines} lines"


def _other_fault(fault: Fault, seen: Seen) -> Iterator[str]:
    """Say where the lab did not break as the fault states."""
    if seen.older != fault.older:
        yield f"the lab lost {len(seen.older)} pairs before, which is not what the fault states"
    if not fault.lost <= seen.truth <= fault.lost | fault.may_lose:
        yield f"the lab lost {len(seen.truth)} pairs, which is not what the fault states"
    if seen.outside != fault.outside:
        yield f"{len(seen.outside)} workloads lost the outside, not what the fault states"


def _wrong_causes(fault: Fault, causes: list[dict[str, Any]], false: int) -> Iterator[str]:
    firsts = causes[: len(fault.blame)]
    for blame in fault.blame:
        if not any(names(blame, cause) for cause in firsts):
            yield f"{blame.what} on {' or '.join(blame.nodes)} is not first"
    if false:
        yield f"{false} false causes: {'; '.join(cause['sentence'] for cause in causes)}"
    yield from (f"no raw line: {each['sentence']}" for each in causes if not each["evidence"])
    for cause in causes:
        if cause["node"] in fault.innocent and cause["what"] != "BGP session":
            yield f"{cause['node']} is innocent: {cause['sentence']}"


def _usual(fault: Fault) -> tuple[str, ...]:
    if fault.blame:
        return BROKEN
    if not fault.shown:
        return (*QUIET, "cannot tell", *(BROKEN if fault.pings else ()))
    return QUIET
