"""Docker's start (or ufw's) leaves k8s2 with a FORWARD policy of DROP and nothing that accepts."""

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import PODS

ALONE = workloads_on("k8s2")
LOST = across(pods_on("k8s2"), PODS.values())


def inject(lab: Lab) -> None:
    """Set the policy, which makes the table where there was none."""
    lab.run("k8s2", "iptables -P FORWARD DROP")


def heal(lab: Lab) -> None:
    """Set it back, and take the table away."""
    lab.run("k8s2", "iptables -P FORWARD ACCEPT; nft delete table ip filter")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)
    outside_lost(lab, ALONE)


FAULT = Fault(
    "forward-policy-drop",
    "k8s2's FORWARD chain drops what no rule accepts, and no rule does",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=ALONE,
    blame=(Blame(("k8s2",), "filter rule", ("ip filter FORWARD",)),),
    innocent=("k8s1", "k8s3"),
    says=("k8s2 drops it", "policy drop"),
    slow=True,
)
