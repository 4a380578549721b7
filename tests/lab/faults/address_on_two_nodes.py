"""k8s2 is given k8s3's address as well: a virtual address that was left behind."""

from tests.lab.faults.announcing import announce, silence
from tests.lab.faults.effects import unknown_to_others
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC, node_named

NODE = node_named("k8s3")
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Add it, and announce it as keepalived does."""
    lab.run("k8s2", f"ip addr add {NODE.address}/32 dev {NIC}")
    announce(lab, NODE, "k8s2", NIC)


def heal(lab: Lab) -> None:
    """Take it away and have the others forget it."""
    silence(lab, NODE)
    lab.run("k8s2", f"ip addr del {NODE.address}/32 dev {NIC}")


FAULT = Fault(
    "node-address-on-two-nodes",
    f"k8s2 has k8s3's {NODE.address}, too",
    inject,
    heal,
    unknown_to_others("k8s3"),
    lost=LOST,
    blame=(Blame(("k8s2",), "address", (f"{NODE.address}/32",)),),
    says=("k8s2 and k8s3 both have 172.16.0.47",),
    slow=True,
)
