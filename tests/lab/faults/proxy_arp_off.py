"""proxy_arp of one pod's veth on k8s2 is switched off: nobody answers for the pod's gateway."""

from tests.lab.faults.effects import cut_off
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/iperf3-225180425-dkqlp"]
SWITCH = f"/proc/sys/net/ipv4/conf/{POD.veth}/proxy_arp"


def inject(lab: Lab) -> None:
    """Switch it off and have the pod forget its gateway's address."""
    _set(lab, "0")


def heal(lab: Lab) -> None:
    """Switch it on and have the pod ask again."""
    _set(lab, "1")


def _set(lab: Lab, value: str) -> None:
    lab.run(POD.node, f"echo {value} >{SWITCH}")
    lab.run_in_pod(POD.workload, "ip neigh flush dev eth0")


FAULT = Fault(
    "proxy-arp-off",
    f"k8s2 stops answering ARP on the veth of {POD.workload}",
    inject,
    heal,
    settled=cut_off(POD),
    lost=across((POD,), PODS.values()),
    outside=frozenset({POD.workload}),
    blame=(Blame((POD.node,), "sysctl", (f"{POD.veth}.proxy_arp",)),),
    innocent=("k8s1", "k8s3"),
    says=("proxy_arp", POD.name),
    slow=True,
)
