"""A second firewall on k8s3 rejects what the first one lets through: each base chain counts."""

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import PODS

ALONE = workloads_on("k8s3")
LOST = across(pods_on("k8s3"), PODS.values())


def inject(lab: Lab) -> None:
    """Load a table of its own, as firewalld does; known flows go on, which no ping is."""
    lab.run(
        "k8s3",
        "nft 'add table inet firewalld; add chain inet firewalld filter_FORWARD "
        "{ type filter hook forward priority filter + 10; policy accept; }; "
        "add rule inet firewalld filter_FORWARD ct state established,related accept; "
        "add rule inet firewalld filter_FORWARD reject with icmpx type admin-prohibited'",
    )


def heal(lab: Lab) -> None:
    """Take the table away."""
    lab.run("k8s3", "nft delete table inet firewalld")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)
    outside_lost(lab, ALONE)


FAULT = Fault(
    "second-firewall",
    "a second firewall's table on k8s3 rejects all that is forwarded",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=ALONE,
    blame=(Blame(("k8s3",), "filter rule", ("inet firewalld",)),),
    innocent=("k8s1", "k8s2"),
    says=("k8s3 drops it", "reject with icmpx"),
)
