"""Kernel switches and a routing rule that change, and that no packet feels."""

from tests.lab.faults import churn_only
from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.plan import NIC, PODS

POD = PODS["default/iperf3-225180425-dkqlp"]
CONF = "/proc/sys/net/ipv4/conf"


def inject(lab: Lab) -> None:
    """Have a veth answer ARP by proxy only, check sources loosely, and look up one table twice."""
    lab.run("k8s2", f"echo 8 >{CONF}/{POD.veth}/arp_ignore; ip neigh flush dev {POD.veth}")
    lab.run_in_pod(POD.workload, "ip neigh flush dev eth0")
    lab.run("k8s1", "ip rule add pref 30000 lookup main suppress_prefixlength 0")
    lab.run("k8s3", f"echo 2 >{CONF}/{NIC}/rp_filter; echo 0 >{CONF}/{NIC}/send_redirects")
    churn_only.inject(lab)


def heal(lab: Lab) -> None:
    """Put all of it back."""
    lab.run("k8s2", f"echo 0 >{CONF}/{POD.veth}/arp_ignore")
    lab.run("k8s1", "ip rule del pref 30000")
    lab.run("k8s3", f"echo 0 >{CONF}/{NIC}/rp_filter; echo 1 >{CONF}/{NIC}/send_redirects")


FAULT = Fault(
    "irrelevant-switches",
    "switches and a rule change that no packet feels",
    inject,
    heal,
    settled=whole,
)
