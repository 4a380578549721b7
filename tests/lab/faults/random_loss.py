"""k8s3 loses half of what comes in for its pods, at random, as a NIC with errors does.

Which packets are lost is told by no line. (netem, which does the same, is in few kernels.)
"""

from tests.lab.faults.effects import wait_until_some_lost
from tests.lab.faults.fault import Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NIC

MAY_LOSE = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Have the filter of the NIC throw dice."""
    lab.run(
        "k8s3",
        "nft 'add table netdev dice; add chain netdev dice in "
        f"{{ type filter hook ingress device {NIC} priority 0; }}; "
        "add rule netdev dice in ip saddr 192.168.0.0/16 numgen random mod 100 < 50 drop'",
    )


def heal(lab: Lab) -> None:
    """Take the table away."""
    lab.run("k8s3", "nft delete table netdev dice")


def settled(lab: Lab) -> None:
    """Some ping is lost."""
    wait_until_some_lost(lab)


FAULT = Fault(
    "random-loss",
    "k8s3 loses half of what comes in from pods, at random",
    inject,
    heal,
    settled,
    may_lose=MAY_LOSE,
    shown=False,
    verdicts=("cannot tell",),
    slow=True,
)
