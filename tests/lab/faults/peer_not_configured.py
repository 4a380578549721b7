"""k8s1's bird.cfg has no session with k8s3 any more: confd there does not follow the others."""

from tests.lab.faults.configured import only_lost, put_back
from tests.lab.faults.fault import Blame, Fault, across, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named

LOST = across(pods_on("k8s1"), pods_on("k8s3"))
HEAD = f"protocol bgp Mesh_{node_named('k8s3').session_suffix} "


def inject(lab: Lab) -> None:
    """Take the session out of k8s1's configuration; k8s3 still has its own."""
    parts = lab.bird_conf("k8s1").split("\n\n")
    lab.configure_bird("k8s1", "\n\n".join(each for each in parts if not each.startswith(HEAD)))


def heal(lab: Lab) -> None:
    """Put it back."""
    put_back(lab, "k8s1")


def settled(lab: Lab) -> None:
    """k8s3 hears that the session is gone."""
    only_lost(lab, LOST)


FAULT = Fault(
    "peer-not-configured",
    "k8s1's BIRD has no session with k8s3 in its configuration",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s1",), "BIRD configuration", ("Mesh_172_16_0_47",)),),
    innocent=("k8s2", "k8s3"),
    says=("k8s1", "k8s1 has none to k8s3"),
)
