"""The host's packet filter is shown a bridge's own frames: its rule against them bites now."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across
from tests.lab.lab import Lab
from tests.lab.settings.docker_bridge import BRIDGE, CACHE, FRONT, NODE, docker_bridge

SWITCH = "/proc/sys/net/bridge/bridge-nf-call-iptables"
LOST = across((CACHE,), (FRONT,))


@contextmanager
def with_rule(lab: Lab) -> Iterator[None]:
    """A rule against containers of one bridge, of which the filter sees nothing."""
    with docker_bridge(lab):
        try:
            lab.run(NODE, f"echo 0 >{SWITCH}; iptables -A FORWARD -i {BRIDGE} -o {BRIDGE} -j DROP")
            yield
        finally:
            lab.run(NODE, f"nft delete table ip filter; echo 1 >{SWITCH}")


def inject(lab: Lab) -> None:
    """Have the filter see it."""
    lab.run(NODE, f"echo 1 >{SWITCH}")


def heal(lab: Lab) -> None:
    """Have it see nothing again."""
    lab.run(NODE, f"echo 0 >{SWITCH}")


def settled(lab: Lab) -> None:
    """The effect is immediate."""
    pairs_lost(lab, LOST)


FAULT = Fault(
    "docker-bridge-filtered",
    f"{NODE}'s packet filter sees what containers on {BRIDGE} send each other, and drops it",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame((NODE,), "sysctl", ("bridge-nf-call-iptables",)),),
    innocent=("k8s1", "k8s3"),
    says=(f"{NODE} drops it", BRIDGE),
    setting=with_rule,
    slow=True,
)
