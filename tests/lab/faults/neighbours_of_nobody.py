"""Every node asks for an address that no machine has, as for a node that was taken down."""

from tests.lab.faults import churn_only
from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.plan import NIC, NOBODY, NODES


def inject(lab: Lab) -> None:
    """Ask in vain, so that the neighbour caches hold an entry without an answer."""
    churn_only.inject(lab)
    for node in NODES:
        lab.run(node.name, f"ping -n -q -c 1 -W 1 {NOBODY} >/dev/null || :")


def heal(lab: Lab) -> None:
    """Forget that it was asked for."""
    for node in NODES:
        lab.run(node.name, f"ip neigh del {NOBODY} dev {NIC} 2>/dev/null || :")


FAULT = Fault(
    "neighbours-of-nobody",
    f"all nodes have an unanswered neighbour entry for {NOBODY}, which is nobody's",
    inject,
    heal,
    settled=whole,
    slow=True,
)
