"""k8s3's tunnel is of another VNI: a leftover of another cluster. Its packets are nobody's."""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named
from tests.lab.settings.overlay import DEVICE, VNI, device, overlay

NODE = node_named("k8s3")
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Make the device anew, as its owner would, but for the VNI."""
    lab.run(NODE.name, f"ip link del {DEVICE}; {device(NODE, vni=VNI + 1)}")


def heal(lab: Lab) -> None:
    """Make it as it was."""
    lab.run(NODE.name, f"ip link del {DEVICE}; {device(NODE)}")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)


FAULT = Fault(
    "tunnel-vni",
    "the VXLAN device of k8s3 has another VNI than all others",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s3",), "interface", (DEVICE,)),),
    innocent=("k8s1", "k8s2"),
    says=(f"{DEVICE} of k8s3 has VNI {VNI + 1}",),
    setting=overlay,
    slow=True,
)
