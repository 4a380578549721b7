"""A pod on k8s2 restarted and wired at once: other pids and indexes, the same workload."""

from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/iperf3-225180425-dkqlp"]


def inject(lab: Lab) -> None:
    """Restart the pause container and its application."""
    lab.restart_pod(POD.workload)


def heal(_: Lab) -> None:
    """Nothing is broken."""


FAULT = Fault(
    "container-restarted",
    f"the containers of {POD.workload} are restarted",
    inject,
    heal,
    settled=whole,
)
