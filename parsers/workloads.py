"""Which of a node's runtimes can tell whose a network namespace is, and which of them did not."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from collector.capture import Outcome, Reach
from parsers.answer import Answer, NodeView
from parsers.catalogue import ENTRIES
from parsers.names import runtimes_of
from parsers.records import Container, ContainerSummary, NetworkNamespace

NAMING = {
    each.probe.name: each.probe.name.partition("-")[0]
    for each in ENTRIES
    if Container in each.kinds and each.probe.command
}
"""The questions that name workloads, and the runtime that each asks."""

_RUNTIMES = frozenset(
    each.probe.name for each in ENTRIES if {Container, ContainerSummary}.intersection(each.kinds)
)


def why_not_whole(answer: Answer) -> str:
    """Say why an answer proves no absence, "" if it does."""
    if answer.reading.blind or answer.outcome is not Outcome.ANSWERED:
        return answer.reading.blind or answer.detail or answer.outcome.value
    unknown = answer.reading.ledger.unknown_count
    if not unknown:
        return ""
    return "1 line is not understood" if unknown == 1 else f"{unknown} lines are not understood"


def lacks(answer: Answer) -> bool:
    """Say whether the node has nobody who could have answered."""
    return answer.outcome is Outcome.MISSING or answer.reading.lacking


def stood_in_for(answer: Answer, answers: Sequence[Answer]) -> bool:
    """Say whether a runtime that the node does not have hides nothing: it has another one."""
    if answer.question.probe not in _RUNTIMES or not lacks(answer):
        return False
    what = answer.question.probe.partition("-")[2] == "inspect"
    return any(
        other.question.probe in _RUNTIMES
        and (other.question.probe.partition("-")[2] == "inspect") == what
        and not lacks(other)
        for other in answers
    )


@dataclass(frozen=True, slots=True)
class Doubts:
    """Why a namespace without a known container may have one all the same.

    ``all`` holds for every namespace, ``by_runtime`` for those that could be that runtime's.
    """

    all: str
    by_runtime: dict[str, str]

    def of(self, namespace: NetworkNamespace | None) -> str:
        """Return the doubt of one namespace (None: one that is not in the list), "" if none."""
        if self.all or not self.by_runtime:
            return self.all
        possible = None if namespace is None else runtimes_of(namespace)
        found = (why for who, why in self.by_runtime.items() if possible is None or who in possible)
        return next(found, "")


def doubts(view: NodeView) -> Doubts:
    """Say what of a node's workloads could not be told.

    A node without docker has no docker containers: that is an answer. So is a node without any
    runtime. A runtime that was not asked is one that the asking program did not know.
    """
    by_probe = {answer.question.probe: answer for answer in view.answers}
    listed = by_probe.get("netns")
    if listed is None:
        return Doubts("the node was not asked for its network namespaces", {})
    if why := why_not_whole(listed):
        return Doubts(f"the node's network namespaces could not be read ({why})", {})
    if not NAMING.keys() & by_probe.keys():
        return Doubts("the node was not asked for its containers", {})
    return Doubts("", dict(_by_runtime(view, by_probe)))


def _by_runtime(view: NodeView, by_probe: dict[str, Answer]) -> Iterator[tuple[str, str]]:
    for probe, runtime in NAMING.items():
        answer = by_probe.get(probe)
        if answer is None:
            if view.reach is not Reach.REACHED:
                yield runtime, "the node was not asked for its containers"
        elif not lacks(answer) and (why := why_not_whole(answer)):
            yield runtime, f"the node's containers could not be read ({why})"
