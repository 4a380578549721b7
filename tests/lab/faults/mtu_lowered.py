"""Interfaces that take smaller packets than what is sent to them: small pings all come back."""

from collections.abc import Callable

from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import NIC, NODES, PODS, Pod, node_named
from tests.lab.settings.overlay import INNER, PLAIN, overlay

NODE = node_named("k8s3")
LOW = 1300


def lower(lab: Lab) -> None:
    """Set the MTU of the NIC."""
    lab.run(NODE.name, f"ip link set {NIC} mtu {LOW}")


def heal(lab: Lab) -> None:
    """Set it back; addresses and routes stay."""
    lab.run(NODE.name, f"ip link set {NIC} mtu {PLAIN}")


def enlarge(lab: Lab) -> None:
    """Set the MTU of the pods, as another CNI configuration does; that of the tunnel stays."""
    _pods(lab, PLAIN)


def shrink(lab: Lab) -> None:
    """Set it back, and forget what routers told of smaller packets."""
    _pods(lab, INNER)
    for pod in PODS.values():
        lab.run_in_pod(pod.workload, "ip route flush cache")


def _pods(lab: Lab, mtu: int) -> None:
    for pod in PODS.values():
        lab.run(pod.node, f"ip link set {pod.veth} mtu {mtu}")
        lab.run_in_pod(pod.workload, f"ip link set eth0 mtu {mtu}")


def _too_big(source: Pod, target: Pod, size: int) -> Callable[[Lab], None]:
    ping = (
        f"ping -n -q -c 1 -W 1 -M do -s {size} {target.address} >/dev/null && echo yes || echo no"
    )
    return lambda lab: _wait(lambda: lab.run_in_pod(source.workload, ping).strip() == "no")


def _wait(true: Callable[[], bool]) -> None:
    wait_until(true, 10.0, "packets of full size are lost")


FAULTS = (
    Fault(
        "nic-mtu-lowered",
        f"{NODE.name}'s NIC takes packets of {LOW} bytes at most, and its peers send larger ones",
        lower,
        heal,
        _too_big(NODES[0].pods[0], NODE.pods[0], PLAIN - 28),
        says=(f"only packets of up to {LOW} bytes pass: {NIC} of {NODE.name}",),
        verdicts=("broken",),
        pings=True,
        slow=True,
    ),
    Fault(
        "tunnel-mtu-outgrown",
        "pods send larger packets than the tunnels between their nodes take",
        enlarge,
        shrink,
        _too_big(NODES[0].pods[0], NODE.pods[0], PLAIN - 28),
        says=("tunnel", str(INNER)),
        setting=overlay,
        pings=True,
        slow=True,
    ),
)
