"""k8s2 keeps a wrong hardware address for a pod of its own, and never asks for it again."""

from tests.lab.faults.effects import cut_off
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/netperf-903608992-kbdqx"]


def inject(lab: Lab) -> None:
    """Write a permanent entry."""
    lab.run(
        POD.node,
        f"ip neigh replace {POD.address} lladdr 02:00:00:00:00:01 dev {POD.veth} nud permanent",
    )


def heal(lab: Lab) -> None:
    """Take it away."""
    lab.run(POD.node, f"ip neigh del {POD.address} dev {POD.veth}")


FAULT = Fault(
    "wrong-neighbour",
    f"k8s2 has a permanent, wrong neighbour entry for {POD.workload}",
    inject,
    heal,
    settled=cut_off(POD),
    lost=across((POD,), PODS.values()),
    outside=frozenset({POD.workload}),
    blame=(Blame((POD.node,), "neighbour", (POD.address,)),),
    innocent=("k8s1", "k8s3"),
    says=(POD.address, "02:00:00:00:00:01"),
    slow=True,
)
