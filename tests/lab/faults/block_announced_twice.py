"""k8s2 announces k8s3's block, too (a stale affinity): a part of the flows dies at k8s2."""

from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import node_named

OWNER, OTHER = node_named("k8s3"), node_named("k8s2")
AFFINITY = f"k8s2-{OWNER.block.replace('.', '-').replace('/', '-')}"


def inject(lab: Lab) -> None:
    """Add the affinity, and do what confd makes of it: a blackhole more, and it is exported."""
    lab.change_object("blockaffinity", AFFINITY.replace("k8s2", "k8s3"), _and_stale)
    conf = lab.bird_conf("k8s2").replace(
        f"  route {OTHER.block} blackhole;",
        f"  route {OTHER.block} blackhole;\n  route {OWNER.block} blackhole;",
    )
    accept = f"if ( net = {OTHER.block} ) then accept;"
    conf = conf.replace(accept, f"{accept}\n  {accept.replace(OTHER.block, OWNER.block)}")
    lab.configure_bird("k8s2", conf)


def _and_stale(affinity: str) -> str:
    return affinity + affinity.replace("k8s3", "k8s2")


def heal(lab: Lab) -> None:
    """Take the affinity away."""
    lab.restore_objects()
    lab.configure_bird("k8s2")


def settled(lab: Lab) -> None:
    """k8s1 splits what is for the block; which flow goes where is the kernel's hash."""
    show = f"ip route show exact {OWNER.block}"
    wait_until(lambda: "nexthop" in lab.run("k8s1", show), 20.0, "k8s1 has two next hops")
    wait_until(lambda: "blackhole" in lab.run("k8s2", show), 20.0, "k8s2 has a blackhole")


FAULT = Fault(
    "block-announced-twice",
    f"k8s2 announces {OWNER.block}, which is k8s3's",
    inject,
    heal,
    settled,
    lost=across(pods_on("k8s3"), pods_on("k8s2")),
    may_lose=across(pods_on("k8s3"), elsewhere("k8s3")),
    blame=(Blame(("",), "Calico object", (AFFINITY,)),),
    innocent=("k8s1", "k8s3"),
    says=("k8s2 and k8s3 both own the block 192.168.23.192/26",),
)
