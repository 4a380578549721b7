"""Somebody takes the label off the route reflector: the peers' selector chooses nobody."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES
from tests.lab.settings.reflector import LABEL, REFLECTOR, alone, configuration, reflector

LOST = frozenset().union(*(across(pods_on(n.name), elsewhere(n.name)) for n in NODES))


def inject(lab: Lab) -> None:
    """Remove the label, and do what confd makes of it: nobody has a peer."""
    lab.change_object("node", REFLECTOR.name, lambda text: text.replace(LABEL, ""))
    for node in NODES:
        lab.configure_bird(node.name, alone(lab, node))


def heal(lab: Lab) -> None:
    """Put it on again."""
    named = f"    name: {REFLECTOR.name}\n"
    lab.change_object("node", REFLECTOR.name, lambda text: text.replace(named, LABEL + named))
    for node in NODES:
        lab.configure_bird(node.name, configuration(lab, node))


def settled(lab: Lab) -> None:
    """Every node drops the blocks of the others."""
    for node in NODES:
        others = tuple(other.name for other in NODES if other is not node)
        block_withdrawn(lab, node.name, at=others)
    pairs_lost(lab, LOST)


FAULT = Fault(
    "reflector-label-removed",
    f"{REFLECTOR.name} loses the label by which all peer with it",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("",), "Calico object", ("Node k8s2",)),),
    innocent=tuple(node.name for node in NODES),
    says=("peer-with-route-reflectors", "chooses no node"),
    setting=reflector,
)
