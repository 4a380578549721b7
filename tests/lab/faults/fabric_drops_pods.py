"""The fabric passes only the nodes' own addresses (port security): no answer of a node changes."""

from collections.abc import Callable
from dataclasses import replace

from tests.lab.datastore import POOL
from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES

ALL = frozenset().union(*(across(pods_on(n.name), elsewhere(n.name)) for n in NODES))
OF_ONE = across(pods_on("k8s3"), elsewhere("k8s3"))
CHAIN = (
    "add table bridge fabric; "
    "add chain bridge fabric forward { type filter hook forward priority 0; }; "
    "add rule bridge fabric forward"
)


def _drop(rule: str) -> Callable[[Lab], None]:
    """Filter on the switch's bridge, between its ports."""

    def inject(lab: Lab) -> None:
        lab.run_on_switch(f"nft '{CHAIN} {rule} drop'")

    return inject


def heal(lab: Lab) -> None:
    """Take the filter away."""
    lab.run_on_switch("nft delete table bridge fabric")


def _every(lab: Lab) -> None:
    pairs_lost(lab, ALL)


def _one(lab: Lab) -> None:
    pairs_lost(lab, OF_ONE)


_BETWEEN = Fault(
    "fabric-drops-pods",
    "the switch drops all that is for a pod",
    _drop(f"ip daddr {POOL} ip saddr {POOL}"),
    heal,
    _every,
    lost=ALL,
    shown=False,
    says=("pings between workloads are not answered", "what is between them drops"),
    pings=True,
    slow=True,
)

FAULTS = (
    _BETWEEN,
    replace(
        _BETWEEN,
        name="fabric-drops-pods-of-a-node",
        summary="k8s3's port of the switch drops what comes from a pod",
        inject=_drop(f"iifname k8s3 ip saddr {POOL} ip daddr {POOL}"),
        settled=_one,
        lost=OF_ONE,
    ),
)
