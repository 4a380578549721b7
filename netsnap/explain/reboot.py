"""What a rebooted node came back without: the causes among what follows from its reboot."""

from dataclasses import replace

from netsnap.diff.changes import Alteration
from netsnap.explain.causes import Culprit, Trial, culprits
from netsnap.explain.events import NODE, Event
from netsnap.explain.explanation import Proof
from netsnap.explain.links.happened import Happened
from netsnap.explain.links.node import rebooted


def with_what_lacks(culprit: Culprit, trial: Trial) -> Culprit:
    """Return a reboot with what in it cost the pairs, which proves it; any other as it is.

    All on a rebooted node is new. What is there again as it was did no harm.
    """
    event = culprit.event
    if event.what != NODE or not any(map(rebooted, event.changes)):
        return culprit
    kept = {each.id: each for each in culprit.follows if not _is_the_same(each)}
    links = {id_: tuple(up for up in trial.links[id_] if up in kept) for id_ in kept}
    happened = Happened(kept, trial.happened.world)
    found = culprits(replace(trial, happened=happened, links=links, lost=culprit.explains))
    proved = bool(found) and all(each.proof is Proof.COUNTERFACTUAL for each in found)
    proof = Proof.COUNTERFACTUAL if proved else culprit.proof
    return replace(culprit, lacks=found, proof=proof, follows=_ordered(culprit, found))


def _is_the_same(event: Event) -> bool:
    """Say whether an event is no more than that a thing is another one of its name."""
    return bool(event.changes) and all(
        change.alteration is Alteration.RENEWED for change in event.changes
    )


def _ordered(culprit: Culprit, found: tuple[Culprit, ...]) -> tuple[Event, ...]:
    """List what follows from what lacks, and then what else is not as it was."""
    leading = [event for each in found for event in each.follows]
    own = {each.event.id for each in found}
    rest = (
        each
        for each in culprit.follows
        if each not in leading and each.id not in own and not _is_the_same(each)
    )
    return (*leading, *rest)
