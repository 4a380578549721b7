"""k8s3 was off and is on again: all is new on it, and a part of it did not come back."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost, whole
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import PODS

OUTWARD = across(pods_on("k8s3"), elsewhere("k8s3"))
ALL = across(pods_on("k8s3"), PODS.values())


def reboot(lab: Lab) -> None:
    """Cut the power and start the node with its pods."""
    lab.power_off("k8s3")
    lab.power_on("k8s3")


def reboot_without_forwarding(lab: Lab) -> None:
    """Reboot; what set ip_forward at t1 was done by hand and is not done again."""
    reboot(lab)
    lab.run("k8s3", "echo 0 >/proc/sys/net/ipv4/ip_forward")


def forward(lab: Lab) -> None:
    """Do it again."""
    lab.run("k8s3", "echo 1 >/proc/sys/net/ipv4/ip_forward")


def reboot_without_bird(lab: Lab) -> None:
    """Reboot; BIRD is not enabled and does not start."""
    reboot(lab)
    lab.run("k8s3", "kill $(cat /run/bird.pid)")


def start_bird(lab: Lab) -> None:
    """Start it."""
    lab.start_daemons("k8s3")


def nothing(_: Lab) -> None:
    """Nothing is broken."""


def _cut_off(lab: Lab) -> None:
    pairs_lost(lab, ALL)


def _unannounced(lab: Lab) -> None:
    block_withdrawn(lab, "k8s3", at=("k8s1", "k8s2"))
    pairs_lost(lab, OUTWARD)


FAULTS = (
    Fault("node-rebooted", "k8s3 is rebooted, and all comes back", reboot, nothing, whole),
    Fault(
        "node-rebooted-without-forwarding",
        "k8s3 is rebooted, and does not forward any more",
        reboot_without_forwarding,
        forward,
        _cut_off,
        lost=ALL,
        outside=workloads_on("k8s3"),
        blame=(Blame(("k8s3",), "node", ("k8s3",)),),
        innocent=("k8s1", "k8s2"),
        says=("k8s3", "forward"),
        slow=True,
    ),
    Fault(
        "node-rebooted-without-bird",
        "k8s3 is rebooted, and BIRD does not start",
        reboot_without_bird,
        start_bird,
        _unannounced,
        lost=OUTWARD,
        blame=(Blame(("k8s3",), "node", ("k8s3",)),),
        innocent=("k8s1", "k8s2"),
        says=("bird on k8s3", "is not running"),
        slow=True,
    ),
)
