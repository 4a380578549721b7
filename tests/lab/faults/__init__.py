"""All faults that the lab can make. One small file each; this list is their only registry."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.faults import (
    bgp_cut,
    bgp_cut_on_node,
    carrier_lost,
    churn_only,
    container_restarted,
    default_route_changed,
    default_route_gone,
    nic_down,
    node_off,
    pod_route_deleted,
    veth_deleted,
)
from tests.lab.faults.fault import Blame, Fault
from tests.lab.lab import Lab
from tests.lab.shell import LabError

FAULTS: tuple[Fault, ...] = (
    bgp_cut.FAULT,
    bgp_cut_on_node.FAULT,
    nic_down.FAULT,
    carrier_lost.FAULT,
    node_off.FAULT,
    veth_deleted.FAULT,
    pod_route_deleted.FAULT,
    container_restarted.FAULT,
    default_route_changed.FAULT,
    default_route_gone.FAULT,
    churn_only.FAULT,
)


def named(name: str) -> Fault:
    """Return the fault of that name. Raises LabError with the names there are."""
    for fault in FAULTS:
        if fault.name == name:
            return fault
    raise LabError(f"no fault {name!r} (faults: {', '.join(fault.name for fault in FAULTS)})")


def make(lab: Lab, fault: Fault) -> None:
    """Inject a fault and wait until its effect is there."""
    lab.remember_fault(fault.name, broken=True)
    fault.inject(lab)
    fault.settled(lab)


def undo(lab: Lab, fault: Fault) -> None:
    """Heal a fault and wait until all pods reach each other again."""
    fault.heal(lab)
    lab.remember_fault(fault.name, broken=False)
    lab.wait_whole()


@contextmanager
def broken(lab: Lab, fault: Fault) -> Iterator[None]:
    """Hold a fault in place for the time of a block."""
    make(lab, fault)
    try:
        yield
    finally:
        undo(lab, fault)


__all__ = ["FAULTS", "Blame", "Fault", "broken", "make", "named", "undo"]
