"""k8s3 comes back with k8s2's name on its disk: one Node for two nodes, and one set of blocks."""

from dataclasses import replace

from tests.lab import bgp
from tests.lab.faults.effects import pairs_lost
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES, TIMERS, node_named

FILE = "/var/lib/calico/nodename"
THIRD, ROBBED, THIEF = node_named("k8s1"), node_named("k8s2"), node_named("k8s3")
LOST = frozenset().union(*(across(pods_on(n.name), elsewhere(n.name)) for n in NODES))


def inject(lab: Lab) -> None:
    """Write the name, and do what calico/node and confd make of it on every node."""
    lab.run(THIEF.name, f"printf %s {ROBBED.name} >{FILE}")
    lab.change_object("node", THIEF.name, lambda _: "")
    lab.change_object("node", ROBBED.name, _taken)
    both = replace(THIEF, block=ROBBED.block)
    for node, known in ((THIRD, (THIRD, both)), (ROBBED, (both, THIRD)), (THIEF, (both, THIRD))):
        log = str(lab.run_dir / node.name / "bird.log")
        as_whom = THIRD if node is THIRD else both
        conf = bgp.bird_conf(as_whom, known, TIMERS[lab.state.timers], log)
        lab.configure_bird(node.name, conf)


def _taken(text: str) -> str:
    return text.replace(ROBBED.address, THIEF.address)


def heal(lab: Lab) -> None:
    """Give it its own name again."""
    lab.run(THIEF.name, f"printf %s {THIEF.name} >{FILE}")
    lab.restore_objects()
    for node in NODES:
        lab.configure_bird(node.name)


def settled(lab: Lab) -> None:
    """k8s2's session falls, k8s3's carries its block, and nobody has k8s3's own."""
    pairs_lost(lab, LOST, limit=40.0)


FAULT = Fault(
    "node-name-twice",
    "k8s3 calls itself k8s2 to Calico, and k8s2 does so, too",
    inject,
    heal,
    settled,
    lost=LOST,
    blame=(Blame(("k8s3",), "node", ("k8s3",)),),
    innocent=("k8s1",),
    says=("k8s2 and k8s3 both call themselves k8s2 to Calico",),
    slow=True,
)
