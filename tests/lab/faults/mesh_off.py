"""Somebody turns Calico's node-to-node mesh off: every node loses its sessions and its routes."""

from tests.lab import bgp
from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES, TIMERS

LOST = frozenset().union(*(across(pods_on(n.name), elsewhere(n.name)) for n in NODES))
OBJECT = "/etc/calico/datastore/bgpconfiguration.yaml"


def inject(lab: Lab) -> None:
    """Write the object, and do what confd makes of it: a configuration without peers."""
    for node in NODES:
        home = lab.run_dir / node.name
        alone = home / "bird-alone.conf"
        timers = TIMERS[lab.state.timers]
        alone.write_text(bgp.bird_conf(node, (node,), timers, str(home / "bird.log")))
        _say(lab, node.name, "true", "false")
        _configure(lab, node.name, str(alone))


def heal(lab: Lab) -> None:
    """Turn it on again."""
    for node in NODES:
        _say(lab, node.name, "false", "true")
        _configure(lab, node.name, str(lab.run_dir / node.name / "bird.conf"))


def _say(lab: Lab, node: str, was: str, now: str) -> None:
    field = "nodeToNodeMeshEnabled:"
    lab.run(node, f"sed -i 's/{field} {was}/{field} {now}/' {OBJECT}")


def _configure(lab: Lab, node: str, path: str) -> None:
    lab.run(node, f"birdc -s /run/calico/bird.ctl 'configure \"{path}\"'")


def settled(lab: Lab) -> None:
    """Every node drops the blocks of the others."""
    for node in NODES:
        others = tuple(other.name for other in NODES if other.name != node.name)
        block_withdrawn(lab, node.name, at=others)
    pairs_lost(lab, LOST)


FAULT = Fault(
    "mesh-off",
    "the node-to-node mesh is turned off in Calico's BGPConfiguration",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("",), "Calico object", ("BGPConfiguration default",)),),
    innocent=tuple(node.name for node in NODES),
    says=("the node-to-node mesh is off",),
)
