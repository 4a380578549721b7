"""Strict reverse-path filtering on a node whose answers took another way all along."""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC
from tests.lab.settings import second_network

LOST = across(pods_on("k8s1"), pods_on("k8s2"))
SWITCH = f"/proc/sys/net/ipv4/conf/{NIC}/rp_filter"


def inject(lab: Lab) -> None:
    """Switch it on."""
    lab.run("k8s2", f"echo 1 >{SWITCH}")


def heal(lab: Lab) -> None:
    """Switch it off."""
    lab.run("k8s2", f"echo 0 >{SWITCH}")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)


FAULT = Fault(
    "strict-reverse-path",
    "k8s2 drops what comes by another way than its answers leave",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s2",), "sysctl", ("rp_filter",)),),
    innocent=("k8s1", "k8s3"),
    says=("the way back to", second_network.SECOND_NIC),
    setting=second_network.asymmetric,
    slow=True,
)
