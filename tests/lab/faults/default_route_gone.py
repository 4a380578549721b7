"""k8s2's default route is deleted: proxy ARP stops answering for the pods' gateway.

The kernel answers for 169.254.1.1 only while it has a route there, so that every pod of the node
dies as soon as its ARP entry does, its neighbour on the same node included.
"""

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import PODS

ALONE = workloads_on("k8s2")
LOST = across(pods_on("k8s2"), PODS.values())


def inject(lab: Lab) -> None:
    """Delete the route and have the pods forget their gateway's address."""
    lab.run("k8s2", "ip route del default")
    _forget_gateway(lab)


def heal(lab: Lab) -> None:
    """Put the route back and have the pods ask again."""
    lab.default_route("k8s2")
    _forget_gateway(lab)


def settled(lab: Lab) -> None:
    """The effect is immediate, as the ARP entries are gone."""
    pairs_lost(lab, LOST)
    outside_lost(lab, ALONE)


def _forget_gateway(lab: Lab) -> None:
    for pod in pods_on("k8s2"):
        lab.run_in_pod(pod.workload, "ip neigh flush dev eth0")


FAULT = Fault(
    "default-route-gone",
    "k8s2's default route is deleted",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=ALONE,
    blame=(Blame(("k8s2",), "default route", ("default", "0.0.0.0/0")),),
    innocent=("k8s1", "k8s3"),
    says=("k8s2 has no default route",),
)
