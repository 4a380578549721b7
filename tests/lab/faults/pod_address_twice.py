"""A new pod on k8s3 has the address of a pod on k8s2: each node sends to another of the two."""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere
from tests.lab.lab import Lab
from tests.lab.plan import PODS
from tests.lab.settings.borrowing import borrowing
from tests.lab.settings.more_pods import pod, start, stop

POD = PODS["default/netperf-903608992-kbdqx"]
COPY = pod("k8s3", "netperf-903608992-copy1", POD.address)
LOST = across((POD,), elsewhere("k8s2"))


def inject(lab: Lab) -> None:
    """Start it. It answers no ping, so that none is answered by the wrong pod."""
    start(lab, COPY)
    mute = "echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all"
    pid = f"$(docker inspect -f '{{{{.State.Pid}}}}' {COPY.pause_container})"
    lab.run("k8s3", f'nsenter -t "{pid}" -n sh -c "{mute}"')


def heal(lab: Lab) -> None:
    """Take it away."""
    stop(lab, COPY)


def settled(lab: Lab) -> None:
    """k8s3 sends to its own pod at once, k8s1 as soon as BIRD told it."""
    pairs_lost(lab, LOST)


FAULT = Fault(
    "pod-address-twice",
    f"a new pod on k8s3 has the address of {POD.workload} on k8s2",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s3",), "container", (COPY.workload,)),),
    innocent=("k8s1", "k8s2"),
    says=(POD.address, POD.workload, COPY.workload),
    setting=borrowing,
)
