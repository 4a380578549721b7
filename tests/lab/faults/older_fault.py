"""A fault that was there before the first snapshot: no change explains it, and none is blamed."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.faults import churn_only, pod_route_deleted
from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

OTHER = PODS["default/iperf3-225180425-x8kdz"]
OLD = pod_route_deleted.LOST
NEW = across((OTHER,), PODS.values())


@contextmanager
def already_broken(lab: Lab) -> Iterator[None]:
    """The lab with a pod's route gone."""
    name = pod_route_deleted.FAULT.name
    try:
        lab.remember_fault(name, broken=True)
        pod_route_deleted.inject(lab)
        pod_route_deleted.settled(lab)
        yield
    finally:
        pod_route_deleted.heal(lab)
        lab.remember_fault(name, broken=False)


def heal(_: Lab) -> None:
    """What is broken is the setting's to heal."""


def cut_another(lab: Lab) -> None:
    """Delete the veth of a pod on k8s1."""
    lab.run("k8s1", f"ip link del {OTHER.veth}")


def wire_it(lab: Lab) -> None:
    """Wire that pod anew."""
    lab.wire(OTHER.workload)


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, OLD | NEW)


FAULTS = (
    Fault(
        "older-fault",
        f"the route to {pod_route_deleted.POD.workload} was gone before, and only churn came",
        churn_only.inject,
        heal,
        settled=pod_route_deleted.settled,
        lost=OLD,
        older=OLD,
        setting=already_broken,
        verdicts=("broken before",),
        says=("k8s2 has no route to", pod_route_deleted.POD.address),
    ),
    Fault(
        "older-fault-and-new",
        f"a route was gone before, and the veth of {OTHER.workload} is deleted",
        cut_another,
        wire_it,
        settled,
        lost=OLD | NEW,
        older=OLD,
        outside=frozenset({OTHER.workload}),
        setting=already_broken,
        blame=(Blame(("k8s1",), "interface", (OTHER.veth, OTHER.name)),),
        innocent=("k8s2", "k8s3"),
        slow=True,
    ),
)
