"""k8s3's data NIC set down by hand: the kernel takes addresses' routes and the default route."""

from tests.lab.faults.effects import unknown_to_others
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Set the NIC down."""
    lab.run("k8s3", f"ip link set {NIC} down")


def heal(lab: Lab) -> None:
    """Set it up; the kernel does not bring the default route back."""
    lab.run("k8s3", f"ip link set {NIC} up")
    lab.default_route("k8s3")


FAULT = Fault(
    "nic-down",
    f"{NIC} of k8s3 is set down",
    inject,
    heal,
    unknown_to_others("k8s3"),
    lost=LOST,
    # Without a default route proxy ARP stops; the local pairs live as long as their ARP entries.
    may_lose=across(pods_on("k8s3"), pods_on("k8s3")),
    outside=workloads_on("k8s3"),
    blame=(Blame(("k8s3",), "interface", (NIC,)),),
    innocent=("k8s1", "k8s2"),
    says=("enp1s0f0 of k8s3", "is down"),
)
