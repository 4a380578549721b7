"""The container calico-node of k8s3 is stopped, or upgraded to one that renders another filter."""

from tests.lab.faults.configured import edit, only_lost, put_back
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.settings.calico_node import NAME, NEW, OLD, calico_node, run

LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def _stop(lab: Lab) -> None:
    """Stop it as a drain does, and with it what runs in it."""
    lab.run("k8s3", f"docker stop -t 1 {NAME} >/dev/null; kill $(cat /run/bird.pid)")


def _start(lab: Lab) -> None:
    lab.run("k8s3", f"docker start {NAME} >/dev/null")
    lab.start_daemons("k8s3")


def _upgrade(lab: Lab) -> None:
    """The new version's template lets nothing out that it does not know."""
    run(lab, "k8s3", NEW)
    edit(lab, "k8s3", ("then accept;  # the block", "then reject;  # the block"))


def _downgrade(lab: Lab) -> None:
    run(lab, "k8s3", OLD)
    put_back(lab, "k8s3")


def _settled(lab: Lab) -> None:
    only_lost(lab, LOST)


FAULTS = (
    Fault(
        "calico-node-stopped",
        "the container calico-node of k8s3 is stopped",
        _stop,
        _start,
        _settled,
        lost=LOST,
        blame=(Blame(("k8s3",), "container", (NAME,)),),
        innocent=("k8s1", "k8s2"),
        says=("bird on k8s3", "is not running"),
        setting=calico_node,
        slow=True,
    ),
    Fault(
        "calico-node-upgraded",
        f"calico-node of k8s3 is {NEW} and the others' {OLD}; it announces nothing",
        _upgrade,
        _downgrade,
        _settled,
        lost=LOST,
        blame=(Blame(("k8s3",), "container", (NAME,)),),
        innocent=("k8s1", "k8s2"),
        says=("k8s3",),
        setting=calico_node,
        slow=True,
    ),
)
