"""Forwarding switched off on k8s3: routes and sessions are well, its pods are cut off."""

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import MANAGEMENT_NIC, PODS

ALONE = workloads_on("k8s3")
LOST = across(pods_on("k8s3"), PODS.values())


def inject(lab: Lab) -> None:
    """Write 0 to the switch; the kernel sets every interface's with it."""
    lab.run("k8s3", "echo 0 >/proc/sys/net/ipv4/ip_forward")


def heal(lab: Lab) -> None:
    """Write 1; the management NIC never forwards."""
    lab.run(
        "k8s3",
        "echo 1 >/proc/sys/net/ipv4/ip_forward; "
        f"echo 0 >/proc/sys/net/ipv4/conf/{MANAGEMENT_NIC}/forwarding",
    )


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)
    outside_lost(lab, ALONE)


FAULT = Fault(
    "forwarding-off",
    "k8s3 stops forwarding",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=ALONE,
    blame=(Blame(("k8s3",), "sysctl", ("forward",)),),
    innocent=("k8s1", "k8s2"),
    says=("k8s3 does not forward",),
)
