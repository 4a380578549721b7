"""What moves on a healthy cluster: traffic, counters, neighbour entries, exec into a container."""

from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.plan import NIC, NODES


def inject(lab: Lab) -> None:
    """Ping, flush neighbours and have them learned again, run something in each container."""
    for node in NODES:
        lab.run(node.name, f"ip neigh flush dev {NIC}")
        for pod in node.pods:
            lab.run(node.name, f"docker exec {pod.app_container} ls / >/dev/null")
            lab.run_in_pod(pod.workload, "ip neigh flush dev eth0")
    lab.ping_matrix()


def heal(_: Lab) -> None:
    """Nothing is broken."""


FAULT = Fault("churn-only", "only traffic and timers move", inject, heal, settled=whole)
