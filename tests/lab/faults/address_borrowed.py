"""A new pod on k8s3 has an address of k8s2's block: well if it is announced, else unreachable."""

from collections.abc import Callable

from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import PODS
from tests.lab.settings.borrowing import borrowing
from tests.lab.settings.more_pods import pod, start, stop

BORROWER = pod("k8s3", "netperf-903608992-lent1", "192.168.167.90")
ASKING = PODS["default/netperf-903608992-7c2jw"].workload


def inject(lab: Lab) -> None:
    """Start the pod."""
    start(lab, BORROWER)


def heal(lab: Lab) -> None:
    """Take it away."""
    stop(lab, BORROWER)


def _answers(expected: str) -> Callable[[Lab], None]:
    ping = f"ping -n -q -c 1 -W 1 {BORROWER.address} >/dev/null && echo yes || echo no"

    def settled(lab: Lab) -> None:
        wait_until(
            lambda: lab.run_in_pod(ASKING, ping).strip() == expected,
            20.0,
            f"a ping to {BORROWER.address} is answered: {expected}",
        )
        whole(lab)

    return settled


FAULTS = (
    Fault(
        "address-borrowed",
        "a new pod on k8s3 has an address of k8s2's block, and BIRD tells of it",
        inject,
        heal,
        _answers("yes"),
        setting=borrowing,
        slow=True,
    ),
    Fault(
        "address-borrowed-untold",
        "a new pod on k8s3 has an address of k8s2's block, and nobody is told of it",
        inject,
        heal,
        _answers("no"),
        says=("192.168.167.90", BORROWER.workload, "k8s2"),
        slow=True,
    ),
)
