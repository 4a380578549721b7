"""What mended the pairs that came back: the search for causes with t1 and t2 in turned roles.

A change that, undone in the model of "t2 → t1", brings pairs back is one that, made in t1,
mends them.
"""

from dataclasses import replace

from netsnap.diff.changes import Alteration, Difference
from netsnap.explain.causes import Culprit, Trial, culprits, restorer
from netsnap.explain.cells import PairSet
from netsnap.explain.chain import parents
from netsnap.explain.events import Event, EventId, World
from netsnap.explain.links.happened import Happened
from netsnap.explain.matrix import Matrix
from netsnap.explain.naming import events
from netsnap.model.network import Network
from netsnap.model.revert import TURNED, mirrored


def menders(
    world: World,
    happened: dict[EventId, Event],
    earlier: tuple[Network, Matrix],
    restored: PairSet,
) -> tuple[Culprit, ...]:
    """Find the smallest set of events that brought ``restored`` back, most pairs first.

    ``earlier`` are the network of t1 and its matrix. The culprits' events are those of
    ``happened``, told forwards.
    """
    if not restored.held:
        return ()
    turned = World(world.after, world.before, _turned(world.difference), turned=True)
    happening = Happened(events(turned), turned)
    trial = Trial(
        happening, parents(happening), restored, restorer(*earlier, restored), earlier[1].homes
    )
    return tuple(
        replace(
            culprit,
            event=happened[culprit.event.id],
            follows=tuple(happened[each.id] for each in culprit.follows if each.id in happened),
        )
        for culprit in culprits(trial)
        if culprit.event.id in happened
    )


def _turned(difference: Difference) -> Difference:
    return replace(
        difference,
        changes=tuple(mirrored(change) for change in difference.changes),
        netns=tuple(
            replace(each, alteration=TURNED.get(each.alteration, Alteration.RENEWED))
            for each in difference.netns
        ),
    )
