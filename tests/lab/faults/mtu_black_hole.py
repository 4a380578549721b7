"""The switch drops large packets between nodes and says nothing: small pings all come back."""

from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import NODES

LARGEST = 1400


def inject(lab: Lab) -> None:
    """Filter by length on the switch's bridge."""
    lab.run_on_switch(
        "nft 'add table bridge hole; "
        "add chain bridge hole forward { type filter hook forward priority 0; }; "
        f"add rule bridge hole forward meta protocol ip meta length gt {LARGEST} drop'"
    )


def heal(lab: Lab) -> None:
    """Take the filter away."""
    lab.run_on_switch("nft delete table bridge hole")


def settled(lab: Lab) -> None:
    """Wait until a packet of full size between two nodes is lost."""
    source, target = NODES[0].pods[0], NODES[1].pods[0]
    ping = f"ping -n -q -c 1 -W 1 -M do -s 1472 {target.address} >/dev/null && echo yes || echo no"
    wait_until(
        lambda: lab.run_in_pod(source.workload, ping).strip() == "no",
        10.0,
        f"packets of more than {LARGEST} bytes are lost",
    )


FAULT = Fault(
    "mtu-black-hole",
    f"the switch drops packets of more than {LARGEST} bytes, and says nothing",
    inject,
    heal,
    settled,
    shown=False,
)
