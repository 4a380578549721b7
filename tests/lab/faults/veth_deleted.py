"""The host veth of a pod on k8s2 is deleted while its containers run on."""

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/iperf3-225180425-dkqlp"]
LOST = across((POD,), PODS.values())
ALONE = frozenset({POD.workload})


def inject(lab: Lab) -> None:
    """Delete one end; the kernel takes the other, the addresses and the routes."""
    lab.run("k8s2", f"ip link del {POD.veth}")


def heal(lab: Lab) -> None:
    """Wire the pod anew: same names and address, other interface indexes."""
    lab.wire(POD.workload)


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)
    outside_lost(lab, ALONE)


FAULT = Fault(
    "veth-deleted",
    f"the veth of {POD.workload} is deleted",
    inject,
    heal,
    settled,
    lost=LOST,
    outside=ALONE,
    blame=(Blame(("k8s2",), "interface", (POD.veth, "eth0", POD.name)),),
    innocent=("k8s1", "k8s3"),
    says=("cannot reach default/iperf3-225180425-dkqlp",),
)
