"""A pod on k8s2 restarted by docker and not by kubelet: nobody wires what is new."""

from tests.lab.faults.effects import cut_off, whole
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.plan import PODS

POD = PODS["default/iperf3-225180425-dkqlp"]
LOST = across((POD,), PODS.values())


def restart_both(lab: Lab) -> None:
    """Restart both containers: the application joins the new, empty namespace."""
    lab.run(
        POD.node,
        f"docker stop -t 1 {POD.app_container} >/dev/null; "
        f"docker restart -t 1 {POD.pause_container} >/dev/null; "
        f"docker start {POD.app_container} >/dev/null",
    )


def restart_pause(lab: Lab) -> None:
    """Restart the pause container alone; the application stays in the old, wired namespace."""
    lab.run(POD.node, f"docker restart -t 1 {POD.pause_container} >/dev/null")


def rewire_pause(lab: Lab) -> None:
    """Restart the pause container and wire it; the application stays without an interface."""
    restart_pause(lab)
    lab.wire(POD.workload)


def heal(lab: Lab) -> None:
    """Restart and wire the pod."""
    lab.restart_pod(POD.workload)


FAULTS = (
    Fault(
        "container-restarted-unwired",
        f"docker restarts {POD.workload}, and nobody wires it",
        restart_both,
        heal,
        settled=cut_off(POD),
        lost=LOST,
        outside=frozenset({POD.workload}),
        blame=(Blame((POD.node,), "container", (POD.workload,)),),
        innocent=("k8s1", "k8s3"),
        says=(POD.workload, "no interface"),
    ),
    Fault(
        "sandbox-restarted",
        f"docker restarts the sandbox of {POD.workload}, whose application runs on as it was",
        restart_pause,
        heal,
        settled=whole,
        says=(POD.workload, "namespace"),
        tells=(POD.workload, "restarted"),
    ),
    Fault(
        "sandbox-replaced",
        f"the sandbox of {POD.workload} is new and wired, its application is in the old namespace",
        rewire_pause,
        heal,
        settled=cut_off(POD),
        lost=LOST,
        outside=frozenset({POD.workload}),
        blame=(Blame((POD.node,), "container", (POD.workload,)),),
        innocent=("k8s1", "k8s3"),
        says=(POD.workload, "namespace"),
        slow=True,
    ),
)
