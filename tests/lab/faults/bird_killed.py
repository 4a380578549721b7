"""BIRD on k8s3 is killed and not started again: its peers wait for it, then drop its block."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """End it as the kernel does when memory is short."""
    lab.run("k8s3", "kill -s KILL $(cat /run/bird.pid)")


def heal(lab: Lab) -> None:
    """Start it again."""
    lab.start_daemons("k8s3")


def settled(lab: Lab) -> None:
    """The peers keep the routes for the graceful restart time."""
    block_withdrawn(lab, "k8s3", at=("k8s1", "k8s2"))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "bird-killed",
    "BIRD on k8s3 is killed and stays away for longer than its peers wait",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s3",), "daemon", ("bird", "BIRD")),),
    innocent=("k8s1", "k8s2"),
    says=("bird on k8s3", "is not running"),
    slow=True,
)
