"""Forwarding switched off on one pod's veth: what the pod sends ends there, the rest is well."""

from tests.lab.faults.effects import cut_off
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/iperf3-225180425-dkqlp"]
SWITCH = f"/proc/sys/net/ipv4/conf/{POD.veth}/forwarding"


def inject(lab: Lab) -> None:
    """Switch it off."""
    lab.run(POD.node, f"echo 0 >{SWITCH}")


def heal(lab: Lab) -> None:
    """Switch it on."""
    lab.run(POD.node, f"echo 1 >{SWITCH}")


FAULT = Fault(
    "veth-forwarding-off",
    f"k8s2 stops forwarding what comes from {POD.workload}",
    inject,
    heal,
    settled=cut_off(POD),
    lost=across((POD,), PODS.values()),
    outside=frozenset({POD.workload}),
    blame=(Blame((POD.node,), "sysctl", (f"{POD.veth}.forwarding",)),),
    innocent=("k8s1", "k8s3"),
    says=("k8s2", POD.name),
    slow=True,
)
