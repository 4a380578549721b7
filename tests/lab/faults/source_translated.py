"""k8s1 gives what its pods send to k8s2's another source address: no answer finds the way."""

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Fault, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import node_named

SOURCE, TARGET = node_named("k8s1"), node_named("k8s2")
NOBODYS = "10.99.99.9"
LOST = frozenset(
    (source.workload, target.workload)
    for source in pods_on(SOURCE.name)
    for target in pods_on(TARGET.name)
)


def inject(lab: Lab) -> None:
    """Translate, as a masquerading rule with the wrong blocks does."""
    lab.run(
        SOURCE.name,
        f"iptables -t nat -A POSTROUTING -s {SOURCE.block} -d {TARGET.block} "
        f"-j SNAT --to-source {NOBODYS}",
    )


def heal(lab: Lab) -> None:
    """Take the table away, and the connections that it translated."""
    lab.run(SOURCE.name, "nft delete table ip nat; conntrack -F 2>&1")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)


FAULT = Fault(
    "source-translated",
    "k8s1 sends what is for k8s2's pods with a source address that nobody has",
    inject,
    heal,
    settled,
    lost=LOST,
    verdicts=("cannot tell",),  # what a translation makes of the way back is not followed
    slow=True,
)
