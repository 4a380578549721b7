"""An explanation made by hand, with a node's hostile text in every place that takes text."""

from datetime import UTC, datetime

from collector.capture import Reach
from netsnap.diff.changes import Alteration, Blind, Change, Difference
from netsnap.explain.explanation import (
    OUTSIDE,
    Cause,
    Effect,
    Evidence,
    Explanation,
    PairChange,
    PairGroup,
    Pairs,
    Proof,
    Verdict,
)
from netsnap.model.disposition import Disposition
from parsers.answer import NodeView, Snapshot
from parsers.facts import BlindSpot, Key

HOSTILE = "\x1b[2J`x` ```<script>|*_[a](b)@all #1 \u202e"
T1 = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
T2 = datetime(2026, 11, 23, 12, 5, tzinfo=UTC)


def snapshot(time: datetime, digit: str) -> Snapshot:
    """Return an empty snapshot of one node."""
    view = NodeView("k8s2", "172.16.0.57", Reach.REACHED, "", time, time, 0.0)
    return Snapshot(digit * 64, "", time, time, (view,))


def explanation() -> Explanation:
    """Return a broken cluster's explanation."""
    evidence = Evidence("k8s2", "host", "ip route", T2, 3, HOSTILE, "t2")
    lost = PairChange(
        "default/a", "default/b", Disposition.DELIVERED, Disposition.LEFT_CLUSTER, HOSTILE
    )
    way_out = PairChange(
        "default/a", OUTSIDE, Disposition.LEFT_CLUSTER, Disposition.NEIGHBOUR_FAILED, "no answer"
    )
    cause = Cause(
        node="k8s2",
        netns="host",
        what="BGP session",
        subject="k8s2–k8s3",
        before="Established",
        after=HOSTILE,
        proof=Proof.COUNTERFACTUAL,
        sentence=f"BGP session k8s2–k8s3 fell: {HOSTILE}",
        evidence=(evidence,),
        consequences=tuple(
            Effect("k8s2", "host", "route", f"k8s2 lost the route {n} {HOSTILE}", (evidence,))
            for n in range(9)
        ),
        explains=(("default/a", "default/b"),),
    )
    key = Key("k8s2", "host", "route", (4, "main", "192.168.23.192/26", "", None, ""))
    spot = BlindSpot("k8s1", "host", "ip-route", "", frozenset({"route"}), HOSTILE, (HOSTILE,))
    pairs = Pairs(
        total=2,
        working=1,
        lost=(lost,),
        restored=(),
        never_worked=(),
        new=(),
        gone=(),
        unknown=(),
        lost_groups=(
            PairGroup(("default/a",), ("default/b",), 1, Disposition.LEFT_CLUSTER, HOSTILE),
        ),
        outside_lost=(way_out,),
        all=(lost,),
    )
    return Explanation(
        verdict=Verdict.BROKEN,
        sentence=f"1 of 2 pairs of workloads lost: {HOSTILE}",
        causes=(cause,),
        pairs=pairs,
        difference=Difference(
            (Change(key, Alteration.REMOVED, None, None),), (), (Blind(spot, "t2"),), 10, 3
        ),
        noise=("3 neighbour entries came, went or rotated",),
        witnesses=(HOSTILE,),
    )
