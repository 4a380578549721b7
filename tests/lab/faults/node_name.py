"""k8s3 is called otherwise than Calico's Node: what exists works, new pods would not."""

from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab

NAME = "worker-03.example.org"
FILE = "/var/lib/calico/nodename"


def inject(lab: Lab) -> None:
    """Give it another hostname, and have calico/node write it down after a restart."""
    lab.run("k8s3", f"hostname {NAME}; printf %s {NAME} >{FILE}")


def heal(lab: Lab) -> None:
    """Give it the old one."""
    lab.run("k8s3", f"hostname k8s3; printf %s k8s3 >{FILE}")


FAULT = Fault(
    "node-name-changed",
    f"k8s3 calls itself {NAME}",
    inject,
    heal,
    settled=whole,
    says=(f"k8s3 calls itself {NAME} to Calico, and Calico has no such Node",),
    slow=True,
)
