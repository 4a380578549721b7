"""BIRD is to leave the routes between nodes to Felix, which was not told to set them."""

from tests.lab.faults.effects import block_withdrawn, pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES

LOST = frozenset().union(*(across(pods_on(n.name), elsewhere(n.name)) for n in NODES))
POOL = "192.168.0.0/16"
MESH = "    nodeToNodeMeshEnabled: true\n"


def inject(lab: Lab) -> None:
    """Write the object, and what confd makes of it: a kernel protocol without the pool."""
    owner = f"{MESH}    programClusterRoutes: Disabled\n"
    lab.change_object("bgpconfiguration", "default", lambda text: text.replace(MESH, owner))
    for node in NODES:
        own = lab.bird_conf(node.name)
        lab.configure_bird(node.name, own.replace("export all;", f"export where net !~ {POOL};"))


def heal(lab: Lab) -> None:
    """Let BIRD set them again."""
    lab.restore_objects()
    for node in NODES:
        lab.configure_bird(node.name)


def settled(lab: Lab) -> None:
    """BIRD takes its routes out of the kernel at once."""
    for node in NODES:
        others = tuple(other.name for other in NODES if other is not node)
        block_withdrawn(lab, node.name, at=others)
    pairs_lost(lab, LOST)


FAULT = Fault(
    "cluster-routes-unowned",
    "neither BIRD nor Felix is to set the routes between nodes",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("",), "Calico object", ("BGPConfiguration default",)),),
    innocent=tuple(node.name for node in NODES),
    slow=True,
)
