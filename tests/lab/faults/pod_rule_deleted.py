"""The routing rule that leads to a pod's route on k8s3 is deleted, as a network daemon does it.

Where a pod's route is in a table of its own, the rule is what a restart of the daemon flushes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.faults.effects import cut_off
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/iperf3-225180425-00psw"]
TABLE = 180
RULE = f"ip rule add to {POD.address} lookup {TABLE} pref 512"
OUT_OF_THE_WAY = f"ip rule del pref 512 2>/dev/null || :; ip route flush table {TABLE} || :"


@contextmanager
def route_in_a_table(lab: Lab) -> Iterator[None]:
    """The lab with the pod's route in a table, and a rule that leads there."""
    try:
        lab.run(POD.node, f"ip route add {POD.address} dev {POD.veth} table {TABLE}; {RULE}")
        lab.run(POD.node, f"ip route del {POD.address} dev {POD.veth}")
        lab.wait_whole()
        yield
    finally:
        lab.wire(POD.workload)
        lab.run(POD.node, OUT_OF_THE_WAY)


def inject(lab: Lab) -> None:
    """Delete the rule."""
    lab.run(POD.node, "ip rule del pref 512")


def heal(lab: Lab) -> None:
    """Put it back."""
    lab.run(POD.node, RULE)


FAULT = Fault(
    "pod-rule-deleted",
    f"the routing rule to {POD.workload} is deleted on its node",
    inject,
    heal,
    settled=cut_off(POD),
    lost=across((POD,), PODS.values()),
    outside=frozenset({POD.workload}),
    blame=(Blame((POD.node,), "rule", (POD.address,)),),
    innocent=("k8s1", "k8s2"),
    says=("k8s3 has no route to", POD.address),
    setting=route_in_a_table,
)
