"""The inventory of an up lab, as netsnap reads it: netsnap.toml and its known_hosts."""

from pathlib import Path

from tests.lab import keys
from tests.lab.plan import NODES, Node, management_address
from tests.lab.shell import LabError
from tests.lab.state import State

_HEAD = """\
# Written by the lab.
[defaults]
user = "root"
port = 22
key = "{key}"
known_hosts = "{known_hosts}"
"""

_NODE = """
[nodes.{node.name}]
address = "{address}"
groups = ["{groups}"]
"""


def write(state: State, run_dir: Path, path: Path, addresses: str) -> Path:
    """Write the inventory to ``path`` and known_hosts beside it; return ``path``.

    ``addresses`` is "mgmt" (they answer while the data NIC is down) or "data". Raises LabError
    for "data" when the data subnet cannot be reached from this machine.
    """
    if addresses not in {"mgmt", "data"}:
        raise LabError(f"addresses are 'mgmt' or 'data', not {addresses!r}")
    if addresses == "data" and not state.data_reach:
        raise LabError("this machine has another 172.16.0.0/24: use the management addresses")
    known_hosts = path.with_name("known_hosts").resolve()
    text = _HEAD.format(key=run_dir / "id_ed25519", known_hosts=known_hosts)
    hosts = ""
    for node in NODES:
        address = _address(state, node, addresses)
        text += _NODE.format(node=node, address=address, groups='", "'.join(node.groups))
        hosts += f"{address} {keys.host_key(run_dir, node)}\n"
    known_hosts.write_text(hosts)
    path.write_text(text)
    return path


def _address(state: State, node: Node, addresses: str) -> str:
    return node.address if addresses == "data" else management_address(state.number, node)
