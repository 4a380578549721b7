"""k8s3's NIC is down for a second and up again: equal snapshots, and yet something happened."""

from tests.lab.faults import bird_restarted
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.plan import NIC


def inject(lab: Lab) -> None:
    """Let the link flap, and put back what the kernel took with it."""
    lab.run("k8s3", f"ip link set {NIC} down; sleep 1; ip link set {NIC} up")
    lab.default_route("k8s3")


def heal(_: Lab) -> None:
    """Nothing is broken any more."""


FAULT = Fault(
    "link-flap",
    f"{NIC} of k8s3 is set down and up again",
    inject,
    heal,
    settled=bird_restarted.settled,
    tells=(NIC, "k8s3"),
    slow=True,
)
