"""Two snapshots in, an explanation out."""

from netsnap.diff.changes import Difference
from netsnap.explain.aftermath import aftermath
from netsnap.explain.beside import with_those_beside
from netsnap.explain.causes import Trial, culprits, restorer
from netsnap.explain.cells import PairSet
from netsnap.explain.chain import parents
from netsnap.explain.check import check
from netsnap.explain.checks.finding import Severity
from netsnap.explain.events import SESSION, World
from netsnap.explain.evidence import Raw, Witness
from netsnap.explain.explanation import Explanation
from netsnap.explain.inherited import taken_on_ways
from netsnap.explain.judged import judged, leading
from netsnap.explain.latent import is_all_told, latent, may_stop
from netsnap.explain.links.happened import Happened
from netsnap.explain.matrix import matrices, touched
from netsnap.explain.mending import menders
from netsnap.explain.naming import events
from netsnap.explain.noise import noise, witnesses
from netsnap.explain.observed import Comparison
from netsnap.explain.pairs import compare_pairs
from netsnap.explain.pending import forecasts
from netsnap.explain.pings import Pings
from netsnap.explain.reboot import with_what_lacks
from netsnap.explain.sessions import Sessions
from netsnap.explain.skew import Sweep
from netsnap.explain.story import story
from netsnap.explain.told import told_cause, told_mending, told_pending
from netsnap.explain.verdicts import Outcome, sentence, verdict
from parsers.facts import Facts


def explain(before: Facts, after: Facts, difference: Difference, raw: Raw) -> Explanation:
    """Say what changed between two snapshots, which change did it, and who is cut off.

    ``difference`` is ``netsnap.diff.compare(before, after)``; ``raw`` fetches the bytes of an
    answer by digest, for the evidence.
    """
    is_backwards = after.snapshot.started < before.snapshot.started
    world = World(before, after, difference, turned=is_backwards)
    then, now = matrices(before, after, difference.same)
    earlier, later = then.network, now.network
    pairs = Sweep(world).told(compare_pairs(then, now), now)
    happened = events(world)
    apart = touched(difference.changes, then, now)
    lost = PairSet.of(pairs.lost, pairs.outside_lost, apart=apart)
    restored = PairSet.of(pairs.restored, pairs.outside_restored, apart=apart)
    mended = menders(world, happened, (earlier, then), restored)
    happening = Happened(happened, world)
    trial = Trial(happening, parents(happening), lost, restorer(later, now, lost), now.homes)
    all_found = with_those_beside(culprits(trial), trial, Sessions(world, later))
    found = tuple(with_what_lacks(culprit, trial) for culprit in all_found)
    witness = Witness(before, after, raw, {})
    seen = Comparison(Pings(earlier), Pings(later), pairs, witness, difference)
    observed = seen.observations()
    causes = tuple(told_cause(culprit, world, witness, seen) for culprit in found)
    foreseen = forecasts(world, later, now)
    told = [event for culprit in found for event in (culprit.event, *culprit.follows)]
    awaited = [each.reason.event for each in foreseen]
    failed = pairs.never_worked
    follows = (each for culprit in found for each in culprit.follows)
    explained = frozenset(each.subject for each in follows if each.what == SESSION)
    outcome = Outcome(
        pairs=pairs,
        difference=difference,
        happened=tuple(happened.values()),
        unfollowed=tuple(event for event in happened.values() if may_stop(event, world)),
        causes=causes,
        pending=tuple(told_pending(each, trial, witness, seen) for each in foreseen),
        witnesses=witnesses(world, told),
        mended=story(mended[0], world).sentence if mended else "",
        aftermath=(
            tuple(aftermath(world, earlier, later, explained)) if pairs.lost or failed else ()
        ),
        takers=taken_on_ways(world),
        older=first_finding(after, raw) if failed and not pairs.lost else "",
    )
    modelled = verdict(outcome)
    final = judged(modelled, observed, pairs)
    own = sentence(final, outcome) if final is modelled else ""
    return Explanation(
        verdict=final,
        sentence=" ".join(filter(None, (own, leading(observed, final)))),
        causes=causes,
        pairs=pairs,
        difference=difference,
        noise=noise(told, world),
        witnesses=(
            *(f"mended: {told_mending(culprit, world)}" for culprit in mended),
            *latent(
                [e for e in trial.roots() if e not in told and e.id not in awaited],
                world,
                is_sure=is_all_told(pairs, causes, observed),
            ),
            *outcome.aftermath,
            *outcome.witnesses,
            *seen.notes(),
        ),
        observed=observed,
        pending=outcome.pending,
    )


def first_finding(facts: Facts, raw: Raw) -> str:
    """Return what ``netsnap check`` says first of a snapshot, "" if it finds nothing wrong."""
    found = (each.finding for each in check(facts, raw))
    return next((each.sentence for each in found if each.severity is not Severity.NOTICE), "")
