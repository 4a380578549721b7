"""An explanation as JSON: the versioned form that scripts read.

Documented by ``docs/explanation.schema.json``, against which the tests hold every document.
"""

from typing import Any

from netsnap.diff.changes import Blind, Change
from netsnap.explain.explanation import (
    VERSION,
    Cause,
    Effect,
    Evidence,
    Explanation,
    Observation,
    PairChange,
    PairGroup,
    Pairs,
    Pending,
    When,
)
from parsers.answer import Snapshot

Json = dict[str, Any]


def document(told: Explanation, t1: Snapshot, t2: Snapshot, *, all_pairs: bool = False) -> Json:
    """Return the explanation as JSON-ready data; ``all_pairs`` adds every pair by name."""
    return {
        "version": VERSION,
        "verdict": str(told.verdict),
        "sentence": told.sentence,
        "t1": _snapshot(t1),
        "t2": _snapshot(t2),
        "causes": [_cause(each) for each in told.causes],
        "pairs": pairs(told.pairs, every=all_pairs),
        "changes": [change(each) for each in told.difference.changes],
        "blind": [blind(each) for each in told.difference.blind],
        "noise": list(told.noise),
        "witnesses": list(told.witnesses),
        "observed": [_observation(each) for each in told.observed],
        "pending": [_pending(each) for each in told.pending],
    }


def pairs(told: Pairs, *, every: bool = False) -> Json:
    """Return what became of pairs, by kind; ``every`` adds each pair by name."""
    found: Json = {
        "total": told.total,
        "working": told.working,
        "lost": [_pair(each) for each in told.lost],
        "restored": [_pair(each) for each in told.restored],
        "never_worked": [_pair(each) for each in told.never_worked],
        "new": [_pair(each) for each in told.new],
        "gone": [_pair(each) for each in told.gone],
        "unknown": [_pair(each) for each in told.unknown],
        "groups": [_group(each) for each in told.lost_groups],
        "outside_lost": [_pair(each) for each in told.outside_lost],
        "outside_restored": [_pair(each) for each in told.outside_restored],
        "outside_unknown": [_pair(each) for each in told.outside_unknown],
    }
    if every:
        found["all"] = [_pair(each) for each in told.all]
    return found


def _snapshot(snapshot: Snapshot) -> Json:
    return {
        "id": snapshot.id,
        "label": snapshot.label,
        "started": snapshot.started.isoformat(),
        "ended": snapshot.ended.isoformat(),
        "nodes": {view.node: str(view.reach) for view in snapshot.nodes},
    }


def _cause(cause: Cause) -> Json:
    return {
        "node": cause.node,
        "netns": cause.netns,
        "what": cause.what,
        "subject": cause.subject,
        "before": cause.before,
        "after": cause.after,
        "proof": str(cause.proof),
        "pairs_explained": len(cause.explains),
        "explains": [list(pair) for pair in cause.explains],
        "sentence": cause.sentence,
        "evidence": [evidence(each) for each in cause.evidence],
        "consequences": [_effect(each) for each in cause.consequences],
        "pings": {"agree": cause.agree, "disagree": cause.disagree},
        "when": _when(cause.when),
    }


def _when(when: When | None) -> Json | None:
    if when is None:
        return None
    return {
        "earliest": when.earliest.isoformat(),
        "latest": when.latest.isoformat(),
        "at": when.at.isoformat() if when.at else None,
        "by": when.by,
    }


def _effect(effect: Effect) -> Json:
    return {
        "node": effect.node,
        "netns": effect.netns,
        "what": effect.what,
        "sentence": effect.sentence,
        "evidence": [evidence(each) for each in effect.evidence],
    }


def _pending(pending: Pending) -> Json:
    return {
        "cause": _cause(pending.cause),
        "sessions": list(pending.sessions),
        "until": pending.until.isoformat() if pending.until else None,
        "timer": pending.timer,
        "pairs": [_pair(each) for each in pending.pairs],
    }


def _observation(seen: Observation) -> Json:
    return {
        "kind": str(seen.kind),
        "between": "nodes" if seen.of_nodes else "workloads",
        "size": seen.size,
        "sentence": seen.sentence,
        "pairs": [[each.source, each.target] for each in seen.pairs],
        "suspects": list(seen.suspects),
        "doubts": list(seen.doubts),
        "evidence": [evidence(each) for each in seen.evidence],
    }


def evidence(line: Evidence) -> Json:
    """Return one raw line with its place."""
    return {
        "snapshot": line.snapshot,
        "node": line.node,
        "netns": line.netns,
        "command": line.command,
        "time": line.time.isoformat() if line.time else None,
        "line": line.line,
        "text": line.text,
    }


def _pair(pair: PairChange) -> Json:
    return {
        "source": pair.source,
        "target": pair.target,
        "before": str(pair.before) if pair.before else None,
        "after": str(pair.after) if pair.after else None,
        "reason": pair.reason,
    }


def _group(group: PairGroup) -> Json:
    return {
        "sources": list(group.sources),
        "targets": list(group.targets),
        "pairs": group.pairs,
        "disposition": str(group.disposition),
        "reason": group.reason,
    }


def change(each: Change) -> Json:
    """Return one changed fact; values that JSON lacks become text."""
    return {
        "node": each.key.node,
        "netns": each.key.netns,
        "kind": each.key.kind,
        "identity": [_plain(part) for part in each.key.identity],
        "alteration": str(each.alteration),
        "fields": [
            {
                "name": field.name,
                "role": str(field.role),
                "before": _plain(field.before),
                "after": _plain(field.after),
            }
            for field in each.fields
        ],
    }


def blind(each: Blind) -> Json:
    """Return one blind spot, and the snapshots in which it lies."""
    return {
        "when": each.when,
        "node": each.spot.node,
        "netns": each.spot.netns,
        "probe": each.spot.probe,
        "subject": each.spot.subject,
        "kinds": sorted(each.spot.kinds),
        "reason": each.spot.reason,
        "unknown": list(each.spot.unknown),
        "lacking": each.spot.lacking,
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | bool | float):
        return value
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return str(value)
