"""BIRD on k8s3 hangs: it is there and says nothing, and its peers wait for it in vain."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Stop the process, as a debugger or a frozen control group does."""
    lab.run("k8s3", "kill -s STOP $(cat /run/bird.pid)")


def heal(lab: Lab) -> None:
    """Let it go on."""
    lab.run("k8s3", "kill -s CONT $(cat /run/bird.pid)")


def settled(lab: Lab) -> None:
    """The peers give up after the hold time; k8s3's own routes stay."""
    block_withdrawn(lab, "k8s3", at=("k8s1", "k8s2"))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "bird-hung",
    "BIRD on k8s3 hangs",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s3",), "daemon", ("bird", "BIRD")),),
    innocent=("k8s1", "k8s2"),
    says=("bird on k8s3 is stopped",),
)
