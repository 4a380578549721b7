"""The switch port of k8s3 goes down: a pulled cable. Routes stay, marked linkdown."""

from dataclasses import replace

from tests.lab.faults.effects import pairs_lost, unknown_to_others
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Set the switch's port down."""
    lab.port("k8s3", "down")


def heal(lab: Lab) -> None:
    """Set it up."""
    lab.port("k8s3", "up")


def at_once(lab: Lab) -> None:
    """BGP does not know of it before the hold time is over."""
    pairs_lost(lab, LOST)


_LATE = Fault(
    "carrier-lost",
    f"{NIC} of k8s3 loses its carrier",
    inject,
    heal,
    unknown_to_others("k8s3"),
    lost=LOST,
    outside=workloads_on("k8s3"),
    blame=(Blame(("k8s3",), "interface", (NIC,)),),
    innocent=("k8s1", "k8s2"),
    says=("enp1s0f0 of k8s3", "has no carrier"),
)

FAULTS = (
    _LATE,
    replace(
        _LATE,
        name="carrier-lost-early",
        summary=f"{NIC} of k8s3 lost its carrier, and the BGP sessions do not know it yet",
        settled=at_once,
        timers="bird",
        slow=True,
    ),
)
