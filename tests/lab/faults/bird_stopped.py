"""BIRD on k8s3 ends in good order: its peers drop its block at once, its own routes stay."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Ask BIRD to end; `persist` leaves k8s3's routes in its kernel."""
    lab.run("k8s3", "kill $(cat /run/bird.pid)")


def heal(lab: Lab) -> None:
    """Start it again."""
    lab.start_daemons("k8s3")


def settled(lab: Lab) -> None:
    """The peers hear of it at once."""
    block_withdrawn(lab, "k8s3", at=("k8s1", "k8s2"))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "bird-stopped",
    "BIRD on k8s3 is stopped",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s3",), "daemon", ("bird", "BIRD")),),
    innocent=("k8s1", "k8s2"),
    says=("bird on k8s3", "is not running"),
)
