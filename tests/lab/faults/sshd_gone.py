"""sshd on k8s3 is gone: the node cannot be asked, its pods are well."""

from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab


def inject(lab: Lab) -> None:
    """End the listener; a connection is refused."""
    lab.run("k8s3", "kill $(cat /run/sshd.pid)")


def heal(lab: Lab) -> None:
    """Start it again."""
    lab.start_daemons("k8s3")


FAULT = Fault("sshd-gone", "sshd on k8s3 is gone", inject, heal, settled=whole, shown=False)
