"""dockerd on k8s2 is stopped in its tracks: docker does not answer, the pods are well."""

from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab


def inject(lab: Lab) -> None:
    """Stop the daemon; a client waits for its answer without end."""
    lab.run("k8s2", "kill -STOP $(cat /run/dockerd.pid)")


def heal(lab: Lab) -> None:
    """Let it go on."""
    lab.start_daemons("k8s2")


FAULT = Fault("dockerd-hung", "dockerd on k8s2 hangs", inject, heal, settled=whole, shown=False)
