"""All faults that the lab can make. One small file each; this list is their only registry."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.faults import (
    bgp_cut,
    bgp_cut_on_node,
    bird_hung,
    bird_stopped,
    carrier_lost,
    churn_only,
    container_restarted,
    default_route_changed,
    default_route_gone,
    dockerd_hung,
    fabric_drop,
    forwarding_off,
    mesh_off,
    mtu_black_hole,
    nic_down,
    node_off,
    pod_route_deleted,
    sshd_gone,
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
    forwarding_off.FAULT,
    bird_stopped.FAULT,
    bird_hung.FAULT,
    mesh_off.FAULT,
    churn_only.FAULT,
)

# What no node shows: the fault lies outside the nodes, or hides a node from the one who asks.
UNSHOWN: tuple[Fault, ...] = (
    fabric_drop.FAULT,
    mtu_black_hole.FAULT,
    dockerd_hung.FAULT,
    sshd_gone.FAULT,
)


def named(name: str) -> Fault:
    """Return the fault of that name. Raises LabError with the names there are."""
    every = (*FAULTS, *UNSHOWN)
    for fault in every:
        if fault.name == name:
            return fault
    raise LabError(f"no fault {name!r} (faults: {', '.join(fault.name for fault in every)})")


def make(lab: Lab, fault: Fault) -> None:
    """Inject a fault and wait until its effect is there."""
    lab.remember_fault(fault.name, broken=True)
    fault.inject(lab)
    fault.settled(lab)


def undo(lab: Lab, fault: Fault) -> None:
    """Heal a fault; if it was the last one, wait until all pods reach each other again."""
    fault.heal(lab)
    lab.remember_fault(fault.name, broken=False)
    if not lab.state.broken:
        lab.wait_whole()


@contextmanager
def broken(lab: Lab, fault: Fault) -> Iterator[None]:
    """Hold a fault in place for the time of a block."""
    make(lab, fault)
    try:
        yield
    finally:
        undo(lab, fault)


__all__ = ["FAULTS", "UNSHOWN", "Blame", "Fault", "broken", "make", "named", "undo"]
