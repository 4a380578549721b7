"""A pod on k8s2 comes back while nothing programs routes: its veth is there, its route is not."""

from tests.lab.faults.effects import cut_off
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/iperf3-225180425-dkqlp"]


def inject(lab: Lab) -> None:
    """Restart the pod, and set no route to it."""
    lab.restart_pod(POD.workload)
    lab.run(POD.node, f"ip route del {POD.address} dev {POD.veth}")


def heal(lab: Lab) -> None:
    """Set the route."""
    lab.wire(POD.workload)


FAULT = Fault(
    "pod-without-route",
    f"{POD.workload} is restarted and gets no route",
    inject,
    heal,
    settled=cut_off(POD),
    lost=across((POD,), PODS.values()),
    outside=frozenset({POD.workload}),
    # That the restart took the route with the veth is right as well; nobody set it again.
    blame=(Blame((POD.node,), "container", (POD.workload,)),),
    innocent=("k8s1", "k8s3"),
    says=("k8s2 has no route to", POD.address),
    slow=True,
)
