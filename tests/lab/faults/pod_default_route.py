"""The default route of a pod on k8s3: deleted, or moved to a second interface of the pod."""

from tests.lab.faults.effects import cut_off
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/netperf-903608992-q4hnd"]
SECOND = "net1"


def delete(lab: Lab) -> None:
    """Delete the route."""
    lab.run_in_pod(POD.workload, "ip route del default")


def put_back(lab: Lab) -> None:
    """Wire the pod."""
    lab.wire(POD.workload)


def give_a_second_interface(lab: Lab) -> None:
    """Give the pod an interface on a bridge without a router, and its default route there."""
    lab.run(
        POD.node,
        "ip link add second type bridge; ip link set second up; "
        f"ip link add {SECOND} type veth peer name second0; ip link set second0 master second up",
    )
    _enter(lab, f"ip link set {SECOND} netns $pid")
    lab.run_in_pod(
        POD.workload,
        f"ip addr add 10.200.0.9/24 dev {SECOND}; ip link set {SECOND} up; "
        f"ip route replace default via 10.200.0.1 dev {SECOND}",
    )


def take_it_away(lab: Lab) -> None:
    """Take the bridge and the interface away, and put the route back."""
    lab.run(POD.node, "ip link del second0 || :; ip link del second || :")
    lab.wire(POD.workload)


def _enter(lab: Lab, command: str) -> None:
    ask = "docker inspect -f {{.State.Pid}}"
    lab.run(POD.node, f"pid=$({ask} {POD.pause_container}); {command}")


FAULTS = tuple(
    Fault(
        f"pod-default-route-{what}",
        f"the default route inside {POD.workload} is {what}",
        inject,
        heal,
        settled=cut_off(POD),
        lost=across((POD,), PODS.values()),
        outside=frozenset({POD.workload}),
        blame=(Blame((POD.node,), *blamed),),
        innocent=("k8s1", "k8s2"),
        says=says,
        slow=True,
    )
    for what, inject, heal, blamed, says in (
        (
            "gone",
            delete,
            put_back,
            ("default route", ("default",)),
            (f"{POD.name} has no route to",),
        ),
        (
            "replaced",
            give_a_second_interface,
            take_it_away,
            ("interface", (SECOND,)),
            (POD.name, f"nobody behind {SECOND}", "10.200.0.1"),
        ),
    )
)
