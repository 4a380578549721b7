"""A node that is no more is still a peer of all: its session is down before and after."""

from tests.lab.faults import churn_only
from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.settings import deleted_node


def heal(_: Lab) -> None:
    """Nothing is broken."""


FAULT = Fault(
    "node-decommissioned",
    f"{deleted_node.ADDRESS}, which is no more, is still a BGP peer of all nodes",
    churn_only.inject,
    heal,
    settled=whole,
    setting=deleted_node.still_registered,
)
