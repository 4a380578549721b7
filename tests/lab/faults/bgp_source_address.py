"""k8s3's BIRD is to speak from an address that k8s3 does not have."""

from tests.lab.faults.configured import edit, put_back
from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))
OTHER = "10.99.9.9"


def inject(lab: Lab) -> None:
    """Name another source address, as a wrong autodetection does."""
    edit(lab, "k8s3", ("source address 172.16.0.47;", f"source address {OTHER};"))


def heal(lab: Lab) -> None:
    """Name the right one."""
    put_back(lab, "k8s3")


def settled(lab: Lab) -> None:
    """No session of k8s3's comes up again."""
    block_withdrawn(lab, "k8s3", at=("k8s1", "k8s2"))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "bgp-source-address-gone",
    f"k8s3's BIRD is to speak from {OTHER}, which k8s3 does not have",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s3",), "BIRD configuration", ("bgp_template",)),),
    innocent=("k8s1", "k8s2"),
    says=("k8s3", OTHER),
    slow=True,
)
