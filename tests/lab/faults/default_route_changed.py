"""k8s2's default route points to an address that nobody has: only the outside is lost."""

from tests.lab.faults.effects import outside_lost
from tests.lab.faults.fault import Blame, Fault, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import NOBODY

ALONE = workloads_on("k8s2")


def inject(lab: Lab) -> None:
    """Replace the gateway."""
    lab.default_route("k8s2", NOBODY)


def heal(lab: Lab) -> None:
    """Put the gateway back."""
    lab.default_route("k8s2")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    outside_lost(lab, ALONE)


FAULT = Fault(
    "default-route-changed",
    "k8s2's default route leads to nobody",
    inject,
    heal,
    settled,
    outside=ALONE,
    blame=(Blame(("k8s2",), "default route", (NOBODY, "default", "0.0.0.0/0")),),
    innocent=("k8s1", "k8s3"),
    says=("172.16.0.253 on enp1s0f0 does not answer k8s2",),
)
