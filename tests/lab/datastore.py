"""What the lab's calicoctl answers from files: Calico's settings and objects, as the lab is.

The settings are in the form of calicoctl 1.x, the objects in that of 3.x (projectcalico.org/v3,
a List of a kind), which no real calicoctl has side by side.
"""

import uuid
from collections.abc import Callable, Iterable, Sequence
from ipaddress import ip_network
from pathlib import Path

from tests.lab.plan import AS_NUMBER, NODES, Node, Pod
from tests.lab.shell import LabError

CONFIG = {"asNumber": str(AS_NUMBER), "nodeToNodeMesh": "on", "logLevel": "info", "ipip": "off"}
POOL = "192.168.0.0/16"

_LIST = """\
apiVersion: projectcalico.org/v3
items:{items}
kind: {kind}List
metadata:
  resourceVersion: "{version}"
"""

_OBJECT = """\
- apiVersion: projectcalico.org/v3
  kind: {kind}
  metadata:
    name: {name}
    resourceVersion: "1"
    uid: {uid}
  spec:
{spec}"""

_NODE = """\
    addresses:
    - address: {node.address}/24
      type: CalicoNodeIP
    bgp:
      ipv4Address: {node.address}/24
"""

_POOL = f"""\
    blockSize: 26
    cidr: {POOL}
    ipipMode: Never
    nodeSelector: all()
    vxlanMode: Never
"""

_BGP = f"""\
    asNumber: {AS_NUMBER}
    logSeverityScreen: Info
    nodeToNodeMeshEnabled: true
"""

_AFFINITY = """\
    cidr: {node.block}
    deleted: "false"
    node: {node.name}
    state: confirmed
"""

_ENDPOINT = """\
- apiVersion: projectcalico.org/v3
  kind: WorkloadEndpoint
  metadata:
    labels:
      projectcalico.org/namespace: {pod.namespace}
      projectcalico.org/orchestrator: k8s
    name: {name}
    namespace: {pod.namespace}
    resourceVersion: "1"
    uid: {uid}
  spec:
    endpoint: eth0
    interfaceName: {pod.veth}
    ipNetworks:
    - {pod.address}/32
    mac: {pod.mac}
    node: {pod.node}
    orchestrator: k8s
    pod: {pod.name}
    profiles:
    - kns.{pod.namespace}
"""

_EMPTY = (
    "BGPPeer BGPFilter FelixConfiguration HostEndpoint NetworkPolicy GlobalNetworkPolicy"
    " NetworkSet GlobalNetworkSet IPReservation KubeControllersConfiguration Profile"
)


def write(directory: Path, nodes: Sequence[Node] = NODES) -> None:
    """Write the files that the stand-in reads, one a configuration name and one a kind."""
    (directory / "config").mkdir(parents=True, exist_ok=True)
    for name, value in CONFIG.items():
        (directory / "config" / name).write_text(f"{value}\n")
    pods = [pod for node in nodes for pod in node.pods]
    kinds: dict[str, list[str]] = {
        "Node": [_object("Node", node.name, _NODE.format(node=node)) for node in nodes],
        "IPPool": [_object("IPPool", "default-ipv4-ippool", _POOL)],
        "BGPConfiguration": [_object("BGPConfiguration", "default", _BGP)],
        "BlockAffinity": [_affinity(node) for node in nodes],
        "WorkloadEndpoint": [_endpoint(pod) for pod in pods],
        **{kind: [] for kind in _EMPTY.split()},
    }
    for kind, objects in kinds.items():
        (directory / f"{kind.lower()}.yaml").write_text(_listed(kind, objects))
    (directory / "ipam").write_text(_ipam(nodes))


def edited(text: str, name: str, edit: Callable[[str], str]) -> str:
    """Return a file of objects in which one, by name, is what ``edit`` makes of it.

    Raises LabError if none is called so.
    """
    head, *items = text.split("\n- ")
    items[-1], end, foot = items[-1].partition("\nkind: ")
    called = f"\n    name: {name}\n"
    if not any(called in item for item in items):
        raise LabError(f"no object {name} in the datastore")
    made = (edit(f"- {item}\n") if called in item else f"- {item}\n" for item in items)
    return f"{head}\n{''.join(made).removesuffix(chr(10))}{end}{foot}"


def _uid(kind: str, name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}/{name}")


def _object(kind: str, name: str, spec: str) -> str:
    return _OBJECT.format(kind=kind, name=name, uid=_uid(kind, name), spec=spec)


def _affinity(node: Node) -> str:
    name = f"{node.name}-{node.block.translate(str.maketrans('./', '--'))}"
    return _object("BlockAffinity", name, _AFFINITY.format(node=node))


def _endpoint(pod: Pod) -> str:
    name = f"{pod.node}-k8s-{pod.name.replace('-', '--')}-eth0"
    return _ENDPOINT.format(pod=pod, name=name, uid=pod.uid)


def _listed(kind: str, objects: Sequence[str]) -> str:
    items = "\n" + "".join(objects).removesuffix("\n") if objects else " []"
    return _LIST.format(kind=kind, items=items, version=len(objects))


def _ipam(nodes: Iterable[Node]) -> str:
    """Return the table of ``ipam show --show-blocks``: one address for each pod."""
    blocks = [(node.block, len(node.pods)) for node in sorted(nodes, key=lambda n: n.block)]
    used = sum(count for _, count in blocks)
    rows: list[tuple[str, ...]] = [("GROUPING", "CIDR", "IPS TOTAL", "IPS IN USE", "IPS FREE")]
    for grouping, cidr, count in [("IP Pool", POOL, used), *(("Block", *b) for b in blocks)]:
        total = ip_network(cidr).num_addresses
        shares = (f"{n:.5g} ({100 * n / total:.0f}%)" for n in (count, total - count))
        rows.append((grouping, cidr, f"{total:.5g}", *shares))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    border = "+" + "+".join("-" * (width + 2) for width in widths) + "+"
    head, *body = [
        "|" + "|".join(f" {cell:<{width}} " for cell, width in zip(row, widths, strict=True)) + "|"
        for row in rows
    ]
    return "\n".join((border, head, border, *body, border)) + "\n"
