"""A docker network is made on k8s3, and Calico takes its bridge's address for the node's own."""

from dataclasses import replace

from tests.lab import bgp
from tests.lab.faults.effects import unknown_to_others
from tests.lab.faults.fault import Blame, Fault, across, elsewhere, pods_on
from tests.lab.lab import Lab
from tests.lab.plan import NODES, TIMERS, node_named

NODE = node_named("k8s3")
NETWORK, SUBNET, ADDRESS = "build", "172.18.0.0/16", "172.18.0.1"
LOST = across(pods_on("k8s3"), elsewhere("k8s3"))


def inject(lab: Lab) -> None:
    """Make the network, which calico-node then finds."""
    lab.run("k8s3", f"docker network create --subnet {SUBNET} {NETWORK} >/dev/null")
    take(lab)


def take(lab: Lab) -> None:
    """Write the Node, and do what confd makes of it on every node."""
    lab.change_object("node", "k8s3", _moved)
    moved = replace(NODE, address=ADDRESS)
    nodes = [moved if node is NODE else node for node in NODES]
    for node in nodes:
        log = str(lab.run_dir / node.name / "bird.log")
        conf = bgp.bird_conf(node, nodes, TIMERS[lab.state.timers], log)
        lab.configure_bird(node.name, conf)


def _moved(text: str) -> str:
    return text.replace(f"{NODE.address}/24", f"{ADDRESS}/16")


def heal(lab: Lab) -> None:
    """Take the network away and write the Node as it was."""
    lab.run("k8s3", f"docker network rm {NETWORK} >/dev/null 2>&1 || :")
    lab.restore_objects()
    for node in NODES:
        lab.configure_bird(node.name)


FAULT = Fault(
    "autodetected-address",
    f"Calico takes {ADDRESS}, of a docker bridge, for k8s3's address",
    inject,
    heal,
    unknown_to_others("k8s3"),
    lost=LOST,
    blame=(Blame(("",), "Calico object", ("Node k8s3",)),),
    innocent=("k8s1", "k8s2"),
    says=(f"Calico takes k8s3 to be at {ADDRESS}", "other nodes do not reach it there"),
    slow=True,
)
