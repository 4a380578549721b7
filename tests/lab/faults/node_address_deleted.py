"""k8s3 loses its address (a DHCP lease that ran out): the kernel takes its routes with it."""

from dataclasses import replace

from tests.lab.faults import nic_down
from tests.lab.faults.fault import Blame, Fault
from tests.lab.lab import Lab
from tests.lab.plan import NIC, node_named

NODE = node_named("k8s3")


def inject(lab: Lab) -> None:
    """Delete the address."""
    lab.run("k8s3", f"ip addr del {NODE.address}/24 dev {NIC}")


def heal(lab: Lab) -> None:
    """Give it back; the default route went with it."""
    lab.run("k8s3", f"ip addr replace {NODE.address}/24 brd + dev {NIC} metric 100")
    lab.default_route("k8s3")


FAULT: Fault = replace(  # what it costs is what the NIC's end costs
    nic_down.FAULT,
    name="node-address-deleted",
    summary=f"{NODE.address} is taken from k8s3",
    inject=inject,
    heal=heal,
    blame=(Blame(("k8s3",), "address", (f"{NODE.address}/24",)),),
    says=(f"Calico takes k8s3 to be at {NODE.address}", "does not have it"),
)
