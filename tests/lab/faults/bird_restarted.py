"""BIRD on k8s3 ends and starts anew within the time of graceful restart: no route moves."""

from functools import partial

from tests.lab.faults import churn_only
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.nodes import wait_until
from tests.lab.plan import NODES

BIRDC = "birdc -s /run/calico/bird.ctl"


def kill_and_start(lab: Lab) -> None:
    """Kill BIRD, and start it so that it keeps what the kernel has until its peers told all."""
    home = lab.run_dir / "k8s3"
    lab.run(
        "k8s3",
        "kill -KILL $(cat /run/bird.pid); sleep 1; "
        f"bird -R -c {home}/bird.conf -s /run/calico/bird.ctl -P /run/bird.pid",
    )
    churn_only.inject(lab)


def reconfigure(lab: Lab) -> None:
    """Have every BIRD read its configuration again, as confd does."""
    for node in NODES:
        lab.run(node.name, f"{BIRDC} configure")
    churn_only.inject(lab)


def heal(_: Lab) -> None:
    """Nothing is broken."""


def settled(lab: Lab) -> None:
    """All sessions are up again and nothing is lost."""
    for node in NODES:
        wait_until(partial(_established, lab, node.name), 20.0, f"{node.name} has its sessions")
    lab.wait_whole()


def _established(lab: Lab, node: str) -> bool:
    said = lab.run(node, f"{BIRDC} show protocols")
    return said.count("Established") == len(NODES) - 1


FAULTS = (
    Fault(
        "bird-restarted",
        "BIRD on k8s3 is killed and started within the time of graceful restart",
        kill_and_start,
        heal,
        settled,
        tells=("bird on k8s3", "started anew"),
    ),
    Fault(
        "bird-reconfigured",
        "every BIRD reads its configuration again",
        reconfigure,
        heal,
        settled,
        slow=True,
    ),
)
