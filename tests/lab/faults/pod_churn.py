"""Pods come, go and move, as they do on any day: no pair that is there at both times is lost."""

from contextlib import AbstractContextManager
from functools import partial

from tests.lab.faults import churn_only
from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.plan import Pod
from tests.lab.settings import more_pods

DONE = more_pods.pod("k8s1", "job-8s7rd", "192.168.86.9")
NEW = (
    more_pods.pod("k8s2", "netperf-903608992-zz1aa", "192.168.167.90"),
    more_pods.pod("k8s3", "netperf-903608992-zz2bb", "192.168.23.200"),
)
WAS = more_pods.pod("k8s1", "db-0", "192.168.86.10")
IS = more_pods.pod("k8s3", "db-0", "192.168.23.201")


def come_and_go(lab: Lab) -> None:
    """End one pod and start two."""
    more_pods.stop(lab, DONE)
    for pod in NEW:
        more_pods.start(lab, pod)
    churn_only.inject(lab)


def gone_again(lab: Lab) -> None:
    """End what was started."""
    for pod in NEW:
        more_pods.stop(lab, pod)


def move(lab: Lab) -> None:
    """End a pod, and start it under its name on another node with another address."""
    more_pods.stop(lab, WAS)
    more_pods.start(lab, IS)
    churn_only.inject(lab)


def end(lab: Lab) -> None:
    """End the pod that moved."""
    more_pods.stop(lab, IS)


def with_pod(pod: Pod, lab: Lab) -> AbstractContextManager[None]:
    """The lab with one more pod."""
    return more_pods.running(lab, pod)


FAULTS = (
    Fault(
        "pod-churn",
        "a pod ends and two start",
        come_and_go,
        gone_again,
        settled=whole,
        setting=partial(with_pod, DONE),
    ),
    Fault(
        "pod-moved",
        f"{WAS.workload} moves from k8s1 to k8s3",
        move,
        end,
        settled=whole,
        setting=partial(with_pod, WAS),
        slow=True,
    ),
)
