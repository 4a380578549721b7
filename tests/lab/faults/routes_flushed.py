"""Something restarts k8s2's network and flushes the routes it does not know: all pods' at once."""

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import PODS

ALONE = workloads_on("k8s2")
LOST = across(pods_on("k8s2"), PODS.values())


def inject(lab: Lab) -> None:
    """Flush what was set without naming a protocol: the pods' routes."""
    lab.run("k8s2", "ip route flush proto boot")


def heal(lab: Lab) -> None:
    """Put the routes back."""
    for pod in pods_on("k8s2"):
        lab.wire(pod.workload)


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)
    outside_lost(lab, ALONE)


FAULT = Fault(
    "pod-routes-flushed",
    "all routes to pods are flushed on k8s2",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=ALONE,
    blame=tuple(Blame(("k8s2",), "route", (pod.address,)) for pod in pods_on("k8s2")),
    innocent=("k8s1", "k8s3"),
    says=("k8s2 has no route to", "192.168.167.8"),
    slow=True,
)
