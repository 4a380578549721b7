"""What a report says of what two snapshots could not see: a line a reason, not a line a place."""

from collections import Counter
from collections.abc import Iterable, Iterator

from netsnap.diff.changes import Blind
from netsnap.explain.explanation import Explanation, Verdict
from netsnap.report.words import count, names

NODE = "node"
NOT_ASKED = "not asked"
WHEN = {"both": "at t1 and t2", "t1": "at t1", "t2": "at t2"}


def blind_lines(told: Explanation, *, details: bool) -> Iterator[str]:
    """Tell each hidden place; one that a cause has told of already, by the cause's number.

    Questions that one of the snapshots did not ask at all (another profile, another version) are
    one line for all nodes.
    """
    pairs, ways_out = len(told.pairs.unknown), len(told.pairs.outside_unknown)
    if told.verdict is not Verdict.CANNOT_TELL:  # whose first line says it
        yield from [count(pairs, "pair")] if pairs else []
        yield from [count(ways_out, "way") + " out of the cluster"] if ways_out else []
    shown = [each for each in told.difference.blind if each.hides or details]
    yield from _places([each for each in shown if not _is_unasked(each)], told)
    yield from _unasked(each for each in shown if _is_unasked(each))


def _places(blind: Iterable[Blind], told: Explanation) -> Iterator[str]:
    causes = {
        cause.node: number
        for number, cause in enumerate(told.causes, start=1)
        if cause.what == NODE
    }
    counts: Counter[tuple[str, str]] = Counter()
    for each in blind:
        spot = each.spot
        if not spot.netns and spot.node in causes and each.when == "t2":
            counts[f"{spot.node} {WHEN['t2']}", f"see cause {causes[spot.node]}"] += 1
            continue
        probe = f" {spot.probe}" if spot.netns and spot.probe else ""
        counts[f"{spot.node}{probe} {WHEN.get(each.when, each.when)}", spot.reason] += 1
    for (where, reason), number in counts.items():
        yield f"{where}: {reason}" + (f" (in {number} places)" if number > 1 else "")


def _is_unasked(each: Blind) -> bool:
    return each.spot.reason == NOT_ASKED and bool(each.spot.probe)


def _unasked(blind: Iterable[Blind]) -> Iterator[str]:
    """Fold the questions that were not asked: by the same questions, then by the same nodes."""
    questions: dict[tuple[str, str], set[str]] = {}
    for each in blind:
        questions.setdefault((each.when, each.spot.node), set()).add(each.spot.probe)
    nodes: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (when, node), probes in sorted(questions.items()):
        nodes.setdefault((when, tuple(sorted(probes))), []).append(node)
    for (when, asked), which in nodes.items():
        yield f"{names(tuple(which))} {WHEN.get(when, when)}: not asked {names(asked)}"
