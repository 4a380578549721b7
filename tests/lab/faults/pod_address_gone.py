"""The address of a pod on k8s1 is deleted inside it; its veth and routes are well."""

from tests.lab.faults.effects import cut_off
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/iperf3-225180425-x8kdz"]


def inject(lab: Lab) -> None:
    """Delete the address."""
    lab.run_in_pod(POD.workload, f"ip addr del {POD.address}/32 dev eth0")


def heal(lab: Lab) -> None:
    """Wire the pod."""
    lab.wire(POD.workload)


FAULT = Fault(
    "pod-address-gone",
    f"{POD.workload} loses its address",
    inject,
    heal,
    settled=cut_off(POD),
    lost=across((POD,), PODS.values()),
    outside=frozenset({POD.workload}),
    blame=(Blame((POD.node,), "address", (POD.address,)),),
    innocent=("k8s2", "k8s3"),
    says=(POD.name, POD.address),
    slow=True,
)
