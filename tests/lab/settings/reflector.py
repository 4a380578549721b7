"""A route reflector instead of the mesh: k8s2, chosen by its label, tells all what all tell it."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.lab.datastore import POOL
from tests.lab.lab import Lab
from tests.lab.plan import AS_NUMBER, NODES, Node, node_named

REFLECTOR = node_named("k8s2")
LABEL = '    labels:\n      route-reflector: "true"\n'
MESH = ("nodeToNodeMeshEnabled: true", "nodeToNodeMeshEnabled: false")
_CLUSTER = "244.0.0.1"
_PEER = """\
apiVersion: projectcalico.org/v3
items:
- apiVersion: projectcalico.org/v3
  kind: BGPPeer
  metadata:
    name: peer-with-route-reflectors
    resourceVersion: "1"
    uid: 6d1d2b0a-3f5e-4b61-9a0e-2d9c5f0f7a11
  spec:
    nodeSelector: all()
    peerSelector: route-reflector == 'true'
kind: BGPPeerList
metadata:
  resourceVersion: "1"
"""
_SESSION = """
protocol bgp Node_{peer.session_suffix} from bgp_template {{
  neighbor {peer.address} as {number};{more}
}}
"""


@contextmanager
def reflector(lab: Lab) -> Iterator[None]:
    """Turn the mesh off, and have all peer with the reflector."""
    try:
        lab.change_object("bgpconfiguration", "default", lambda text: text.replace(*MESH))
        lab.change_object("node", REFLECTOR.name, _reflecting)
        for node in NODES:
            lab.write_objects(node.name, "bgppeer", _PEER)
            lab.configure_bird(node.name, configuration(lab, node))
        lab.wait_whole()
        yield
    finally:
        lab.restore_objects()
        for node in NODES:
            lab.configure_bird(node.name)
        lab.wait_whole()


def _reflecting(text: str) -> str:
    named = f"    name: {REFLECTOR.name}\n"
    address = f"ipv4Address: {REFLECTOR.address}/24\n"
    identity = f"{address}      routeReflectorClusterID: {_CLUSTER}\n"
    return text.replace(named, LABEL + named).replace(address, identity)


def configuration(lab: Lab, node: Node) -> str:
    """Return what confd makes of it on a node."""
    others = [other for other in NODES if other is not node]
    peers = others if node is REFLECTOR else [REFLECTOR]
    more = ""
    if node is REFLECTOR:
        more = f"\n  passive on;\n  rr client;\n  rr cluster id {_CLUSTER};"
    sessions = (_SESSION.format(peer=peer, number=AS_NUMBER, more=more) for peer in peers)
    return alone(lab, node) + "".join(sessions)


def alone(lab: Lab, node: Node) -> str:
    """Return a node's configuration without a peer."""
    own, every = f"net = {node.block}", f"net ~ [ {POOL}{{26,26}} ]"
    text = lab.bird_conf(node.name).partition("\nprotocol bgp ")[0]
    return text.replace(own, every) if node is REFLECTOR else text
