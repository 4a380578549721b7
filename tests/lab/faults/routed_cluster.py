"""Faults of a cluster whose pods are routed by what lies between the nodes, and is not seen."""

from dataclasses import replace

from tests.lab.faults import pod_route_deleted
from tests.lab.faults.fault import Fault
from tests.lab.settings import routed

FAULT: Fault = replace(
    pod_route_deleted.FAULT,
    name="routed-cluster-pod-route-deleted",
    summary=f"{pod_route_deleted.FAULT.summary}; a router has the nodes' pods",
    setting=routed.by_the_gateway,
    slow=True,
)
