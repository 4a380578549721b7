"""One node's mistake that BGP takes to all: its origin is the node where BIRD did not put it."""

from collections.abc import Iterable
from functools import partial

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, Pair, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import GATEWAY, NIC
from tests.lab.settings import pool_export

PART = "192.168.23.192/27"  # of k8s3's block, with both of its pods
BRIDGE = "docker0"
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def lead_astray(lab: Lab) -> None:
    """Send part of k8s3's block to the gateway, on k8s1 by hand."""
    lab.run("k8s1", f"ip route add {PART} via {GATEWAY} dev {NIC}")


def lead_back(lab: Lab) -> None:
    """Delete the route; BIRD takes it from the others."""
    lab.run("k8s1", f"ip route del {PART} via {GATEWAY}")
    _gone(lab, ("k8s1", "k8s2", "k8s3"))


def overlap(lab: Lab) -> None:
    """Give a bridge of k8s1 a network that is part of k8s3's block."""
    lab.run(
        "k8s1",
        f"ip link add {BRIDGE} type bridge; ip addr add 192.168.23.193/27 dev {BRIDGE}; "
        f"ip link set {BRIDGE} up",
    )


def part(lab: Lab) -> None:
    """Delete the bridge."""
    lab.run("k8s1", f"ip link del {BRIDGE}")
    _gone(lab, ("k8s1", "k8s2", "k8s3"))


def _gone(lab: Lab, nodes: Iterable[str]) -> None:
    for node in nodes:
        away = partial(_has_not, lab, node)
        wait_until(away, 20.0, f"{node} has no route to {PART}")


def _has_not(lab: Lab, node: str) -> bool:
    return not lab.run(node, f"ip route show exact {PART}").strip()


def spread(lab: Lab) -> None:
    """The mistake is on every node, and pairs are lost."""
    wait_until(lambda: not _has_not(lab, "k8s2"), 20.0, f"k8s2 has a route to {PART}")
    pairs_lost(lab, LOST)


def _fault(name: str, summary: str, what: str, subject: str, *, route: bool) -> Fault:
    lost: frozenset[Pair] = LOST
    return Fault(
        name,
        summary,
        lead_astray if route else overlap,
        lead_back if route else part,
        spread,
        lost=lost,
        may_lose=across(pods_on("k8s3"), pods_on("k8s3")),
        blame=(Blame(("k8s1",), what, (subject,)),),
        innocent=("k8s2", "k8s3"),
        setting=pool_export.exporting,
        slow=True,
    )


FAULTS = (
    _fault(
        "mistake-spread",
        f"k8s1 sends {PART} to the gateway, and BGP takes that to all",
        "route",
        PART,
        route=True,
    ),
    _fault(
        "bridge-overlaps-block",
        f"a bridge on k8s1 has {PART}, part of k8s3's block, and BGP takes that to all",
        "interface",
        BRIDGE,
        route=False,
    ),
)
