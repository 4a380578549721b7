"""BIRD on k8s3 ends and is not started again, or hangs: its peers drop its block.

Killed, its peers wait for it for the graceful restart time; hung, for the hold time; ended in good
order, they hear of it at once. Its own routes stay (`persist`).
"""

from collections.abc import Callable

from tests.lab.faults.effects import unknown_to_others
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab


def _signal(name: str) -> Callable[[Lab], None]:
    return lambda lab: _send(lab, name)


def _send(lab: Lab, signal: str) -> None:
    lab.run("k8s3", f"kill -s {signal} $(cat /run/bird.pid)")


def start(lab: Lab) -> None:
    """Start it again."""
    lab.start_daemons("k8s3")


def _fault(
    name: str,
    summary: str,
    inject: Callable[[Lab], None],
    heal: Callable[[Lab], None],
    says: tuple[str, ...],
    *,
    slow: bool = False,
) -> Fault:
    return Fault(
        name,
        summary,
        inject,
        heal,
        unknown_to_others("k8s3"),
        lost=across(pods_on("k8s3"), elsewhere("k8s3")),
        blame=(Blame(("k8s3",), "daemon", ("bird", "BIRD")),),
        innocent=("k8s1", "k8s2"),
        says=says,
        slow=slow,
    )


GONE = ("bird on k8s3", "is not running")
KILLED = _fault(
    "bird-killed",
    "BIRD on k8s3 is killed and stays away for longer than its peers wait",
    _signal("KILL"),
    start,
    GONE,
    slow=True,
)
HUNG = _fault(
    "bird-hung",
    "BIRD on k8s3 hangs",
    _signal("STOP"),
    _signal("CONT"),
    ("bird on k8s3 is stopped",),
)

FAULTS = (
    _fault("bird-stopped", "BIRD on k8s3 is stopped", _signal("TERM"), start, GONE),
    KILLED,
    HUNG,
)
