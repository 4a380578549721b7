"""TCP 179 dropped by k8s3's own firewall: both its sessions die."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Add an input chain that drops BGP."""
    lab.run(
        "k8s3",
        "nft 'add table inet firewall; "
        "add chain inet firewall input { type filter hook input priority -10; }; "
        "add rule inet firewall input tcp dport 179 drop; "
        "add rule inet firewall input tcp sport 179 drop'",
    )


def heal(lab: Lab) -> None:
    """Take the table away."""
    lab.run("k8s3", "nft delete table inet firewall")


def settled(lab: Lab) -> None:
    """The others drop k8s3's block, k8s3 theirs."""
    block_withdrawn(lab, "k8s3", at=("k8s1", "k8s2"))
    block_withdrawn(lab, "k8s1", at=("k8s3",))
    block_withdrawn(lab, "k8s2", at=("k8s3",))
    pairs_lost(lab, LOST)


FAULT = Fault(
    "bgp-cut-on-node",
    "k8s3's firewall drops TCP 179",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s3",), "filter rule", ("179", "firewall", "input")),),
    says=("a packet filter of k8s3 drops BGP",),
)
