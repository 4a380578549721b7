"""A veth of a pod on k8s2 set down, at its host end or in the pod: the kernel takes its routes."""

from tests.lab.faults.effects import cut_off
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/netperf-903608992-kbdqx"]


def host_end_down(lab: Lab) -> None:
    """Set the host end down; the pod's /32 goes with it."""
    lab.run(POD.node, f"ip link set {POD.veth} down")


def pod_end_down(lab: Lab) -> None:
    """Set the pod's end down; the pod's routes go with it."""
    lab.run_in_pod(POD.workload, "ip link set eth0 down")


def heal(lab: Lab) -> None:
    """Wire the pod: what is down goes up, the routes come back."""
    lab.wire(POD.workload)


FAULTS = tuple(
    Fault(
        f"veth-down-{where}",
        f"{device} of {POD.workload} is set down",
        inject,
        heal,
        settled=cut_off(POD),
        lost=across((POD,), PODS.values()),
        outside=frozenset({POD.workload}),
        blame=(Blame((POD.node,), "interface", (device,)),),
        innocent=("k8s1", "k8s3"),
        says=(device, "is down"),
        slow=True,
    )
    for where, device, inject in (
        ("on-host", POD.veth, host_end_down),
        ("in-pod", "eth0", pod_end_down),
    )
)
