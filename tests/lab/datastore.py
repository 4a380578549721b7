"""What the lab's calicoctl answers from files: Calico's objects in the v1 form of calicoctl 1.x."""

from collections.abc import Sequence
from pathlib import Path

from tests.lab.plan import NODES, Node, Pod

CONFIG = {"asNumber": "64512", "nodeToNodeMesh": "on", "logLevel": "info", "ipip": "off"}

_NODE = """\
- apiVersion: v1
  kind: node
  metadata:
    name: {node.name}
  spec:
    bgp:
      ipv4Address: {node.address}/24
"""

_POOL = """\
- apiVersion: v1
  kind: ipPool
  metadata:
    cidr: 192.168.0.0/16
  spec: {}
"""

_ENDPOINT = """\
- apiVersion: v1
  kind: workloadEndpoint
  metadata:
    labels:
      calico/k8s_ns: {pod.namespace}
    name: eth0
    node: {pod.node}
    orchestrator: k8s
    workload: {pod.namespace}.{pod.name}
  spec:
    interfaceName: {pod.veth}
    ipNetworks:
    - {pod.address}/32
    mac: {pod.mac}
    profiles:
    - k8s_ns.{pod.namespace}
"""


def write(directory: Path, nodes: Sequence[Node] = NODES) -> None:
    """Write the files that the stand-in reads, one a configuration name and one a kind."""
    (directory / "config").mkdir(parents=True, exist_ok=True)
    for name, value in CONFIG.items():
        (directory / "config" / name).write_text(f"{value}\n")
    pods: list[Pod] = [pod for node in nodes for pod in node.pods]
    kinds = {
        "node": "".join(_NODE.format(node=node) for node in nodes),
        "ippool": _POOL,
        "workloadendpoint": "".join(_ENDPOINT.format(pod=pod) for pod in pods),
        "bgppeer": "[]\n",
        "policy": "[]\n",
        "hostendpoint": "[]\n",
    }
    for kind, text in kinds.items():
        (directory / f"{kind}.yaml").write_text(text)
