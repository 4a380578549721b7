"""A way through a snapshot as lines for a person, and as JSON."""

from collections.abc import Iterator
from typing import Any

from collector.capture import HOST
from netsnap.explain.pings import FULL
from netsnap.explain.trace import Step, Trace, Way
from netsnap.model.disposition import Disposition
from netsnap.report.words import count, short_source, squeezed

NAME = 7
"""Columns of the word before a way."""

ANSWERS = {"yes": "answered", "no": "not answered", "cannot": "could not be sent"}

LEFT = "it leaves the cluster; what becomes of it there is not in the snapshot"


def path_lines(trace: Trace, *, details: bool = False) -> Iterator[str]:
    """Tell both ways, a line a hop and its evidence below."""
    for name, way in (("there", trace.there), ("back", trace.back)):
        if way is not None:
            yield f"{name:<{NAME}}{way.source} → {way.target}"
            yield from _steps(way.steps, details=details)
            yield f"       {ending(way)}"
            if way.limit is not None:
                yield f"       packets of up to {way.limit.size} bytes pass: {way.limit.words}"
            yield from (f"       may end it: {doubt}" for doubt in way.doubts)
    yield from _heard_lines(trace)


def _heard_lines(trace: Trace) -> Iterator[str]:
    """Tell the pings of this pair, and whether they say what the model says."""
    for number, heard in enumerate(trace.heard):
        words = f"a {heard.size} ping: {ANSWERS.get(heard.answered, heard.answered)}"
        agrees = {"yes": True, "no": False}.get(heard.answered)
        if heard.size == FULL:  # the model does not know of sizes
            words += ", and nobody says that it is too big" if agrees is False else ""
        elif agrees is not None and trace.works is not None and agrees is not trace.works:
            words += ", against the model"
        yield f"{'seen' if number == 0 else '':<{NAME}}{words}"
        line = heard.evidence
        yield f"         {short_source(line).strip()}: {squeezed(line.text)}"


def difference_lines(before: Trace, after: Trace) -> Iterator[str]:
    """Tell for each way the first hop that differs, as it is in either snapshot."""
    for name, was, is_ in (
        ("there", before.there, after.there),
        ("back", before.back, after.back),
    ):
        if was is None or is_ is None:
            continue
        number = was.parts_from(is_)
        if number is None:
            yield f"{name:<{NAME}}the same at t1 and t2, and {ending(is_)}"
            if was.limit != is_.limit:
                yield f"{'':<{NAME}}packets that pass: {_sizes(was)} at t1, {_sizes(is_)} at t2"
            continue
        yield f"{name:<{NAME}}the same for {count(number, 'hop')}, then"
        for side, way in (("t1", was), ("t2", is_)):
            steps = way.steps[number : number + 1]
            lines = [line[NAME:] for line in _steps(steps, details=True)] or [ending(way)]
            yield f"  {side:<{NAME - 2}}{lines[0]}"
            yield from (f"{'':<{NAME}}{line}" for line in lines[1:])


def _sizes(way: Way) -> str:
    return "any that the sender sends" if way.limit is None else f"up to {way.limit.size} bytes"


def ending(way: Way) -> str:
    """Say how a way ends."""
    if way.disposition is Disposition.LEFT_CLUSTER:
        return LEFT
    return f"{way.disposition}" + (f": {way.reason}" if way.reason else "")


def _steps(steps: tuple[Step, ...], *, details: bool) -> Iterator[str]:
    for step in steps:
        yield f"       {_where(step)}"
        if step.evidence is not None:
            text = step.evidence.text if details else squeezed(step.evidence.text)
            yield f"         {short_source(step.evidence).strip()}: {text}"


def _where(step: Step) -> str:
    words = [step.node if step.netns == HOST else f"{step.netns} on {step.node}"]
    words += [f"in by {step.ingress}"] if step.ingress else []
    words += [f"out by {step.device}"] if step.device else []
    return ", ".join(words) + (f" ({step.note})" if step.note else "")


def as_json(trace: Trace) -> dict[str, Any]:
    """Return a trace as plain JSON values."""
    return {
        "works": trace.works,
        "there": _way(trace.there),
        "back": _way(trace.back) if trace.back is not None else None,
        "pings": [
            {"size": heard.size, "answered": heard.answered, "line": heard.evidence.text}
            for heard in trace.heard
        ],
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "source": way.source,
        "target": way.target,
        "disposition": str(way.disposition),
        "reason": way.reason,
        "doubts": list(way.doubts),
        "largest": way.limit
        and {"size": way.limit.size, "because": way.limit.words, "silent": way.limit.silent},
        "hops": [_step(step) for step in way.steps],
    }


def _step(step: Step) -> dict[str, Any]:
    line = step.evidence
    return {
        "node": step.node,
        "netns": step.netns,
        "ingress": step.ingress,
        "device": step.device,
        "note": step.note,
        "decided_by": line
        and {
            "command": line.command,
            "time": line.time.isoformat() if line.time else None,
            "line": line.line,
            "text": line.text,
        },
    }
