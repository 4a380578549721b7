"""k8s3 loses power: its PID 1 ends, its NICs vanish from the switches, SSH does not answer."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import PODS

LOST = across(pods_on("k8s3"), PODS.values())


def inject(lab: Lab) -> None:
    """Cut the power."""
    lab.power_off("k8s3")


def heal(lab: Lab) -> None:
    """Start the node and its pods again: another boot, other containers' pids."""
    lab.power_on("k8s3")


def settled(lab: Lab) -> None:
    """The others let k8s3's sessions time out."""
    block_withdrawn(lab, "k8s3", at=("k8s1", "k8s2"))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "node-off",
    "k8s3 is powered off",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=workloads_on("k8s3"),
    blame=(Blame(("k8s3",), "node", ("k8s3",)),),
    innocent=("k8s1", "k8s2"),
    says=("k8s3 was not reached",),
)
