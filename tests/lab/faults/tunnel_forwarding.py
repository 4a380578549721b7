"""k8s1's forwarding entry for the tunnel of k8s3 is gone, or leads to k8s2."""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named
from tests.lab.settings.overlay import DEVICE, mac, overlay

FAR, WRONG = node_named("k8s3"), node_named("k8s2")
LOST = across(pods_on("k8s1"), pods_on("k8s3"))


def delete(lab: Lab) -> None:
    """Take the entry away."""
    lab.run("k8s1", f"bridge fdb del {mac(FAR)} dev {DEVICE} dst {FAR.address} self")


def mislead(lab: Lab) -> None:
    """Have it lead to another node."""
    lab.run(
        "k8s1", f"bridge fdb replace {mac(FAR)} dev {DEVICE} dst {WRONG.address} self permanent"
    )


def heal(lab: Lab) -> None:
    """Have it lead where it should."""
    lab.run("k8s1", f"bridge fdb replace {mac(FAR)} dev {DEVICE} dst {FAR.address} self permanent")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)


FAULTS = (
    Fault(
        "tunnel-entry-gone",
        "k8s1 has no forwarding entry for the tunnel of k8s3",
        delete,
        heal,
        settled,
        lost=LOST,
        blame=(Blame(("k8s1",), "forwarding entry", (mac(FAR),)),),
        innocent=("k8s2", "k8s3"),
        says=("k8s1 has no forwarding entry", mac(FAR)),
        setting=overlay,
    ),
    Fault(
        "tunnel-entry-wrong",
        "k8s1 sends what is for the tunnel of k8s3 to k8s2",
        mislead,
        heal,
        settled,
        lost=LOST,
        blame=(Blame(("k8s1",), "forwarding entry", (mac(FAR),)),),
        innocent=("k8s2", "k8s3"),
        says=("k8s1 sends", mac(FAR), "k8s2"),
        setting=overlay,
        slow=True,
    ),
)
