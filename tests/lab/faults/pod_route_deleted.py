"""The /32 route to a pod on k8s2 is deleted; its veth and its containers are well."""

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/netperf-903608992-kbdqx"]
LOST = across((POD,), PODS.values())
ALONE = frozenset({POD.workload})


def inject(lab: Lab) -> None:
    """Delete the route; packets to the pod fall into the node's own blackhole."""
    lab.run("k8s2", f"ip route del {POD.address} dev {POD.veth}")


def heal(lab: Lab) -> None:
    """Put the route back."""
    lab.wire(POD.workload)


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)
    outside_lost(lab, ALONE)


FAULT = Fault(
    "pod-route-deleted",
    f"the route to {POD.workload} is deleted on its node",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=ALONE,
    blame=(Blame(("k8s2",), "route", (POD.address,)),),
    innocent=("k8s1", "k8s3"),
    says=("k8s2 has no route to", "192.168.167.85"),
)
