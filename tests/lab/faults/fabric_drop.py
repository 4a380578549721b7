"""The switch drops a pod's packets between nodes: no node's answer changes, only ping tells."""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Fault, across, elsewhere
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/iperf3-225180425-00psw"]
LOST = across((POD,), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Filter the pod's address on the switch's bridge."""
    lab.run_on_switch(
        "nft 'add table bridge fabric; "
        "add chain bridge fabric forward { type filter hook forward priority 0; }; "
        f"add rule bridge fabric forward ip saddr {POD.address} drop; "
        f"add rule bridge fabric forward ip daddr {POD.address} drop'"
    )


def heal(lab: Lab) -> None:
    """Take the filter away."""
    lab.run_on_switch("nft delete table bridge fabric")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)


FAULT = Fault(
    "fabric-drop",
    f"the switch drops packets of {POD.workload}",
    inject,
    heal,
    settled,
    lost=LOST,
    shown=False,
)
