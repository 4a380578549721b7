"""udev gives k8s3's tunnel another hardware address; its peers still send to the old one.

The change also costs k8s3 what it had been told of its peers: putting the address back is not
enough, which is the second fault.
"""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES, node_named
from tests.lab.settings.overlay import DEVICE, mac, neighbour, overlay

NODE = node_named("k8s3")
OTHERS = tuple(each for each in NODES if each is not NODE)
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Set another address, as MACAddressPolicy=persistent does at a boot."""
    lab.run(NODE.name, f"ip link set {DEVICE} address 66:aa:aa:aa:aa:03")


def set_back(lab: Lab) -> None:
    """Set another address and the right one again: the neighbours are gone for good."""
    inject(lab)
    lab.run(NODE.name, f"ip link set {DEVICE} address {mac(NODE)}")


def heal(lab: Lab) -> None:
    """Set the address back, and tell the node of its peers again."""
    told = "; ".join(neighbour(other) for other in OTHERS)
    lab.run(NODE.name, f"ip link set {DEVICE} address {mac(NODE)}; {told}")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)


FAULTS = (
    Fault(
        "tunnel-mac",
        "the VXLAN device of k8s3 has another hardware address than its peers know",
        inject,
        heal,
        settled,
        lost=LOST,
        blame=(Blame(("k8s3",), "interface", (DEVICE,)),),
        innocent=("k8s1", "k8s2"),
        says=(DEVICE, "66:aa:aa:aa:aa:03"),
        setting=overlay,
    ),
    Fault(
        "tunnel-neighbours-flushed",
        "k8s3 does not know the hardware addresses of its tunnel's peers any more",
        set_back,
        heal,
        settled,
        lost=LOST,
        blame=tuple(Blame(("k8s3",), "neighbour", (other.block[:-3],)) for other in OTHERS),
        innocent=("k8s1", "k8s2"),
        says=("k8s3 knows no hardware address",),
        setting=overlay,
        slow=True,
    ),
)
