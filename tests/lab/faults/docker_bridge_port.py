"""What can befall a container's port of a docker bridge: taken off, blocked, isolated."""

from collections.abc import Callable

from tests.lab.faults.effects import outside_lost, pairs_lost
from tests.lab.faults.fault import Blame, Fault, Pair, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS
from tests.lab.settings.docker_bridge import (
    BRIDGE,
    CACHE,
    FRONT,
    NETWORK,
    NODE,
    docker_bridge,
    veth,
)

BOTH = (CACHE, FRONT)
CUT_OFF = across((CACHE,), (*PODS.values(), FRONT))
ALONE = frozenset({CACHE.workload})


def _on_veth(*commands: str) -> Callable[[Lab], None]:
    """Run commands on the node, with the name of each container's veth in them."""

    def act(lab: Lab) -> None:
        for command in commands:
            lab.run(NODE, command.format(cache=veth(lab, CACHE), front=veth(lab, FRONT)))

    return act


def disconnect(lab: Lab) -> None:
    """Take the container off the network, as docker does it."""
    lab.run(NODE, f"docker network disconnect {NETWORK} {CACHE.name}")


def connect(lab: Lab) -> None:
    """Put it back to its address."""
    lab.run(NODE, f"docker network connect --ip {CACHE.address} {NETWORK} {CACHE.name}")


def _fault(  # noqa: PLR0917 -- what differs between them
    name: str,
    inject: Callable[[Lab], None],
    heal: Callable[[Lab], None],
    blame: Blame,
    says: tuple[str, ...],
    lost: frozenset[Pair] = CUT_OFF,
) -> Fault:
    outside = ALONE if lost == CUT_OFF else frozenset[str]()

    def settled(lab: Lab) -> None:
        pairs_lost(lab, lost)
        outside_lost(lab, outside)

    return Fault(
        f"docker-{name}",
        f"docker's bridge {BRIDGE} on {NODE}: {name.replace('-', ' ')}",
        inject,
        heal,
        settled,
        lost=lost,
        outside=outside,
        blame=(blame,),
        innocent=("k8s1", "k8s3"),
        says=says,
        setting=docker_bridge,
        slow=True,
    )


FAULTS = (
    _fault(
        "port-detached",
        _on_veth("ip link set {cache} nomaster"),
        _on_veth(f"ip link set {{cache}} master {BRIDGE}"),
        Blame((NODE,), "interface", ("veth",)),
        (CACHE.workload, BRIDGE, "is no port"),
    ),
    _fault(
        "port-disabled",
        _on_veth("bridge link set dev {cache} state 0"),
        _on_veth("bridge link set dev {cache} state 3"),
        Blame((NODE,), "interface", ("veth",)),
        ("disabled on", BRIDGE),
    ),
    _fault(
        "ports-isolated",
        _on_veth(
            "bridge link set dev {cache} isolated on; bridge link set dev {front} isolated on"
        ),
        _on_veth(
            "bridge link set dev {cache} isolated off; bridge link set dev {front} isolated off"
        ),
        Blame((NODE,), "interface", ("veth",)),
        ("isolated from each other", CACHE.workload, FRONT.workload),
        across((CACHE,), (FRONT,)),
    ),
    _fault(
        "container-disconnected",
        disconnect,
        connect,
        Blame((NODE,), "container", (CACHE.name,)),
        (CACHE.workload, "no interface"),
    ),
)
