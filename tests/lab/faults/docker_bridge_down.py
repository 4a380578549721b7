"""The bridge of a docker network on k8s2: set down, or without its address, the gateway."""

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS
from tests.lab.settings.docker_bridge import BRIDGE, CACHE, FRONT, NODE, docker_bridge

BOTH = (CACHE, FRONT)
LOST = across(BOTH, PODS.values())
ALONE = frozenset(pod.workload for pod in BOTH)
GATEWAY = "10.44.0.1/24"


def set_down(lab: Lab) -> None:
    """Set the bridge down; the network's route goes with it."""
    lab.run(NODE, f"ip link set {BRIDGE} down")


def set_up(lab: Lab) -> None:
    """Set it up."""
    lab.run(NODE, f"ip link set {BRIDGE} up")


def take_address(lab: Lab) -> None:
    """Delete the gateway's address; the network's route goes with it."""
    lab.run(NODE, f"ip addr del {GATEWAY} dev {BRIDGE}")


def give_address(lab: Lab) -> None:
    """Put it back."""
    lab.run(NODE, f"ip addr replace {GATEWAY} brd + dev {BRIDGE}")


def all_settled(lab: Lab) -> None:
    """The bridge passes nothing between its ports either."""
    settled(lab)
    pairs_lost(lab, across((CACHE,), (FRONT,)))


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)
    outside_lost(lab, ALONE)


FAULTS = (
    Fault(
        "docker-bridge-down",
        f"{BRIDGE} of {NODE} is set down",
        set_down,
        set_up,
        all_settled,
        lost=LOST | across((CACHE,), (FRONT,)),
        outside=ALONE,
        blame=(Blame((NODE,), "interface", (BRIDGE,)),),
        innocent=("k8s1", "k8s3"),
        says=(BRIDGE, "is down"),
        setting=docker_bridge,
        slow=True,
    ),
    Fault(
        "docker-gateway-gone",
        f"{BRIDGE} of {NODE} loses its address, which is the gateway of its containers",
        take_address,
        give_address,
        settled,
        lost=LOST,
        outside=ALONE,
        blame=(Blame((NODE,), "address", ("10.44.0.1",)),),
        innocent=("k8s1", "k8s3"),
        says=("10.44.0.1",),
        setting=docker_bridge,
        slow=True,
    ),
)
