"""k8s2's clock is ahead of the others': nothing of it is a change, or later than it was."""

from tests.lab.faults import churn_only
from tests.lab.faults.effects import whole
from tests.lab.faults.fault import Fault
from tests.lab.lab import Lab

AHEAD = 97  # seconds
PROGRAM, OWN = "/bin/date", "/run/lab/date"


def inject(lab: Lab) -> None:
    """Have the node's ``date`` tell another time; its kernel's cannot be set alone."""
    text = f'#!/bin/sh\nexec {OWN}.real -d "+{AHEAD} seconds" "$@"\n'
    lab.run(
        "k8s2",
        f"cp {PROGRAM} {OWN}.real; printf '{text}' >{OWN}; chmod +x {OWN}; "
        f"mount --bind {OWN} $(readlink -f {PROGRAM})",
    )
    churn_only.inject(lab)


def heal(lab: Lab) -> None:
    """Have it tell the time again."""
    lab.run("k8s2", f"umount $(readlink -f {PROGRAM}) || :; rm -f {OWN} {OWN}.real")


FAULT = Fault(
    "clock-ahead",
    f"k8s2's clock is {AHEAD} seconds ahead",
    inject,
    heal,
    settled=whole,
    says=("clock", "k8s2"),
    slow=True,
)
