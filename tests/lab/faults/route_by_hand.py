"""A route by hand on k8s1 that is more specific than BIRD's to k8s2's block, and wins over it."""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import GATEWAY, PODS

POD = PODS["default/netperf-903608992-kbdqx"]
HALF = "192.168.167.64/27"


def _fault(name: str, route: str, prefix: str, *, whole: bool, says: tuple[str, ...]) -> Fault:
    lost = across(pods_on("k8s1"), pods_on("k8s2") if whole else (POD,))

    def inject(lab: Lab) -> None:
        lab.run("k8s1", f"ip route add {route}")

    def heal(lab: Lab) -> None:
        lab.run("k8s1", f"ip route del {route}")

    def settled(lab: Lab) -> None:
        pairs_lost(lab, lost)

    return Fault(
        name,
        f"somebody gives k8s1 the route {route}",
        inject,
        heal,
        settled,
        lost=lost,
        blame=(Blame(("k8s1",), "route", (prefix,)),),
        innocent=("k8s2", "k8s3"),
        says=says,
        slow=True,
    )


FAULTS = (
    _fault(
        "pod-blackholed",
        f"blackhole {POD.address}",
        POD.address,
        whole=False,
        says=("k8s1", "throws away", POD.address),
    ),
    _fault(
        "pod-unreachable-by-hand",
        f"unreachable {POD.address}",
        POD.address,
        whole=False,
        says=("k8s1", "unreachable", POD.address),
    ),
    _fault(
        "half-block-to-gateway",
        f"{HALF} via {GATEWAY}",
        HALF,
        whole=True,
        says=("k8s1 has a route to", HALF, "192.168.167.64/26"),
    ),
)
