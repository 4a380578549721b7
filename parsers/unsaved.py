"""Facts of a sweep that is not kept: to learn something before the one that is."""

from collector.capture import Capture, Sweep, Visit
from parsers.answer import Answer, NodeView, Snapshot
from parsers.assemble import assemble
from parsers.facts import Facts
from parsers.read import read


def facts_of(done: Sweep) -> Facts:
    """Read a sweep's answers without a history. Nothing is masked: show none of it."""
    views = tuple(_view(visit) for visit in done.visits)
    return assemble(Snapshot("", "", done.started, done.ended, views))


def _view(visit: Visit) -> NodeView:
    return NodeView(
        visit.node,
        visit.address,
        visit.reach,
        visit.detail,
        visit.started,
        visit.ended,
        visit.clock_offset,
        tuple(_answer(capture) for capture in visit.captures),
    )


def _answer(capture: Capture) -> Answer:
    return Answer(
        capture.node,
        capture.question,
        capture.command,
        capture.outcome,
        capture.exit_status,
        capture.started,
        capture.duration,
        capture.detail,
        digest="",
        error_digest="",
        reading=read(capture),
    )
