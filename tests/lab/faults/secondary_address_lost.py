"""An address of k8s3 is removed, and the kernel removes the secondary one, Calico's, with it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.faults.effects import unknown_to_others
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on, workloads_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC, node_named

NODE = node_named("k8s3")
PRIMARY = "172.16.0.33"
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


@contextmanager
def setting(lab: Lab) -> Iterator[None]:
    """Give k8s3 a primary address before the one that Calico uses."""
    _addresses(lab, PRIMARY, NODE.address)
    lab.wait_whole()
    try:
        yield
    finally:
        _addresses(lab, NODE.address)


def inject(lab: Lab) -> None:
    """Delete the primary address."""
    lab.run("k8s3", f"ip addr del {PRIMARY}/24 dev {NIC}")


def heal(lab: Lab) -> None:
    """Give both back, in their order."""
    _addresses(lab, PRIMARY, NODE.address)


def _addresses(lab: Lab, *addresses: str) -> None:
    adding = "; ".join(f"ip addr add {each}/24 brd + dev {NIC} metric 100" for each in addresses)
    switch = f"/proc/sys/net/ipv4/conf/{NIC}/promote_secondaries"
    lab.run("k8s3", f"echo 0 >{switch}; ip -4 addr flush dev {NIC}; {adding}")
    lab.default_route("k8s3")


FAULT = Fault(
    "secondary-address-lost",
    f"{PRIMARY} is taken from k8s3, and the kernel takes its secondary {NODE.address} with it",
    inject,
    heal,
    unknown_to_others("k8s3"),
    lost=LOST,
    may_lose=across(pods_on("k8s3"), pods_on("k8s3")),
    outside=workloads_on("k8s3"),
    blame=(Blame(("k8s3",), "address", (f"{PRIMARY}/24",)),),
    innocent=("k8s1", "k8s2"),
    says=(f"Calico takes k8s3 to be at {NODE.address}", "does not have it"),
    setting=setting,
    slow=True,
)
