"""TCP 179 between k8s2 and k8s3 dropped in the switch: no node's configuration changes."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named

LOST = across(pods_on("k8s2"), pods_on("k8s3"))


def inject(lab: Lab) -> None:
    """Filter on the switch's bridge, between its ports."""
    ends = f"{{ {node_named('k8s2').address}, {node_named('k8s3').address} }}"
    rule = f"ip saddr {ends} ip daddr {ends} tcp"
    lab.run_on_switch(
        "nft 'add table bridge acl; "
        "add chain bridge acl forward { type filter hook forward priority 0; }; "
        f"add rule bridge acl forward {rule} dport 179 drop; "
        f"add rule bridge acl forward {rule} sport 179 drop'"
    )


def heal(lab: Lab) -> None:
    """Take the filter away."""
    lab.run_on_switch("nft delete table bridge acl")


def settled(lab: Lab) -> None:
    """Both ends let the session time out."""
    block_withdrawn(lab, "k8s3", at=("k8s2",))
    block_withdrawn(lab, "k8s2", at=("k8s3",))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "bgp-cut",
    "TCP 179 between k8s2 and k8s3 is dropped in the switch",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s2", "k8s3"), "BGP session", ("k8s2", "k8s3", "172.16.0.47", "172.16.0.57")),),
    innocent=("k8s1",),
    says=("the BGP session k8s2–k8s3",),
)
