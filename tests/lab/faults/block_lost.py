"""k8s3 does not announce its block any more: its affinity is gone, its pods are still there."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named

NODE = node_named("k8s3")
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))
AFFINITY = f"k8s3-{NODE.block.replace('.', '-').replace('/', '-')}"


def inject(lab: Lab) -> None:
    """Delete the affinity, and do what confd makes of it: no static route, nothing exported."""
    lab.change_object("blockaffinity", AFFINITY, lambda _: "")
    conf = lab.bird_conf("k8s3").replace(f"  route {NODE.block} blackhole;\n", "")
    lab.configure_bird("k8s3", conf.replace(f"if ( net = {NODE.block} ) then accept;", ""))


def heal(lab: Lab) -> None:
    """Put the affinity back."""
    lab.restore_objects()
    lab.configure_bird("k8s3")


def settled(lab: Lab) -> None:
    """The others hear of it at once."""
    block_withdrawn(lab, "k8s3", at=("k8s1", "k8s2", "k8s3"))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "block-lost",
    f"k8s3's affinity for its block {NODE.block} is deleted",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("",), "Calico object", (AFFINITY,)),),
    innocent=("k8s1", "k8s2", "k8s3"),
    says=("k8s3 has no block with 192.168.23.194, 192.168.23.195",),
    slow=True,
)
