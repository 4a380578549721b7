"""BIRD with its own timers: the cause is there for minutes before a pair is lost.

Each fault twice: half a minute after it was made, while all still looks well, and after the hold
time (240 s) or the graceful restart time (120 s) has passed.
"""

import time
from dataclasses import replace

from tests.lab.faults import bgp_cut_on_node, bird_ended
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab
from tests.lab.shell import LabError

SOON = 30.0
"""Seconds: longer than a sweep takes, shorter than any of the timers."""


def still_whole(lab: Lab) -> None:
    """Wait, and see that nothing is lost yet."""
    time.sleep(SOON)
    if lost := lab.lost_pairs():
        raise LabError(f"{len(lost)} pairs are lost after {SOON:g} s already")


def _soon(fault: Fault, *says: str) -> Fault:
    return replace(
        fault,
        name=f"{fault.name}-just-now",
        summary=f"{fault.summary}, {SOON:g} s ago, with BIRD's own timers",
        settled=still_whole,
        lost=frozenset(),
        blame=(),
        verdicts=("pending",),
        says=says or fault.says,
        timers="bird",
        slow=True,
    )


def _late(fault: Fault) -> Fault:
    return replace(
        fault,
        name=f"{fault.name}-for-long",
        summary=f"{fault.summary}, with BIRD's own timers",
        timers="bird",
        slow=True,
    )


FAULTS = (
    _soon(bgp_cut_on_node.FAULT, "a packet filter of k8s3 drops BGP"),
    _late(bgp_cut_on_node.FAULT),
    _soon(bird_ended.KILLED),
    _late(bird_ended.KILLED),
    _soon(bird_ended.HUNG),
    _late(bird_ended.HUNG),
)
