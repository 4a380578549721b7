"""A container comes back with another address, and another container has its old one."""

from dataclasses import replace

from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.plan import Pod
from tests.lab.settings.docker_bridge import CACHE, FRONT, NODE, docker_bridge


def inject(lab: Lab) -> None:
    """Stop both and start them in the other order: docker gives addresses first come."""
    _restart(lab, FRONT, CACHE)


def heal(lab: Lab) -> None:
    """Start them in the first order."""
    _restart(lab, CACHE, FRONT)


def _restart(lab: Lab, *order: Pod) -> None:
    lab.run(NODE, f"docker stop -t 1 {CACHE.name} {FRONT.name} >/dev/null")
    for pod in order:
        lab.run(NODE, f"docker start {pod.name} >/dev/null")
        own = lab.run_in_pod(pod.workload, "ip -o -4 addr show eth0").split()[3].partition("/")[0]
        lab.guests[pod.workload] = replace(pod, address=own)


FAULT = Fault(
    "container-address-swapped",
    f"{CACHE.workload} and {FRONT.workload} come back with each other's address",
    inject,
    heal,
    settled=whole,
    tells=(CACHE.address, CACHE.workload, FRONT.workload),
    setting=docker_bridge,
    slow=True,
)
