"""k8s3 loses its address (a DHCP lease that ran out): the kernel takes its routes with it."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC, node_named

NODE = node_named("k8s3")
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Delete the address."""
    lab.run("k8s3", f"ip addr del {NODE.address}/24 dev {NIC}")


def heal(lab: Lab) -> None:
    """Give it back; the default route went with it."""
    lab.run("k8s3", f"ip addr replace {NODE.address}/24 brd + dev {NIC} metric 100")
    lab.default_route("k8s3")


def settled(lab: Lab) -> None:
    """The others let k8s3's sessions time out."""
    block_withdrawn(lab, "k8s3", at=("k8s1", "k8s2"))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "node-address-deleted",
    f"{NODE.address} is taken from k8s3",
    inject,
    heal,
    settled,
    lost=LOST,
    # Without a default route proxy ARP stops; the local pairs live as long as their ARP entries.
    may_lose=across(pods_on("k8s3"), pods_on("k8s3")),
    outside=workloads_on("k8s3"),
    blame=(Blame(("k8s3",), "address", (f"{NODE.address}/24",)),),
    innocent=("k8s1", "k8s2"),
    says=(f"Calico takes k8s3 to be at {NODE.address}", "does not have it"),
)
