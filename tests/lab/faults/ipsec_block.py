"""An IPsec policy on k8s1 blocks what goes from its block to k8s2's: no route, no filter shows."""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named

FROM, TO = node_named("k8s1").block, node_named("k8s2").block
LOST = across(pods_on("k8s1"), pods_on("k8s2"))


def inject(lab: Lab) -> None:
    """Add the policy in both directions that a forwarded packet passes."""
    for way in ("out", "fwd"):
        lab.run("k8s1", f"ip xfrm policy add dir {way} src {FROM} dst {TO} action block")


def heal(lab: Lab) -> None:
    """Take both away."""
    lab.run("k8s1", "ip xfrm policy flush")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)


FAULT = Fault(
    "ipsec-block",
    f"an IPsec policy on k8s1 blocks {FROM} to {TO}",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s1",), "xfrm-policy", (TO,)),),
    innocent=("k8s2", "k8s3"),
    says=("IPsec", FROM, TO),
    slow=True,
)
