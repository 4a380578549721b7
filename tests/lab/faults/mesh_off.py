"""Somebody turns Calico's node-to-node mesh off: every node loses its sessions and its routes."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES

LOST = frozenset().union(*(across(pods_on(n.name), elsewhere(n.name)) for n in NODES))


def inject(lab: Lab) -> None:
    """Write the object, and do what confd makes of it: a configuration without peers."""
    was, now = ("nodeToNodeMeshEnabled: true", "nodeToNodeMeshEnabled: false")
    lab.change_object("bgpconfiguration", "default", lambda text: text.replace(was, now))
    for node in NODES:
        peers = lab.bird_conf(node.name).partition("\nprotocol bgp Mesh_")
        lab.configure_bird(node.name, peers[0])


def heal(lab: Lab) -> None:
    """Turn it on again."""
    lab.restore_objects()
    for node in NODES:
        lab.configure_bird(node.name)


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
