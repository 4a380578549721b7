"""A node that nobody reaches: neither netsnap nor its neighbours. What it has is not gone."""

from tests.lab.faults import bgp_cut
from tests.lab.faults.effects import unknown_to_others
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import MANAGEMENT_NIC

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Pull both of its cables."""
    lab.port("k8s3", "down")
    lab.run("k8s3", f"ip link set {MANAGEMENT_NIC} down")


def heal(lab: Lab) -> None:
    """Plug them in again."""
    lab.run("k8s3", f"ip link set {MANAGEMENT_NIC} up")
    lab.port("k8s3", "up")
    lab.default_route("k8s3")


def cut_unseen(lab: Lab) -> None:
    """Cut a session, and let nobody see the third node."""
    bgp_cut.inject(lab)
    lab.run("k8s1", f"ip link set {MANAGEMENT_NIC} down")


def seen_again(lab: Lab) -> None:
    """Let the session come up, and the node be seen."""
    lab.run("k8s1", f"ip link set {MANAGEMENT_NIC} up")
    bgp_cut.heal(lab)


FAULTS = (
    Fault(
        "node-cut-off",
        "both NICs of k8s3 lose their link",
        inject,
        heal,
        unknown_to_others("k8s3"),
        lost=LOST,
        may_lose=across(pods_on("k8s3"), pods_on("k8s3")),
        outside=workloads_on("k8s3"),
        blame=(Blame(("k8s3",), "node", ("k8s3",)),),
        innocent=("k8s1", "k8s2"),
        says=("k8s3 was not reached",),
        slow=True,
    ),
    Fault(
        "node-unread-and-bgp-cut",
        "k8s1 cannot be read while the session k8s2–k8s3 is cut",
        cut_unseen,
        seen_again,
        bgp_cut.settled,
        lost=bgp_cut.LOST,
        blame=bgp_cut.FAULT.blame,
        innocent=("k8s1",),
        says=bgp_cut.FAULT.says,
        slow=True,
    ),
)
